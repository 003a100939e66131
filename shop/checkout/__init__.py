"""From the cart to a placed order and its payment page."""
