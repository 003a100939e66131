"""Which products come into question at all for a wish, before anything is weighed."""

import numpy as np
import numpy.typing as npt

from recommender.catalogue import KIND_CODES, Bools, Catalogue
from recommender.features import reaches
from recommender.knowledge import CALM_GOALS, CALM_KIND, DESK_GOAL, DESK_KINDS, POSITIONS
from recommender.wish import Wish

GOOD, NEAR, NONE = 2, 1, 0
DISCREET_FROM = 4
_FLOOR = POSITIONS.index("floor")
_SITTING, _ON_THE_GO = POSITIONS.index("sitting"), POSITIONS.index("on_the_go")

Levels = npt.NDArray[np.int_]


def fit_levels(wish: Wish, catalogue: Catalogue) -> Levels:
    """Return (items,): GOOD when it reaches a named area or serves a named kind, NEAR for a neighbouring area only.

    A kind that can be anywhere counts only at the named areas. Where neither area nor kind is named the goal
    decides; without any of the three nothing fits.
    """
    if not wish.area_count and not wish.kind_count:
        return np.where(_serves_goal(wish, catalogue), GOOD, NONE)
    kinds = wish.placed_kinds if wish.area_count else wish.kinds
    good = (reaches(wish, catalogue) > 0) | (catalogue.kinds @ kinds > 0)
    near = catalogue.near @ wish.areas > 0
    return np.where(good, GOOD, np.where(near, NEAR, NONE))


def needs_floor(wish: Wish, catalogue: Catalogue) -> Bools:
    """Mark what is used on the floor only, for somebody who cannot get down there."""
    floor_only = (catalogue.positions[:, _FLOOR] > 0) & (catalogue.positions.sum(axis=1) == 1)
    return _marks(floor_only & ("no_floor" in wish.answers.mobility_limits))


def too_small(wish: Wish, catalogue: Catalogue) -> Bools:
    """Mark what is made in a child's size, unless it is for a child."""
    return catalogue.child_size & (not wish.is_for_child)


def _serves_goal(wish: Wish, catalogue: Catalogue) -> Bools:
    if wish.answers.goal in CALM_GOALS:
        return catalogue.kinds[:, KIND_CODES.index(CALM_KIND)] > 0
    if wish.answers.goal == DESK_GOAL:
        at_a_desk = catalogue.positions[:, [_SITTING, _ON_THE_GO]].any(axis=1)
        for_desk = catalogue.kinds[:, [KIND_CODES.index(code) for code in DESK_KINDS]].any(axis=1)
        return at_a_desk & for_desk & (catalogue.discretion >= DISCREET_FROM)
    return np.zeros(len(catalogue.items), dtype=np.bool_)


def _marks(values: npt.ArrayLike) -> Bools:
    return np.asarray(values, dtype=np.bool_)
