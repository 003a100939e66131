"""How a title and an option become one name."""

import pytest

from shop.catalogue.naming import full_name, name_of_choice


@pytest.mark.parametrize(
    ("title", "option", "name"),
    [
        ("Foot Roller", "oak", "Foot Roller, oak"),
        ("Foot Roller", "", "Foot Roller"),
        ("Spike Mat, Sand Cotton", "sand", "Spike Mat, Sand Cotton"),
        ("L-Shaped Roller", "L", "L-Shaped Roller, L"),
        ("Sandstone Ball", "sand", "Sandstone Ball, sand"),
    ],
)
def test_an_option_that_the_title_says_is_not_said_twice(title, option, name):
    assert full_name(title, option) == name


@pytest.mark.parametrize(
    ("title", "option", "options", "name"),
    [
        ("Spike Mat, Charcoal Cotton", "teal", "charcoal|teal", "Spike Mat, Cotton, teal"),
        ("Spike Mat, Charcoal Cotton", "charcoal", "charcoal|teal", "Spike Mat, Cotton, charcoal"),
        ("Spike Mat, Charcoal Cotton", "charcoal", "charcoal", "Spike Mat, Charcoal Cotton"),
        ("Cushion in Teal", "plum", "teal|plum", "Cushion, plum"),
        ("Cushion, Teal", "plum", "teal|plum", "Cushion, plum"),
        ("Cushion (Teal), washable", "plum", "teal|plum", "Cushion, washable, plum"),
        ("Cushion - Teal", "plum", "teal|plum", "Cushion, plum"),
        ("Cushion in Teal, washable", "plum", "teal|plum", "Cushion, washable, plum"),
        ("Cushion \u2013 Teal", "plum", "teal|plum", "Cushion, plum"),
        ("Cushion: Teal", "plum", "teal|plum", "Cushion, plum"),
        ("Cushion (in Teal)", "plum", "teal|plum", "Cushion, plum"),
        ("Cushion - Teal, washable", "plum", "teal|plum", "Cushion, washable, plum"),
        ("Cushion \u2014 Teal (washable)", "plum", "teal|plum", "Cushion (washable), plum"),
        ("Mat (Charcoal Cotton)", "teal", "charcoal|teal", "Mat (Cotton), teal"),
        ("Mat (Teal, Large)", "plum", "teal|plum", "Mat (Large), plum"),
        ("Mat (Large - Teal)", "plum", "teal|plum", "Mat (Large), plum"),
        ("Mat: Charcoal, Large", "teal", "charcoal|teal", "Mat, Large, teal"),
        ("Mat, Dark Grey", "grey", "dark grey|grey", "Mat, grey"),
        ("Teal", "plum", "teal|plum", "Teal, plum"),
        ("Foot Roller", "", None, "Foot Roller"),
    ],
)
def test_what_the_title_says_of_one_option_is_not_said_of_another(title, option, options, name):
    assert name_of_choice(title, option, options) == name


@pytest.mark.parametrize(
    ("title", "option", "options", "name"),
    [
        ("Natural Rubber Ball", "natural", "natural|black", "Natural Rubber Ball, natural"),
        ("Natural Rubber Ball", "black", "natural|black", "Natural Rubber Ball, black"),
        ("Ball of Natural Rubber", "black", "natural|black", "Ball of Natural Rubber, black"),
        ("Dark Grey Mat", "grey", "dark grey|grey", "Dark Grey Mat, grey"),
        ("Teal, a Cushion", "plum", "teal|plum", "Teal, a Cushion, plum"),
        ("Mat in Black and White", "white", "black|white", "Mat in Black and White, white"),
        ("Mat, Black & White", "black", "black|white", "Mat, Black & White, black"),
        ("Mat, Black/White", "white", "black|white", "Mat, Black/White, white"),
    ],
)
def test_a_word_at_the_start_or_in_the_middle_of_a_name_stays_in_it(title, option, options, name):
    assert name_of_choice(title, option, options) == name
