"""Invoices and credit notes, numbered without gaps and never changed; packing slips; each as a page and as a PDF."""
