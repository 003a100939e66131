"""What is said about each product for one visitor, in numbers: the columns every scorer reads.

A value is 0 where the question was not answered or the product's field is empty, above 0 where it speaks for
the product and below 0 where it speaks against; most lie between -1 and 1. A feature is either a meeting of codes,
or a trait the product has whoever asks, times what that counts for this visitor.
"""

from collections.abc import Callable

import numpy as np

from recommender.bits import Bits, Floats, count
from recommender.catalogue import Catalogue, Ints
from recommender.knowledge import POSITION_FIT
from recommender.matching import BEST_SHARE, Match, match
from recommender.traits import CARRY, TRAITS
from recommender.wish import Wish

NEAR_REACH = 0.3
REACH_FROM_AFAR = 0.35
MOST_CAUTIONS = 3
BREADTH_WANTED = {"sitting": 0.3, "standing": 0.0, "on_the_go": 0.0}
"""How far somebody who wants to wind down like that has room to rest the body on something large; lying, all."""
LARGE_FROM = 3
"""From this many sore areas on, one large surface is worth more than a point."""

Meeting = Callable[[Match], Floats | None]
Asked = tuple[int, int, float]
"""A trait that counts for this visitor: the feature's place, the trait's row, and what it counts."""
Counts = tuple[str, float] | None
"""The trait that is asked about and what it counts for this visitor; None when it counts nothing."""


def _area(seen: Match) -> Floats | None:
    if not seen.wish.area_count:
        return None
    own, near = seen.reach.own, seen.reach.near
    from_afar = REACH_FROM_AFAR * seen.service.from_afar
    next_to_it = np.maximum(NEAR_REACH * seen.use, from_afar)
    best = np.where(own > 0, seen.use, np.where(near > 0, next_to_it, from_afar))
    nowhere = seen.wish.area_count - own - near
    total = own * seen.use + near * next_to_it + nowhere * from_afar
    area: Floats = BEST_SHARE * best + (1 - BEST_SHARE) / seen.wish.area_count * total
    return area


def _focus(seen: Match) -> Floats | None:
    if not seen.wish.area_count:
        return None
    spread = np.maximum(seen.wish.area_count + seen.reach.all_places / 2 - seen.reached, 1)
    return seen.reached / spread * seen.use


def _purpose(seen: Match) -> Floats | None:
    if not seen.wish.kinds:
        return None
    return seen.service.served / np.maximum(seen.service.all_kinds, 1) * (seen.kind > 0)


def _kind(seen: Match) -> Floats | None:
    return seen.kind if seen.wish.kinds else None


def _trigger(seen: Match) -> Floats | None:
    if not seen.wish.hinted_kinds:
        return None
    hinted: Floats = seen.service.hinted * (seen.reached > 0) if seen.wish.area_count else seen.service.hinted
    return hinted


def _suited(seen: Match) -> Floats | None:
    return seen.worths.take(seen.service.suited.astype(np.intp)) if len(seen.wish.studied_rows) else None


def caution_count(wish: Wish, cautions: Bits) -> Floats:
    """Return (rows,) from the bits of each row's caution codes: how many match, below 0."""
    return -np.minimum(count(cautions, wish.health), MOST_CAUTIONS)


def _breadth(wish: Wish) -> Counts:
    if not wish.wants_calm or wish.area_count:
        return None
    return ("breadth", BREADTH_WANTED.get(wish.answers.position or "", 1.0))


def _position(wish: Wish) -> Counts:
    asked = wish.answers.position
    return (f"position {asked}", 1.0) if asked in POSITION_FIT else None


def _firmness(wish: Wish) -> Counts:
    return (f"firmness {wish.pressure}", 1.0)


def _gentle(wish: Wish) -> Counts:
    return ("gentle", wish.delicacy)


def _control(wish: Wish) -> Counts:
    return (f"control {wish.pressure}", 1.0) if wish.is_new or wish.is_strong else None


def _experience(wish: Wish) -> Counts:
    if wish.is_new:
        return ("for the new", 1.0)
    if wish.answers.experience == "some":
        return ("expert", -0.4)
    wants_more = wish.answers.experience == "regular" and wish.pressure >= 4
    return ("expert", 0.15) if wants_more else None


def _carry(wish: Wish) -> Counts:
    return (f"carry {wish.answers.portability}", 1.0) if wish.answers.portability in CARRY else None


def _pocket(wish: Wish) -> Counts:
    return ("pocket", {"must": 1.0, "some": 0.5}.get(wish.answers.portability or "", 0.0))


def _travel(wish: Wish) -> Counts:
    away = not wish.answers.triggers.isdisjoint({"travel", "driving"}) and wish.answers.portability != "must"
    return ("travel", 1.0) if away else None


