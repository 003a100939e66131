"""Orders, their lines, states, shipments and history."""
