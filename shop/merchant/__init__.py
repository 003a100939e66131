"""The merchant's pages: forms and views over the features' services."""
