"""What a visitor's answers and products have in common: the named places and uses, counted."""

from dataclasses import dataclass

import numpy as np

from recommender.bits import Bits, Floats, count, has
from recommender.catalogue import Bools, Catalogue, Ints
from recommender.wish import Wish

RELATED_WORTH = 0.55
OTHER_USE = 0.55
BEST_SHARE = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Some products of a catalogue beside one wish, (rows,) each.

    `own` and `near` count the named areas a product reaches itself and from next to it; `reached` is `own` where
    that is of use. `served` counts the named kinds. `use` is what reaching the spot is worth, less for a product
    made for quite another use. `kind` says how far the named kinds are served at the named place.
    """

    wish: Wish
    catalogue: Catalogue
    rows: Ints
    areas: Bits
    kinds: Bits
    own: Floats
    near: Floats
    reached: Floats
    served: Floats
    use: Floats
    kind: Floats


def reaches(wish: Wish, catalogue: Catalogue) -> Bools:
    """Return (items,): whether each product reaches a named area itself.

    What is worn somewhere else than where it is meant for reaches an area only for a use it serves.
    """
    reached = has(catalogue.areas, wish.areas)
    if wish.kinds:
        reached &= ~catalogue.is_worn | has(catalogue.kinds, wish.kinds)
    return reached


def match(wish: Wish, catalogue: Catalogue, rows: Ints) -> Match:
    """Return what the products in these rows have in common with the wish."""
    areas, kinds = catalogue.areas[rows], catalogue.kinds[rows]
    own, near = count(areas, wish.areas), count(catalogue.near[rows], wish.areas)
    served = count(kinds, wish.kinds)
    related = count(catalogue.related_kinds[rows], wish.kinds)
    reached, use = own, np.ones(len(rows))
    if wish.kinds:
        reached = own * (~catalogue.is_worn[rows] | (served > 0))
        use[served + related == 0] = OTHER_USE
    kind = _kind(wish, kinds, served, related, reached)
    return Match(wish, catalogue, rows, areas, kinds, own, near, reached, served, use, kind)


def _kind(wish: Wish, kinds: Bits, served: Floats, related: Floats, reached: Floats) -> Floats:
    """Return (rows,): mostly the best served kind, a little the share of all that are named.

    At the place a kind nearby counts in part; elsewhere only a kind counts that is not bound to a place, and of several
    that are named only as its share: what misses the place and meets one wish of two is half an answer.
    """
    if not wish.kinds:
        return np.zeros(len(kinds))
    best = np.minimum(np.maximum(served, RELATED_WORTH * (related > 0)), 1)
    total = served + RELATED_WORTH * related
    if not wish.area_count:
        best, total = np.minimum(served, 1), served
    else:
        elsewhere = reached == 0
        placed = count(kinds[elsewhere], wish.placed_kinds)
        best[elsewhere], total[elsewhere] = placed / wish.kind_count, placed
    kind: Floats = BEST_SHARE * best + (1 - BEST_SHARE) / wish.kind_count * total
    return kind
