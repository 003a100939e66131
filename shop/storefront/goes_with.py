"""What goes with a product or a cart, for this visitor: their own answers and their own cart decide what is left out.

On a page that everybody shares it is the same for everybody: who has a cookie of ours gets a page of their own.
"""

from collections.abc import Sequence
from dataclasses import replace

from shop import cookies
from shop.cart.lookups import skus_in_cart
from shop.catalogue.cards import CardView, cards_for_sale
from shop.catalogue.companions import companions_of, products_within
from shop.catalogue.window import shop_window
from shop.clock import utc_now
from shop.quiz.visitor import visible_to_visitor
from shop.web import db

MOST_SHOWN, LOOKED_AT_ONCE = 3, 4


def suggested(skus: Sequence[str], currency: str | None = None) -> tuple[CardView, ...]:
    """What goes with these products or variants, priced in the shop's currency or this one."""
    return suitable(companions_of(db(), skus), currency)


def suitable(companions: Sequence[str], currency: str | None = None) -> tuple[CardView, ...]:
    """Those few of these product SKUs that this visitor may be shown and can buy: none that their cart holds already,
    also as a part of something. None or one statement for who has no cart.
    """
    if not companions:
        return ()
    taken = skus_in_cart(db(), cookies.read(cookies.CART), utc_now())
    within = products_within(db(), taken) if taken else frozenset[str]()
    there = [sku for sku in companions if sku not in within]
    allowed = visible_to_visitor(db(), there)
    window = shop_window()
    found: list[CardView] = []
    fitting = [sku for sku in there if sku in allowed]
    for start in range(0, len(fitting), LOOKED_AT_ONCE):
        few = fitting[start : start + LOOKED_AT_ONCE]
        found += cards_for_sale(db(), replace(window, currency=currency or window.currency), few)
        if len(found) >= MOST_SHOWN:
            break
    return tuple(found[:MOST_SHOWN])
