"""Products, variants, prices, pictures: what there is to sell."""
