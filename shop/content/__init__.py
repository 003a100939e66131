"""Articles, policy pages, the free guide, and the check that no text promises a cure."""
