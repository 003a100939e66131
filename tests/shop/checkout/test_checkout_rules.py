"""Mild checks: what people really write passes, what could never work is told."""

import pytest

from shop.checkout.rules import is_below_minimum, is_email, is_phone, postal_code_example
from shop.money import Money


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


def test_a_country_without_a_known_form_takes_any_postcode() -> None:
    assert postal_code_example("IE", "anything") is None


@pytest.mark.parametrize(("minor", "too_small"), [(0, False), (1, True), (49, True), (50, False)])
def test_an_amount_below_the_providers_minimum_is_too_small_and_nothing_is_not(minor: int, too_small: bool) -> None:
    assert is_below_minimum(Money(minor, "USD")) is too_small
