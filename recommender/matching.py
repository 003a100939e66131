"""What a visitor's answers and products have in common: the named places and uses, counted.

What is counted of a product's places and what of its uses stand apart, and most products share both counts with
others. So a match takes arrays of any shapes that numpy can bring together: row by row, or places against uses.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from recommender.bits import Floats, count
from recommender.catalogue import Catalogue, Ints
from recommender.wish import Wish

RELATED_WORTH = 0.55
OTHER_USE = 0.55
BEST_SHARE = 0.75


class Reach(NamedTuple):
    """What a wish finds in the places of some products, in small whole numbers: all 0 when no area is named.

    `own` and `near` count the named areas a product reaches itself and from next to it. `all_places` counts what it
    reaches at all, of twice the size because what is close by counts half. `only_in_use` marks what is worn somewhere
    else than where it is meant for: it reaches an area only for a use it serves.
    """

    own: Floats
    near: Floats
    all_places: Floats
    only_in_use: Floats


class Service(NamedTuple):
    """What a wish finds in the uses of some products, in small whole numbers.

    `served`, `related` and `placed` count the named kinds it is made for, is some use for, and is made for among those
    bound to a place; `all_kinds` counts the kinds it is made for at all, 0 where it serves none that is named.
    `from_afar` marks what helps a named area from elsewhere, `hinted` what meets no named kind but a hinted one.
    `suited` is the place in the catalogue's `worths` of what studies found.
    """

    served: Floats
    related: Floats
    placed: Floats
    all_kinds: Floats
    from_afar: Floats
    hinted: Floats
    suited: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Some products beside one wish.

    `reached` is `reach.own` where that is of use. `use` is what reaching the spot is worth, less for a product made
    for quite another use. `kind` says how far the named kinds are served at the named place. `worths`: see Catalogue.
    """

    wish: Wish
    reach: Reach
    service: Service
    worths: Floats
    reached: Floats
    use: Floats
    kind: Floats


def reach_of(wish: Wish, catalogue: Catalogue, rows: Ints) -> Reach:
    """Return what the wish finds in the places of the products in these rows."""
    if not wish.area_count:
        nothing = np.zeros(len(rows))
        return Reach(nothing, nothing, nothing, nothing)
    areas = catalogue.areas.take(rows)
    own = count(areas, wish.areas)
    all_places = 2 * catalogue.area_count.take(rows) - count(areas, wish.near_areas)
    only_in_use = np.minimum(own, 1) * catalogue.is_worn.take(rows)
    return Reach(own, count(catalogue.near.take(rows), wish.areas), all_places, only_in_use)


def service_of(wish: Wish, catalogue: Catalogue, rows: Ints) -> Service:
    """Return what the wish finds in the uses of the products in these rows."""
    kinds, studied = catalogue.kinds.take(rows), wish.studied_rows
    served = count(kinds, wish.kinds)
    suited = catalogue.suited[studied[:, None], rows].max(axis=0, initial=0)
    return Service(
        served=served,
        related=count(catalogue.related_kinds.take(rows), wish.kinds),
        placed=count(kinds, wish.placed_kinds),
        all_kinds=catalogue.kind_count.take(rows) * (served > 0),
        from_afar=np.minimum(count(kinds, wish.distant_kinds), 1),
        hinted=np.minimum(count(kinds, wish.hinted_kinds), 1) * (served == 0),
        suited=suited.astype(np.float64),
    )


def match(wish: Wish, catalogue: Catalogue, rows: Ints) -> Match:
    """Return what the products in these rows have in common with the wish, (rows,) each."""
    return brought_together(wish, reach_of(wish, catalogue, rows), service_of(wish, catalogue, rows), catalogue.worths)


def brought_together(wish: Wish, reach: Reach, service: Service, worths: Floats) -> Match:
    """Return the match of these places and these uses."""
    reached, use = reach.own, np.ones_like(service.served)
    if wish.kinds:
        reached = reach.own * ((reach.only_in_use == 0) | (service.served > 0))
        use[service.served + service.related == 0] = OTHER_USE
    return Match(wish, reach, service, worths, reached, use, _kind(wish, service, reached))


def _kind(wish: Wish, service: Service, reached: Floats) -> Floats:
    """Return mostly the best served kind, a little the share of all that are named.

    At the place a kind nearby counts in part; elsewhere only a kind counts that is not bound to a place, and of several
    that are named only as its share: what misses the place and meets one wish of two is half an answer.
    """
    if not wish.kinds:
        return np.zeros_like(service.served)
    served, related, placed = service.served, service.related, service.placed
    if not wish.area_count:
        return _share(wish, np.minimum(served, 1), served)
    at_the_place = _share(
        wish,
        np.minimum(np.maximum(served, RELATED_WORTH * (related > 0)), 1),
        served + RELATED_WORTH * related,
    )
    return np.where(reached == 0, _share(wish, placed / wish.kind_count, placed), at_the_place)


def _share(wish: Wish, best: Floats, total: Floats) -> Floats:
    share: Floats = BEST_SHARE * best + (1 - BEST_SHARE) / wish.kind_count * total
    return share
