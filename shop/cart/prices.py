"""Which prices the visitor of a cart has seen: those of a page they answered, and those of a currency they changed to.

What was not seen is told line by line, on the cart's page and on the check page, before anything is ordered.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from shop.cart.models import Cart, CartLine
from shop.cart.rules import CartTerms, prices_mark
from shop.catalogue.models import Price, Product, Variant
from shop.catalogue.states import ProductStatus
from shop.keys import fingerprint


def accept_shown(session: Session, token: str, mark: str, *, terms: CartTerms, now: datetime) -> None:
    """Today's prices count as seen if they are those that the answered page showed; `mark` is what it carried.

    Call it behind a change of the cart, whose row is locked by then.
    """
    cart = session.execute(
        select(Cart.id, Cart.country).where(Cart.token_hash == fingerprint(token), Cart.expires_at > now)
    ).first()
    if cart is None:
        return
    currency = terms.currency_of.get(cart.country, terms.currency_of[None])
    if mark == prices_mark(_todays(session, cart.id, currency)):
        _note(session, cart.id, currency, is_accepted=True)


def follow_currency(session: Session, cart_id: int, currency: str) -> None:
    """Lines are held against the price that was seen last in this currency; today's is the first one where none was.

    What was seen in the currency before is put aside, so that the way there and back hides no change.
    """
    _note(session, cart_id, currency, is_accepted=False)


def _todays(session: Session, cart_id: int, currency: str) -> Iterable[tuple[str, int, str]]:
    rows = session.execute(
        select(Variant.sku, Price.minor, Price.currency)
        .join(CartLine, CartLine.variant_id == Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .join(Price, Price.variant_id == Variant.id)
        .where(CartLine.cart_id == cart_id, Price.currency == currency)
        .where(Variant.active, Product.status == ProductStatus.PUBLISHED)
    )
    return [(row.sku, row.minor, row.currency) for row in rows]


def _note(session: Session, cart_id: int, currency: str, *, is_accepted: bool) -> None:
    """Bring what was seen of each line into this currency; `is_accepted`: today's prices are what was seen."""
    rows = session.execute(
        select(CartLine.variant_id, CartLine.seen_minor, CartLine.seen_currency, CartLine.seen_elsewhere, Price.minor)
        .join(Price, (Price.variant_id == CartLine.variant_id) & (Price.currency == currency))
        .where(CartLine.cart_id == cart_id)
    )
    changes = [_seen(row, currency, is_accepted=is_accepted) for row in rows if is_accepted or row[2] != currency]
    if changes:
        session.execute(update(CartLine), [{"cart_id": cart_id, **change} for change in changes])


def _seen(row: Row[int, int, str, dict[str, int], int], currency: str, *, is_accepted: bool) -> dict[str, Any]:
    known = {**row.seen_elsewhere, row.seen_currency: row.seen_minor}
    seen = known.pop(currency, row.minor)
    return {
        "variant_id": row.variant_id,
        "seen_minor": row.minor if is_accepted else seen,
        "seen_currency": currency,
        "seen_elsewhere": known,
    }
