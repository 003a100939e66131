"""An amount that was typed is read as it was meant, or not at all."""

import pytest

from shop.money import parse_money


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("34", "USD", 3400),
        (" 34.5 ", "USD", 3450),
        ("34,50", "EUR", 3450),
        ("0", "USD", 0),
        ("1000", "JPY", 1000),
        ("1.234", "KWD", 1234),
        ("1,25", "KWD", 1250),
    ],
)
def test_digits_with_a_decimal_point_or_comma_are_an_amount(typed: str, currency: str, minor: int) -> None:
    assert parse_money(typed, currency).minor == minor


@pytest.mark.parametrize("currency", ["USD", "EUR", "JPY", "KWD"])
@pytest.mark.parametrize(
    "typed", ["1,000", "2,500", "1,000,000", "1,000.00", "1.000,00", "1.000.000", "1 000", "1_000", "1'000", "1’000"]
)
def test_separators_for_thousands_are_refused_with_a_word_about_them(typed: str, currency: str) -> None:
    with pytest.raises(ValueError, match="thousands"):
        parse_money(typed, currency)


@pytest.mark.parametrize("typed", ["１２", "٣٤", "12.", ".5", "1e3", "+3", "-3", "NaN", "Infinity", "", "3 4", "1__0"])
def test_what_is_no_plain_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="an amount such as"):
        parse_money(typed, "USD")


@pytest.mark.parametrize(("typed", "currency"), [("1.000", "USD"), ("3.5", "JPY"), ("1.2345", "KWD")])
def test_more_decimals_than_the_currency_has_are_refused(typed: str, currency: str) -> None:
    with pytest.raises(ValueError, match="decimals at the most"):
        parse_money(typed, currency)


@pytest.mark.parametrize("typed", ["9" * 19, "9" * 100_000])
def test_an_absurd_size_is_refused_quickly(typed: str) -> None:
    with pytest.raises(ValueError, match="too large"):
        parse_money(typed, "USD")
