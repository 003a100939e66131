"""The cards of ranked products: kept per catalogue version, with the stock of this moment on them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from shop.catalogue.cards import CardView, ShopWindow, find_cards, stock_text
from shop.catalogue.memory import engine_of, remembered
from shop.recommendations.assortment import Shelf


def cards_of(session: Session, window: ShopWindow, shelf: Shelf, skus: Sequence[str]) -> dict[str, CardView]:
    """The card of each of the product SKUs that is still published; one statement for those not shown before."""
    kept: dict[str, CardView] = remembered(engine_of(session), shelf.version, ("cards", window), dict)
    missing = [sku for sku in skus if sku not in kept]
    if missing:
        kept |= {card.sku: card for card in find_cards(session, window, skus=missing, available_only=False)}
    return {sku: _with_stock(kept[sku], shelf.units_of(sku)) for sku in skus if sku in kept}


def _with_stock(card: CardView, units: int) -> CardView:
    return card._replace(available=units > 0, stock_text=stock_text(units))
