"""From the catalogue and a visitor's answers to a ranked list: the only door to the recommender."""
