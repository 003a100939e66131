"""What lies in a cart, for pages that only want to know that."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shop.cart.models import Cart, CartLine
from shop.catalogue.models import Product, Variant
from shop.catalogue.naming import name_of_choice, options_on_sale
from shop.catalogue.states import ProductStatus
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


def name_of(session: Session, sku: str) -> str | None:
    """Title and option of a variant, whether it is still sold or not."""
    query = select(Product.title, Variant.option_value, options_on_sale).join(Variant, Variant.product_id == Product.id)
    was_sold = Product.status != ProductStatus.DRAFT
    row = session.execute(query.where(Variant.sku == sku, was_sold)).first()
    return None if row is None else name_of_choice(*row)
