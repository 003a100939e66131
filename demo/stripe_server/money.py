"""Currencies the stand-in takes and the least it charges, in minor units, after Stripe's published table."""

from demo.stripe_server.answers import Refusal

MINIMUM = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300,
    "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
WITHOUT_MINOR_UNITS = {"jpy"}
MOST = 99_999_999


def check_currency(currency: str, param: str) -> None:
    if currency not in MINIMUM:
        raise Refusal(f"Invalid currency: {currency}. The stand-in takes: {', '.join(MINIMUM)}.", param=param)


def check_amount(amount: int, currency: str) -> None:
    """Refuse a total that cannot be charged. Zero is fine: nothing is charged then."""
    if 0 < amount < MINIMUM[currency]:
        raise Refusal(
            f"The Checkout Session's total amount due must add up to at least {readable(MINIMUM[currency], currency)}",
            code="amount_too_small",
        )
    if amount > MOST:
        raise Refusal(f"The total may be at most {readable(MOST, currency)}.", code="amount_too_large")


def readable(amount: int, currency: str) -> str:
    if currency in WITHOUT_MINOR_UNITS:
        return f"{amount:,} {currency.upper()}"
    return f"{amount // 100:,}.{amount % 100:02} {currency.upper()}"
