"""What goes with a product or a cart, for this visitor: their own answers and their own cart decide what is left out.

On a page that everybody shares it is the same for everybody: who has a cookie of ours gets a page of their own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shop import cookies
from shop.cart.lookups import skus_in_cart
from shop.catalogue.cards import CardView
from shop.catalogue.window import shop_window
from shop.clock import utc_now
from shop.quiz.visitor import visible_to_visitor
from shop.recommendations import goes_with
from shop.web import db


def companions_of(sku: str, currency: str | None = None) -> tuple[CardView, ...]:
    """What goes with a product or variant and is not in the visitor's cart, priced in the shop's currency or this."""
    return _suggest([sku], currency or shop_window().currency)


def companions_of_cart(skus: Sequence[str], currency: str) -> tuple[CardView, ...]:
    """What goes with the things in the visitor's cart, priced in the cart's currency."""
    return _suggest(skus, currency)


def _suggest(skus: Sequence[str], currency: str) -> tuple[CardView, ...]:
    taken = skus_in_cart(db(), cookies.read(cookies.CART), utc_now())
    window = replace(shop_window(), currency=currency)
    return goes_with.suggest(db(), window, skus, taken=taken, allowed=_allowed)


def _allowed(skus: Iterable[str]) -> set[str]:
    return visible_to_visitor(db(), skus)
