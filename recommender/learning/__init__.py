"""Learning from the log: offline only. Nothing that serves a page imports this package."""
