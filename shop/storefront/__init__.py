"""The pages that everybody sees: front page, articles, list, product, cart, order."""
