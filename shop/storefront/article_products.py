"""Which products an article or the front page shows: published, in stock, of many kinds, and safe for this visitor."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from shop.catalogue.cards import CardView, find_cards
from shop.catalogue.window import shop_window
from shop.quiz.visitor import visible_to_visitor
from shop.web import db

CONSIDERED = 24


def products_for_block(areas: Sequence[str], kinds: Sequence[str], limit: int) -> tuple[CardView, ...]:
    """Up to `limit` cards that reach one of `areas` (any, when empty), of `kinds` if named, one of a kind first."""
    window = shop_window()
    found: dict[str, CardView] = {}
    for area in areas or (None,):
        found |= {card.sku: card for card in find_cards(db(), window, area=area, limit=CONSIDERED)}
    cards = [card for card in found.values() if not kinds or card.type in kinds]
    allowed = visible_to_visitor(db(), [card.sku for card in cards])
    return one_of_a_kind_first((card for card in cards if card.sku in allowed), limit)


def one_of_a_kind_first(cards: Iterable[CardView], limit: int) -> tuple[CardView, ...]:
    """Every kind's first card, then every kind's second, in the order of the list."""
    rounds: dict[str, int] = defaultdict(int)
    placed: list[tuple[int, int, CardView]] = []
    for number, card in enumerate(cards):
        placed.append((rounds[card.kind_text], number, card))
        rounds[card.kind_text] += 1
    return tuple(card for _round, _number, card in sorted(placed, key=lambda entry: entry[:2])[:limit])
