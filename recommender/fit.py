"""Which products come into question at all for a wish, before anything is weighed."""

import numpy as np
import numpy.typing as npt

from recommender.bits import Floats, has
from recommender.catalogue import KIND_BITS, POSITION_BITS, Bools, Catalogue
from recommender.features import FEATURES
from recommender.knowledge import CALM_GOALS, CALM_KIND, DESK_GOAL, DESK_KINDS
from recommender.ways import Ways
from recommender.wish import Wish

GOOD, NEAR, NONE = 2, 1, 0
DISCREET_FROM = 4
_FLOOR = POSITION_BITS.mask(["floor"])
_AT_A_DESK = POSITION_BITS.mask(["sitting", "on_the_go"])
_AREA, _FOCUS, _KIND = (FEATURES.index(name) for name in ("area", "focus", "kind"))
_CALM, _FOR_THE_DESK = KIND_BITS.mask([CALM_KIND]), KIND_BITS.mask(DESK_KINDS)

Levels = npt.NDArray[np.int8]


def fit_levels(wish: Wish, catalogue: Catalogue, ways: Ways) -> Levels:
    """Return (items,): GOOD when it reaches a named area or serves a named kind, NEAR for a neighbouring area only.

    A kind that can be anywhere counts only at the named areas. Where neither area nor kind is named the goal
    decides; without any of the three nothing fits.
    """
    if not wish.area_count and not wish.kind_count:
        return _serves_goal(wish, catalogue) * np.int8(GOOD)
    seen = ways.match
    serves = seen.service.placed if wish.area_count else seen.service.served
    near = (seen.reach.near > 0) * np.int8(NEAR)
    levels: Levels = np.where((seen.reached > 0) | (serves > 0), np.int8(GOOD), near)
    return levels.take(ways.number)


def near_by_features(features: Floats) -> Bools:
    """Return (rows,): which of some shown products have the level NEAR, read off their features.

    features: (rows, features), of products that fit at all. Such a one is near an area that was named, reaches none
    of them and serves no kind that was named.
    """
    near: Bools = (features[:, _AREA] > 0) & (features[:, _FOCUS] == 0) & (features[:, _KIND] == 0)
    return near


def needs_floor(wish: Wish, catalogue: Catalogue) -> Bools | None:
    """Mark (items,) what is used on the floor only, for somebody who cannot get down there; None for everybody else."""
    if "no_floor" not in wish.answers.mobility_limits:
        return None
    floor_only: Bools = catalogue.positions == _FLOOR
    return floor_only


def too_small(wish: Wish, catalogue: Catalogue) -> Bools | None:
    """Mark (items,) what is made in a child's size; None when it is for a child."""
    return None if wish.is_for_child else catalogue.child_size


def _serves_goal(wish: Wish, catalogue: Catalogue) -> Bools:
    if wish.answers.goal in CALM_GOALS:
        return has(catalogue.kinds, _CALM)
    if wish.answers.goal == DESK_GOAL:
        fits = has(catalogue.positions, _AT_A_DESK) & has(catalogue.kinds, _FOR_THE_DESK)
        return fits & (catalogue.discretion >= DISCREET_FROM)
    return np.zeros(len(catalogue.items), dtype=np.bool_)
