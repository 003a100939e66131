"""What must be known of a customer to send a parcel, and what a payment page accepts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shop.money import Money

PHONE = re.compile(r"\+?[0-9 ()./-]{5,40}", re.ASCII)

# Least amounts the payment provider takes, in minor units; below them an order cannot be paid.
PROVIDER_MINIMUM: Mapping[str, int] = {
    "USD": 50, "EUR": 50, "GBP": 30, "CHF": 50, "CAD": 50, "AUD": 50, "NZD": 50, "SEK": 300, "NOK": 300,
    "DKK": 250, "PLN": 200, "CZK": 1500, "JPY": 50, "SGD": 50, "HKD": 400,
}  # fmt: skip

ANY_POSTAL_CODE = re.compile(r"[A-Za-z0-9](?:[ -]?[A-Za-z0-9]){1,15}", re.ASCII)

# Mild on purpose: wrong lengths and letters are caught, unusual but real codes are not.
POSTAL_CODES: Mapping[str, tuple[re.Pattern[str], str]] = {
    country: (re.compile(pattern, re.ASCII), example)
    for country, (pattern, example) in {
        "US": (r"\d{5}([ -]?\d{4})?", "94110"),
        "AT": (r"\d{4}", "1010"),
        "AU": (r"\d{4}", "2000"),
        "BE": (r"\d{4}", "1000"),
        "CA": (r"[A-Za-z]\d[A-Za-z][ -]?\d[A-Za-z]\d", "K1A 0B1"),
        "CH": (r"\d{4}", "8001"),
        "DE": (r"\d{5}", "10115"),
        "DK": (r"\d{4}", "2100"),
        "ES": (r"\d{5}", "28013"),
        "FI": (r"\d{5}", "00100"),
        "FR": (r"\d{5}", "75002"),
        "GB": (r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}", "SW1A 1AA"),
        "IE": (r"[A-Za-z]\d[\dWw] ?[A-Za-z\d]{4}", "D02 X285"),
        "IT": (r"\d{5}", "00184"),
        "JP": (r"\d{3}-?\d{4}", "100-0001"),
        "LU": (r"\d{4}", "1009"),
        "NL": (r"\d{4} ?[A-Za-z]{2}", "1012 AB"),
        "NO": (r"\d{4}", "0150"),
        "PL": (r"\d{2}-?\d{3}", "00-001"),
        "PT": (r"\d{4}-?\d{3}", "1000-001"),
        "SE": (r"\d{3} ?\d{2}", "111 20"),
    }.items()
}


@dataclass(frozen=True, slots=True)
class CheckoutDetails:
    """What a guest told us in the first step."""

    email: str
    full_name: str
    phone: str
    line1: str
    line2: str
    city: str
    region: str
    postal_code: str
    country: str


def is_phone(text: str) -> bool:
    """Whether it looks like a telephone number, with or without a country code."""
    return PHONE.fullmatch(text) is not None and sum(letter.isdigit() for letter in text) >= 5


def postal_code_trouble(country: str, text: str) -> str | None:
    """What to tell of a code that cannot be one of that country; None when it may be.

    Where the pattern is not known a code may be missing: some countries have none.
    """
    code, known = " ".join(text.split()), POSTAL_CODES.get(country)
    if known is None:
        is_possible = not code or ANY_POSTAL_CODE.fullmatch(code)
        return None if is_possible else "Enter the postcode in letters and digits, or leave it empty if there is none."
    pattern, example = known
    return None if pattern.fullmatch(code) else f"Enter a postcode such as {example}."


def is_below_minimum(total: Money) -> bool:
    """Whether a payment page would refuse this total; nothing at all is fine, it needs no payment."""
    return 0 < total.minor < PROVIDER_MINIMUM.get(total.currency, 50)
