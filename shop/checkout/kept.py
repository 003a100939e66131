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


def keep(response: Response, details: CheckoutDetails) -> None:
    """Write the details into the visitor's cookie."""
    content = json.dumps(asdict(details), separators=(",", ":"))
    sealed = runtime().keyring.fernet(PURPOSE).encrypt(content.encode()).decode()
    cookies.write(response, CHECKOUT, sealed, max_age_seconds=LIFE_SECONDS)


def kept_details() -> CheckoutDetails | None:
    """The details of the visitor's cookie; None without one, and for one that is old, foreign or broken."""
    sealed = cookies.read(CHECKOUT)
    if not sealed:
        return None
    try:
        content = json.loads(runtime().keyring.fernet(PURPOSE).decrypt(sealed.encode(), ttl=LIFE_SECONDS))
        return CheckoutDetails(**content)
    except (InvalidToken, ValueError, TypeError):
        return None


def forget(response: Response) -> None:
    """Delete the details."""
    cookies.drop(response, CHECKOUT)
