"""What happens to carts when nobody looks at them: emptied once paid, deleted once too old."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shop.cart.models import Cart, CartLine
from shop.catalogue.models import Variant


def lock_cart(session: Session, cart_id: int) -> Cart | None:
    """The cart as it is now, kept from changing until the transaction ends."""
    return session.get(Cart, cart_id, with_for_update={"key_share": True}, populate_existing=True)


def clear_after_payment(
    session: Session, cart_id: int, cart_version: int, bought: Mapping[str, int] | None = None
) -> None:
    """Empty the cart that was paid for, its code with it.

    One that changed meanwhile keeps what was not `bought` (pieces per SKU).
    """
    cart = lock_cart(session, cart_id)
    if cart is None:
        return
    if cart.version == cart_version:
        session.execute(delete(CartLine).where(CartLine.cart_id == cart_id))
    else:
        _take_out(session, cart_id, bought or {})
    cart.promotion_code = ""
    cart.version += 1
    session.flush()  # the next statement of the caller may be one that reads the version
    session.expire(cart, ["lines"])


def delete_expired(session: Session, now: datetime, *, limit: int = 500) -> int:
    """Delete carts that nobody came back to; returns how many."""
    old = select(Cart.id).where(Cart.expires_at <= now).order_by(Cart.expires_at).limit(limit)
    ids = list(session.scalars(old.with_for_update(skip_locked=True)))  # a cart that is being settled waits its turn
    session.execute(delete(CartLine).where(CartLine.cart_id.in_(ids)))
    session.execute(delete(Cart).where(Cart.id.in_(ids)))
    return len(ids)


def _take_out(session: Session, cart_id: int, bought: Mapping[str, int]) -> None:
    query = select(CartLine, Variant.sku).join(Variant, Variant.id == CartLine.variant_id)
    for line, sku in session.execute(query.where(CartLine.cart_id == cart_id)):
        left = line.quantity - bought.get(sku, 0)
        if left > 0:
            line.quantity = left
        else:
            session.delete(line)
