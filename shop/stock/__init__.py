"""How many units are on the shelf, held for orders, and sold."""
