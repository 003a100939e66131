"""What the merchant reads under a price field: the price with tax, worked out by the server."""

import pytest

from shop.merchant.price_words import price_words
from shop.pricing.service import SHIPPED
from shop.pricing.zone_file import read_zones
from tests.shop.merchant.browser import Browser

ZONES = read_zones(SHIPPED)


def test_a_price_before_tax_is_shown_with_the_least_and_the_most_tax() -> None:
    assert price_words(ZONES, "USD", "34.00", "en_US") == "before tax; $34.00 to $36.47 with Sales tax"


def test_of_a_price_with_tax_the_tax_is_named() -> None:
    zone = next(zone for zone in ZONES.zones if zone.currency == "EUR")
    rates = sorted(country.rate_millionths for country in zone.countries.values())

    words = price_words(ZONES, "EUR", "119,00", "en_US")

    least = 11900 * rates[0] / (1_000_000 + rates[0])
    assert words.startswith(f"with tax; \u20ac{least / 100:.2f}")
    assert words.endswith(f"of it is {zone.tax_name}")


@pytest.mark.parametrize(("currency", "typed", "words"), [
    ("USD", "", "before tax"), ("USD", "a lot", "before tax"), ("EUR", "-1", "with tax"), ("JPY", "3400", ""),
])  # fmt: skip
def test_what_is_no_amount_gets_no_sum(currency: str, typed: str, words: str) -> None:
    assert price_words(ZONES, currency, typed, "en_US") == words


def test_the_editor_shows_it_and_so_does_a_form_that_is_not_saved_yet(merchant: Browser) -> None:
    page = merchant.get("/merchant/products/MAT01").text
    form = {**merchant.form("/merchant/products/MAT01"), "v0_price_usd": "100", "more": "1"}

    unsaved = merchant.client.post("/merchant/products/MAT01", data=form).text

    assert "before tax; $34.00 to $36.47 with Sales tax; needed" in page
    assert "before tax; $100.00 to $107.25 with Sales tax; needed" in unsaved
