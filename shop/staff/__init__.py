"""The people who run the shop: passwords and sessions on the server."""
