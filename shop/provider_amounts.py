"""How the provider counts money: its own smallest units, which are not the shop's for every currency.

After Stripe's "Supported currencies": no decimals for one list, three for another, two for everything else, also where
a currency has none in daily life (ISK, UGX). The shop counts as people write the currency (CLDR, by Babel).
"""

from shop.errors import BadInput
from shop.gateway import GatewayRefused
from shop.money import Money, exponent, plain_money

WITHOUT_DECIMALS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
THREE_DECIMALS = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))  # and the last of them must be 0


class NotPayable(BadInput):
    """The provider has no way to say this amount."""

    code, title = "not_payable", "This amount cannot be paid"

    def __init__(self, amount: Money) -> None:
        super().__init__(
            f"The payment service does not take {plain_money(amount)}: "
            "in this currency it takes two decimals at the most, and nothing smaller."
        )


def provider_exponent(currency: str) -> int:
    """How many decimals the provider counts a currency with."""
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def to_provider(amount: Money) -> int:
    """The amount in the provider's units, exactly. Raises NotPayable for one that it cannot take."""
    units, rest = divmod(amount.minor * _power(provider_exponent(amount.currency)), _power(exponent(amount.currency)))
    if rest or (amount.currency in THREE_DECIMALS and units % 10):
        raise NotPayable(amount)
    return units


def payable_step(currency: str) -> int:
    """The smallest number of the shop's minor units that the provider takes: what it takes is a multiple of it."""
    return _power(max(0, exponent(currency) - min(2, provider_exponent(currency))))


def money_in(units: int, currency: str) -> Money:
    """The provider's units that were paid, as money of the shop. A part of a unit that the shop does not know counts
    as nothing, so that it never makes up for a whole one."""
    return _money(units, currency, up=False)


def money_out(units: int, currency: str) -> Money:
    """The provider's units that go back, as money of the shop.

    A part of a unit (somebody sent back RSD 1.50 in the provider's own pages) counts as a whole one, so that never more
    is sent back than was taken.
    """
    return _money(units, currency, up=True)


def money_exactly(units: int, currency: str) -> int:
    """Minor units of the shop, where rounding would make a sum wrong. Raises GatewayRefused for a part of a unit."""
    if money_in(units, currency) != money_out(units, currency):
        raise GatewayRefused(f"amount in parts of one {currency}")
    return money_in(units, currency).minor


def _money(units: int, currency: str, *, up: bool) -> Money:
    scaled, whole = units * _power(exponent(currency)), _power(provider_exponent(currency))
    return Money(-(-scaled // whole) if up else scaled // whole, currency)


def _power(decimals: int) -> int:
    return int(10**decimals)
