"""Countries and towns as people write them."""

from shop.pricing.countries import town_line


def test_a_town_is_written_as_the_post_of_its_country_writes_it() -> None:
    assert town_line("US", "Springfield", "IL", "62701") == "Springfield, IL 62701"
    assert town_line("US", "Springfield", "", "62701") == "Springfield 62701"
    assert town_line("DE", "Berlin", "", "10115") == "10115 Berlin"
    assert town_line("IE", "Dublin", "", "") == "Dublin"
