"""Products and stock in and out as CSV: a dry run that says what would happen, then all of it or nothing."""
