"""Newsletter addresses with double opt-in."""
