"""Who changed what in the merchant's pages."""
