"""One mail to whoever wants to hear that something is in stock again; then the address is forgotten."""
