"""Money as whole minor units of one currency. All rounding of the shop lives here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from babel.core import UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision, is_currency

MILLION = 1_000_000
MAX_MINOR = 10**11
LONGEST_WHOLE = 20
_AMOUNT = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}|(?:[., '’_][0-9]{3}){2,}|[ '’_][0-9]{3}|[.,][0-9]{3}[.,][0-9]+)")
MINUS = "\N{MINUS SIGN}"


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met in one sum."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (cents), exact. Sums of two currencies raise CurrencyMismatch."""

    minor: int
    currency: str

    def _same(self, other: "Money") -> None:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be summed")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        return Money(self.minor * quantity, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __bool__(self) -> bool:
        return self.minor != 0


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of `amounts`; zero of `currency` when there are none."""
    return sum(amounts, start=Money(0, currency))


def divide_half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest whole, halves away from zero; denominator > 0."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def tax_on(net: Money, rate_millionths: int) -> Money:
    """The tax to add to a net amount, half up; the rate is in millionths (190000 is 19 %)."""
    return Money(divide_half_up(net.minor * rate_millionths, MILLION), net.currency)


def tax_within(gross: Money, rate_millionths: int) -> Money:
    """The tax contained in a gross amount, half up."""
    return Money(divide_half_up(gross.minor * rate_millionths, MILLION + rate_millionths), gross.currency)


def split(amount: Money, weights: Sequence[int]) -> list[Money]:
    """Parts of `amount` in proportion to `weights`, by largest remainder: they sum to it exactly.

    Raises ValueError when the weights are empty, negative or all zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative and one must be above zero")
    parts = [amount.minor * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount.minor * weights[i] % whole), i))
    for index in by_remainder[: amount.minor - sum(parts)]:
        parts[index] += 1
    return [Money(part, amount.currency) for part in parts]


def next_pieces(whole: Money, units: int, *, of: int, after: int) -> Money:
    """What `units` more of `of` like pieces come to when `after` are taken; all of them are `whole` exactly."""
    return total(split(whole, [1] * of)[after : after + units], whole.currency)


@cache
def exponent(currency: str) -> int:
    """How many decimals a currency has (2 for USD, 0 for JPY). Raises ValueError for an unknown code."""
    if not is_currency(currency):
        raise ValueError(f"{currency!r} is no currency code")
    return get_currency_precision(currency)


def to_decimal(amount: Money) -> Decimal:
    """The amount in major units, exactly."""
    return Decimal(amount.minor).scaleb(-exponent(amount.currency))


def plain_money(amount: Money) -> str:
    """The amount for a record that is written without a locale, such as "34.00 USD"."""
    return f"{to_decimal(amount):f} {amount.currency}"


def parse_money(text: str, currency: str) -> Money:
    """Read "34", "34.00" or "34,00" as money of `currency`.

    Raises ValueError for anything else: separators for thousands, too many decimals, signs, absurd sizes. A comma
    before three digits is refused whatever the currency, as "1,500" is a thousand and more to many.
    """
    cleaned = text.strip()
    if _GROUPED.fullmatch(cleaned):
        raise ValueError("write thousands without a separator, such as 1000")
    found = _AMOUNT.fullmatch(cleaned)
    if found is None:
        raise ValueError("expected an amount such as 34.00, zero or more")
    whole, decimals = found[1], found[2] or ""
    places = exponent(currency)
    if len(decimals) > places:
        raise ValueError(f"{currency} has {places} decimals at the most, and thousands are written without a separator")
    if len(whole) > LONGEST_WHOLE or (minor := int(whole + decimals.ljust(places, "0"))) > MAX_MINOR:
        raise ValueError("the amount is too large")
    return Money(minor, currency)


@lru_cache(maxsize=4096)
def _formatted(minor: int, currency: str, locale: str) -> str:
    try:
        written = format_currency(to_decimal(Money(minor, currency)), currency, locale=locale)
        return written.replace("-", MINUS)  # in every locale's amounts a hyphen stands for nothing else
    except UnknownLocaleError:
        return plain_money(Money(minor, currency))


def format_money(amount: Money, locale: str = "en_US") -> str:
    """The amount as people of `locale` write it, such as "$34.00"."""
    return _formatted(amount.minor, amount.currency, locale)
