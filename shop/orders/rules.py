"""What goes into an order, and how its number and its e-mail address are written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shop.pricing.rules import Quote, QuoteLine

NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: read aloud and typed off a phone


@dataclass(frozen=True, slots=True)
class Address:
    """Where the parcel goes."""

    full_name: str
    line1: str
    line2: str
    city: str
    region: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line with its neutral title (R11), its price, and what one piece is made of when it is a bundle."""

    sku: str
    title: str
    option_value: str
    quoted: QuoteLine
    parts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """Everything an order is written from. `checkout_token` makes a second click find the first one's order."""

    cart_id: int
    cart_version: int
    checkout_token: str
    email: str
    phone: str
    address: Address
    lines: tuple[LineDraft, ...]
    quote: Quote
    shipping_method: str
    shipping_title: str
    promotion_code: str = ""
    promotion_title: str = ""
    pick_up_at: str = ""


def normal_number(number: str) -> str:
    """An order number as it is kept, from one typed with blanks, in lower case or without its dashes."""
    letters = "".join(letter for letter in number.upper() if letter.isascii() and letter.isalnum())
    if len(letters) == 10:
        letters = letters.removeprefix("TS")
    return f"TS-{letters[:4]}-{letters[4:]}"
