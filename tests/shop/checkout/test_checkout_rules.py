"""Mild checks: what people really write passes, what could never work is told."""

import pytest

from shop.checkout.rules import POSTAL_CODES, is_below_minimum, is_phone, postal_code_trouble
from shop.email_address import is_email
from shop.money import Money
from shop.pricing.service import SHIPPED
from shop.pricing.zone_file import read_zones


@pytest.mark.parametrize("good", ["a@b.co", "first.last+tag@sub.example.com", "o'neil@example.ie", "ü@exämple.de"])
def test_an_address_that_could_exist_passes(good: str) -> None:
    assert is_email(good)


@pytest.mark.parametrize(
    "bad",
    ["", "a", "a@b", "a@@b.co", "a b@c.de", "a@b..co", "a@b.co\n", "<a@b.co>", "a,b@c.de", "@b.co", "a" * 65 + "@b.co"],
)
def test_an_address_that_cannot_is_refused(bad: str) -> None:
    assert not is_email(bad)


@pytest.mark.parametrize("good", ["+1 415 555 0100", "(030) 123-456", "0161/4960000"])
def test_a_phone_number_may_be_written_in_any_way(good: str) -> None:
    assert is_phone(good)


@pytest.mark.parametrize("bad", ["call me", "12", "+", "123;456789"])
def test_what_does_not_ring_is_refused(bad: str) -> None:
    assert not is_phone(bad)


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("IE", "D02 X285"),
        ("IE", "d6w xy00"),
        ("GB", "SW1A 1AA"),
        ("GB", "m11ae"),
        ("CA", "K1A 0B1"),
        ("CA", "k1a-0b1"),
        ("NO", "0150"),
        ("AU", "2000"),
        ("JP", "100-0001"),
        ("JP", "1000001"),
    ],
)
def test_a_postcode_of_that_country_passes_as_people_write_it(country: str, code: str) -> None:
    assert postal_code_trouble(country, code) is None


@pytest.mark.parametrize("country", sorted(POSTAL_CODES))
@pytest.mark.parametrize("code", ["", "!!!", "x", "1" * 20, "<b>", "94110\x00", "１２３４５"])
def test_what_is_no_postcode_of_that_country_is_told_with_one_that_is(country: str, code: str) -> None:
    _, example = POSTAL_CODES[country]

    assert postal_code_trouble(country, code) == f"Enter a postcode such as {example}."
    assert postal_code_trouble(country, example) is None


def test_every_country_of_the_shipped_zones_has_its_own_form_of_postcode() -> None:
    assert set(read_zones(SHIPPED).country_codes()) <= POSTAL_CODES.keys()


def test_a_country_without_a_known_form_takes_none_or_any_in_letters_and_digits() -> None:
    taken = [postal_code_trouble("HK", code) for code in ("", "999077", "BT1 2AB", "123-45")]
    refused = [postal_code_trouble("HK", code) for code in ("!!!", "<b>", "a/b", "-", "１２", "1" * 30)]

    assert taken == [None] * 4
    assert all(sentence is not None and "letters and digits" in sentence for sentence in refused)


@pytest.mark.parametrize(("minor", "too_small"), [(0, False), (1, True), (49, True), (50, False)])
def test_an_amount_below_the_providers_minimum_is_too_small_and_nothing_is_not(minor: int, too_small: bool) -> None:
    assert is_below_minimum(Money(minor, "USD")) is too_small
