"""What every page of the shop may say: its name, and how many pieces lie in the visitor's cart."""

from functools import cached_property
from typing import Any

from flask import Blueprint, g, request
from sqlalchemy import bindparam, func, select

from shop import cookies
from shop.cart.models import Cart, CartLine
from shop.config import Config
from shop.keys import fingerprint
from shop.web import config, db

_PIECES = (
    select(func.coalesce(func.sum(CartLine.quantity), 0))
    .join(Cart, Cart.id == CartLine.cart_id)
    .where(Cart.token_hash == bindparam("token_hash"))
)


class ShopContext:
    """The template variable `shop`."""

    def __init__(self, config: Config) -> None:
        self.name = config.name
        self.mode = config.mode
        self.locale = config.locale
        self.currency = config.currency
        self.contact_email = config.contact_email
        self.has_answers = cookies.read(cookies.ANSWERS) is not None
        self.is_merchants = f"{request.path}/".startswith(f"{config.url_prefix}/merchant/")

    @cached_property
    def cart_count(self) -> int:
        """Pieces in the cart; asks the database only when the visitor has a cart cookie."""
        token = cookies.read(cookies.CART)
        if token is None or g.get("shop_plain", False):
            return 0
        return db().scalar(_PIECES, {"token_hash": fingerprint(token)}) or 0


def register_context(blueprint: Blueprint) -> None:
    """Give every template of ours the variable `shop`."""

    def provide() -> dict[str, Any]:
        return {"shop": ShopContext(config())}

    blueprint.context_processor(provide)
