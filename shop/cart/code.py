"""The code that a visitor typed: kept on their cart until they take it away or the cart is paid."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from shop.cart.models import Cart
from shop.cart.rules import CartTerms
from shop.errors import NotFound
from shop.keys import fingerprint


def keep_code(session: Session, token: str, code: str, *, terms: CartTerms, now: datetime) -> None:
    """Keep a code on the cart of a token; "" takes it away. Raises NotFound when the cart is gone."""
    touched = session.scalar(
        update(Cart)
        .where(Cart.token_hash == fingerprint(token), Cart.expires_at > now)
        .values(promotion_code=code, version=Cart.version + 1, expires_at=now + timedelta(days=terms.cart_days))
        .returning(Cart.id)
    )
    if touched is None:
        raise NotFound("This cart is empty, or was left for too long.")
