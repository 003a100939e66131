"""What a guest typed, kept between two pages in their own browser: an encrypted cookie that ends after an hour.

The server stores an address only with an order. The cookie is HttpOnly and forgotten once the order is placed.
"""

import json
from dataclasses import asdict

from cryptography.fernet import InvalidToken
from flask import Response

from shop import cookies
from shop.checkout.rules import CheckoutDetails
from shop.web import runtime

CHECKOUT = "tsubo_checkout"
PURPOSE = "checkout"
LIFE_SECONDS = 60 * 60


def keep(response: Response, details: CheckoutDetails, *, offer: int | None = None) -> None:
    """Write the details into the visitor's cookie, with the offer that their page showed."""
    content = json.dumps([asdict(details), offer], separators=(",", ":"))
    sealed = runtime().keyring.fernet(PURPOSE).encrypt(content.encode()).decode()
    cookies.write(response, CHECKOUT, sealed, max_age_seconds=LIFE_SECONDS)


def kept_details() -> CheckoutDetails | None:
    """The details of the visitor's cookie; None without one, and for one that is old, foreign or broken."""
    return _kept()[0]


def kept_offer() -> int | None:
    """The offer without a code that was shown when the details were typed; None when there was none."""
    return _kept()[1]


def _kept() -> tuple[CheckoutDetails | None, int | None]:
    sealed = cookies.read(CHECKOUT)
    if not sealed:
        return None, None
    try:
        content, offer = json.loads(runtime().keyring.fernet(PURPOSE).decrypt(sealed.encode(), ttl=LIFE_SECONDS))
        return CheckoutDetails(**content), offer
    except (InvalidToken, ValueError, TypeError):
        return None, None


def forget(response: Response) -> None:
    """Delete the details."""
    cookies.drop(response, CHECKOUT)
