"""Which prices the visitor of a cart has seen: those of a page they answered, and those of a currency they changed to.

What was not seen is told line by line, on the cart's page and on the check page, before anything is ordered.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
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
        _note(session, cart.id, currency)


def follow_currency(session: Session, cart_id: int, currency: str) -> None:
    """Lines seen in another currency are seen in this one now: a price cannot be held against one in other money."""
    _note(session, cart_id, currency, CartLine.seen_currency != currency)


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


def _note(session: Session, cart_id: int, currency: str, *which: ColumnElement[bool]) -> None:
    todays = (Price.variant_id == CartLine.variant_id, Price.currency == currency)
    price = select(Price.minor).where(*todays).correlate(CartLine).scalar_subquery()
    session.execute(
        update(CartLine)
        .where(CartLine.cart_id == cart_id, exists().where(*todays).correlate(CartLine), *which)
        .values(seen_minor=price, seen_currency=currency)
        .execution_options(synchronize_session=False)
    )