def _discretion(wish: Wish) -> Counts:
    return ("discretion", wish.desk_weight)


def _hands_free(wish: Wish) -> Counts:
    return ("hands_free", wish.desk_weight)


def _grip(wish: Wish) -> Counts:
    return ("grip", 1.0) if "limited_grip" in wish.answers.mobility_limits else None


def _ease(wish: Wish) -> Counts:
    return ("ease", 1.0 if wish.is_new or wish.is_for_child else 0.8)


def _self_reach(wish: Wish) -> Counts:
    if not wish.names_back:
        return ("partly_reached", 0.3) if wish.names_hips else None
    if "no_reach_back" in wish.answers.mobility_limits:
        return ("self_reach", 1.0)
    if wish.names_upper_back:
        return ("upper_back", 1.0)
    return ("partly_reached", 0.5 if wish.names_mid_back else 0.3)


def _calm(wish: Wish) -> Counts:
    return ("calm", 1.0) if wish.wants_calm else None


def _coverage(wish: Wish) -> Counts:
    return ("whole", 1.0) if wish.area_count >= LARGE_FROM else None


def _flat(wish: Wish) -> Counts:
    return ("flat", 1.0) if wish.is_pregnant else None


def _floor(wish: Wish) -> Counts:
    return ("floor", 1.0) if "no_floor" in wish.answers.mobility_limits else None


def _child(wish: Wish) -> Counts:
    return ("child", 1.0) if wish.is_for_child else None


def _price(wish: Wish) -> Counts:
    return ("price", 1.0)


def _evidence(wish: Wish) -> Counts:
    return ("evidence", 1.0)


def _plain(wish: Wish) -> Counts:
    return ("plain", 1.0)


TRAIT_COUNTS: dict[str, Callable[[Wish], Counts]] = {
    "breadth": _breadth,
    "position": _position,
    "firmness": _firmness,
    "gentle": _gentle,
    "control": _control,
    "experience": _experience,
    "carry": _carry,
    "pocket": _pocket,
    "travel": _travel,
    "discretion": _discretion,
    "hands_free": _hands_free,
    "grip": _grip,
    "ease": _ease,
    "self_reach": _self_reach,
    "calm": _calm,
    "coverage": _coverage,
    "flat": _flat,
    "floor": _floor,
    "child": _child,
    "price": _price,
    "evidence": _evidence,
    "plain": _plain,
}
FEATURES = (
    "area", "focus", "purpose", "breadth", "kind", "trigger", "position", "firmness", "gentle", "control",
    "experience", "carry", "pocket", "travel", "discretion", "hands_free", "grip", "ease", "self_reach", "calm",
    "coverage", "suited", "flat", "floor", "child", "price", "evidence", "cautions", "plain",
)  # fmt: skip
_PLACE = {name: place for place, name in enumerate(FEATURES)}
MEETINGS: dict[int, Meeting] = {
    _PLACE["area"]: _area,
    _PLACE["focus"]: _focus,
    _PLACE["purpose"]: _purpose,
    _PLACE["kind"]: _kind,
    _PLACE["trigger"]: _trigger,
    _PLACE["suited"]: _suited,
}
CAUTIONS = _PLACE["cautions"]
_TRAIT_ROW = {name: row for row, name in enumerate(TRAITS)}


def feature_matrix(wish: Wish, catalogue: Catalogue, rows: Ints) -> Floats:
    """Return (rows, features): line i speaks of `catalogue.items[rows[i]]`, column j is `FEATURES[j]`."""
    by_feature = np.zeros((len(FEATURES), len(rows)))  # one feature after the other in memory: fast to fill
    for place, values in met(match(wish, catalogue, rows)):
        by_feature[place] = values
    for place, trait, weight in asked_traits(wish):
        np.multiply(catalogue.traits[trait].take(rows), weight, out=by_feature[place])
    if wish.health:
        by_feature[CAUTIONS] = caution_count(wish, catalogue.cautions.take(rows))
    return by_feature.T


def met(seen: Match) -> list[tuple[int, Floats]]:
    """Return the meetings that this visitor's answers ask for, each with the feature's place."""
    found = ((place, meeting(seen)) for place, meeting in MEETINGS.items())
    return [(place, values) for place, values in found if values is not None]


def asked_traits(wish: Wish) -> list[Asked]:
    """Return the traits that count for this visitor."""
    found = ((name, how(wish)) for name, how in TRAIT_COUNTS.items())
    return [(_PLACE[name], _TRAIT_ROW[counts[0]], counts[1]) for name, counts in found if counts and counts[1]]
