"""What goes well with a product: the merchant's own pairs, then a pillow for a mat of the same place, and a mat for it.

Nothing sold out, unpublished, or in the cart already; what the visitor's answers rule out is left to `allowed`.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

from sqlalchemy.orm import Session

from recommender.safety import is_unlisted_stimulator
from recommender.types import Item
from shop.catalogue.cards import CardView, ShopWindow
from shop.catalogue.memory import engine_of, remembered
from shop.recommendations.assortment import Assortment, Shelf, current_shelf
from shop.recommendations.cards import cards_of

MATS = frozenset({"spike_mat", "travel_mat"})
PILLOWS = frozenset({"spike_pillow"})
NOT_A_PLACE = frozenset({"any"})
MOST_SHOWN = 3
MOST_CONSIDERED = 60
Allowed = Callable[[Iterable[str]], set[str]]


def suggest(
    session: Session, window: ShopWindow, subjects: Sequence[str], *, taken: Collection[str] = (), allowed: Allowed
) -> tuple[CardView, ...]:
    """Up to three cards that go with `subjects`, and are neither among them nor `taken` (SKUs of products or variants),
    nor parts of a bundle among these.

    `allowed` returns those of some product SKUs that this visitor may be shown. Prices are in the window's currency:
    what has none in it is left out. One statement, and one for cards that were not shown before.
    """
    shelf = current_shelf(session, window.currency)
    here = shelf.assortment
    about = [here.product_of.get(sku, sku) for sku in subjects]
    variants = [*taken, *subjects, *(offer.sku for sku in about for offer in here.offers.get(sku, ()))]
    inside = [part for sku in variants for part in here.parts.get(sku, ())]
    own = {*about, *(here.product_of.get(sku, sku) for sku in (*taken, *inside))}
    named = dict.fromkeys(sku for subject in about for sku in _companions(session, shelf, subject) if sku not in own)
    there = [sku for sku in named if here.offers_of(sku)][:MOST_CONSIDERED]
    fitting = allowed(there) if there else set()
    shown = [sku for sku in there if sku in fitting][:MOST_SHOWN]
    cards = cards_of(session, window, shelf, shown)
    return tuple(_priced(cards[sku], shelf) for sku in shown if sku in cards)


def _companions(session: Session, shelf: Shelf, sku: str) -> tuple[str, ...]:
    """Everything that goes with a product, the best first; found once for each state of the catalogue."""
    key = ("goes with", sku)
    return remembered(engine_of(session), shelf.version, key, lambda: companions(shelf.assortment, sku))


def companions(whole: Assortment, sku: str) -> tuple[str, ...]:
    """The merchant's own pairs in their order, then those of the rule: what shares most places first. Pure."""
    own = [named for named in whole.goes_with.get(sku, ()) if named in whole.by_sku]
    found = dict.fromkeys([*own, *_by_rule(whole, sku)])
    return tuple(named for named in found if named != sku and not is_unlisted_stimulator(whole.by_sku[named]))


def _by_rule(whole: Assortment, sku: str) -> list[str]:
    item = whole.by_sku.get(sku)
    if item is None or item.type not in MATS | PILLOWS:
        return []
    wanted = PILLOWS if item.type in MATS else MATS
    fitting = [other for other in whole.items if other.type in wanted and _shared(item, other)]
    return [other.sku for other in sorted(fitting, key=lambda other: -_shared(item, other))]


def _shared(one: Item, other: Item) -> int:
    return len((one.areas & other.areas) - NOT_A_PLACE)


def _priced(card: CardView, shelf: Shelf) -> CardView:
    """The card with the lowest price that can be paid now in the shelf's currency."""
    prices = [offer.price for offer in shelf.assortment.offers_of(card.sku)]
    lowest = min(prices, key=lambda price: price.minor)
    return card._replace(price=lowest, price_is_from=any(price != lowest for price in prices))
