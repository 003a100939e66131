"""What lies in a cart, for pages that only want to know that."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shop.cart.models import Cart, CartLine
from shop.catalogue.models import Variant
from shop.keys import fingerprint

_SKUS = (
    select(Variant.sku)
    .join(CartLine, CartLine.variant_id == Variant.id)
    .join(Cart, Cart.id == CartLine.cart_id)
    .where(Cart.token_hash == bindparam("its_hash"), Cart.expires_at > bindparam("at"))
    .order_by(CartLine.added_at, CartLine.variant_id)
)


_COUNTRY = select(Cart.country).where(Cart.token_hash == bindparam("its_hash"), Cart.expires_at > bindparam("at"))


def country_of_cart(session: Session, token: str | None, now: datetime) -> str | None:
    """The country that was chosen for the cart of a token; None while none is."""
    if not token:
        return None
    return session.scalar(_COUNTRY, {"its_hash": fingerprint(token), "at": now})


def skus_in_cart(session: Session, token: str | None, now: datetime) -> tuple[str, ...]:
    """The variants in the cart of a token, in the order in which they were put in."""
    if not token:
        return ()
    return tuple(session.scalars(_SKUS, {"its_hash": fingerprint(token), "at": now}))
