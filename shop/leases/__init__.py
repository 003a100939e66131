"""Leases: one worker at a time runs a periodic job, whichever process takes the row first."""
