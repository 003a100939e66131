"""What is said about each product for one visitor, in numbers: the columns every scorer reads.

A value is 0 where the question was not answered or the product's field is empty, above 0 where it speaks for
the product and below 0 where it speaks against; most lie between -1 and 1.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from recommender.catalogue import KIND_CODES, Catalogue
from recommender.knowledge import CALM_KIND, POSITIONS
from recommender.scorers import Floats
from recommender.wish import Wish

NEAR_REACH = 0.3
REACH_FROM_AFAR = 0.35
BEST_SHARE = 0.75
SPREAD_SHARE = 0.2
RELATED_WORTH = 0.55
OTHER_USE = 0.55
MOST_CAUTIONS = 3
CARRY = {"must": (-2.0, -1.5, -0.6, 0.8, 1.0), "some": (-0.6, -0.3, 0.0, 0.4, 0.5)}
"""What portability 1 to 5 is worth to somebody who must, or would like to, carry it."""
WEAK_GRIP = (0.15, 0.0, -1.0, -1.6, -2.0)
"""What dexterity 1 (lie on it) to 5 (pinch hard) is worth to a weak hand."""
UPPER_BACK_REACH = 0.4
"""What a tool that reaches between the shoulder blades is worth there, to anybody."""
LYING_MM = 650
"""A surface from this length on carries the whole back."""
POCKET_MM = 200
"""What is shorter than this goes into a small bag, what is a quarter of it into a pocket."""
_FLAT = [POSITIONS.index(code) for code in ("lying", "floor")]
_CALM_COLUMN = KIND_CODES.index(CALM_KIND)


def reaches(wish: Wish, catalogue: Catalogue) -> Floats:
    """Return (items,): how many of the named areas each product reaches itself.

    What is worn somewhere else than where it is meant for reaches an area only for a use it serves.
    """
    reached = catalogue.areas @ wish.areas
    if not wish.kind_count:
        return reached
    return np.where(catalogue.is_worn & (catalogue.kinds @ wish.kinds == 0), 0, reached)


def _area(wish: Wish, catalogue: Catalogue) -> Floats:
    if not wish.area_count:
        return np.zeros(len(catalogue.items))
    reach = (catalogue.areas + NEAR_REACH * catalogue.near) * wish.areas * _use(wish, catalogue)[:, None]
    from_afar = REACH_FROM_AFAR * (catalogue.kinds @ wish.distant_kinds > 0)
    reach = np.maximum(reach, from_afar[:, None] * wish.areas)
    return _floats(BEST_SHARE * reach.max(axis=1) + (1 - BEST_SHARE) * reach.sum(axis=1) / wish.area_count)


def _focus(wish: Wish, catalogue: Catalogue) -> Floats:
    reached = reaches(wish, catalogue)
    elsewhere = catalogue.area_count - reached
    close_by = catalogue.areas @ wish.near_areas
    return reached / np.maximum(wish.area_count + elsewhere - close_by / 2, 1) * _use(wish, catalogue)


def _use(wish: Wish, catalogue: Catalogue) -> Floats:
    """Return (items,): what reaching the spot is worth, less for a product made for quite another use."""
    if not wish.kind_count:
        return np.ones(len(catalogue.items))
    served = catalogue.kinds @ wish.kinds + catalogue.related_kinds @ wish.kinds
    return np.where(served > 0, 1.0, OTHER_USE)


def _purpose(wish: Wish, catalogue: Catalogue) -> Floats:
    return _floats(
        catalogue.kinds @ wish.kinds / np.maximum(catalogue.kinds.sum(axis=1), 1) * (_kind(wish, catalogue) > 0)
    )


def _breadth(wish: Wish, catalogue: Catalogue) -> Floats:
    if wish.area_count or not wish.wants_calm:
        return np.zeros(len(catalogue.items))
    size = np.clip(catalogue.length / LYING_MM, 0, 1)
    return np.minimum(catalogue.area_count, 6) / 6 * np.where(np.isnan(size), 1, size)


def _kind(wish: Wish, catalogue: Catalogue) -> Floats:
    if not wish.kind_count:
        return np.zeros(len(catalogue.items))
    served = catalogue.kinds * wish.kinds
    if wish.area_count:
        at_place = np.maximum(served, RELATED_WORTH * catalogue.related_kinds * wish.kinds)
        served = np.where(reaches(wish, catalogue)[:, None] > 0, at_place, served * wish.placed_kinds)
    return _floats(BEST_SHARE * served.max(axis=1) + (1 - BEST_SHARE) * served.sum(axis=1) / wish.kind_count)


def _trigger(wish: Wish, catalogue: Catalogue) -> Floats:
    fits = np.where(catalogue.kinds @ wish.kinds > 0, 0.0, catalogue.kinds @ wish.hinted_kinds > 0)
    return fits * (reaches(wish, catalogue) > 0) if wish.area_count else fits


def _position(wish: Wish, catalogue: Catalogue) -> Floats:
    if wish.position_fit is None:
        return np.zeros(len(catalogue.items))
    fits = catalogue.positions * wish.position_fit
    count = np.maximum(catalogue.positions.sum(axis=1), 1)
    value = (1 - SPREAD_SHARE) * fits.max(axis=1) + SPREAD_SHARE * fits.sum(axis=1) / count
    return np.where(catalogue.positions.any(axis=1), 2 * value - 1, 0)


def _firmness(wish: Wish, catalogue: Catalogue) -> Floats:
    low, high = catalogue.pressure_min, catalogue.pressure_max
    gap = np.maximum(np.maximum(low - wish.pressure, wish.pressure - high), 0)
    inside = 1 - 0.25 * np.abs((low + high) / 2 - wish.pressure)
    return _known(np.where(gap > 0, np.maximum(-0.75 * gap, -2), inside))


def _gentle(wish: Wish, catalogue: Catalogue) -> Floats:
    return wish.delicacy * _known(np.clip((3 - catalogue.pressure_max) / 2, -1, 0.5))


def _control(wish: Wish, catalogue: Catalogue) -> Floats:
    if not (wish.is_new or wish.is_strong):
        return np.zeros(len(catalogue.items))
    return catalogue.control * _known(np.clip((catalogue.pressure_max - wish.pressure) / 2, 0, 1))


def _experience(wish: Wish, catalogue: Catalogue) -> Floats:
    if wish.is_new:
        return -1.0 * catalogue.is_expert - _known(np.maximum(catalogue.pressure_min - 2, 0)) * 0.3
    if wish.answers.experience == "some":
        return _floats(-0.4 * catalogue.is_expert)
    wants_more = wish.answers.experience == "regular" and wish.pressure >= 4
    return _floats(0.15 * catalogue.is_expert * wants_more)


def _carry(wish: Wish, catalogue: Catalogue) -> Floats:
    worth = CARRY.get(wish.answers.portability or "")
    return np.zeros(len(catalogue.items)) if worth is None else _by_mark(catalogue.portability, worth)


def _pocket(wish: Wish, catalogue: Catalogue) -> Floats:
    wanted = {"must": 1.0, "some": 0.5}.get(wish.answers.portability or "", 0.0)
    return wanted * _known(np.clip(np.log2(POCKET_MM / np.maximum(catalogue.length, 1)) / 2, 0, 1))


def _travel(wish: Wish, catalogue: Catalogue) -> Floats:
    away = not wish.answers.triggers.isdisjoint({"travel", "driving"}) and wish.answers.portability != "must"
    return (catalogue.portability - 3) / 2 * away


def _discretion(wish: Wish, catalogue: Catalogue) -> Floats:
    return (catalogue.discretion - 3) / 2 * wish.desk_weight


def _hands_free(wish: Wish, catalogue: Catalogue) -> Floats:
    return catalogue.hands_free * wish.desk_weight


def _grip(wish: Wish, catalogue: Catalogue) -> Floats:
    if "limited_grip" not in wish.answers.mobility_limits:
        return np.zeros(len(catalogue.items))
    return _by_mark(catalogue.dexterity, WEAK_GRIP)


def _ease(wish: Wish, catalogue: Catalogue) -> Floats:
    beginner = wish.is_new or wish.is_for_child
    return -(catalogue.dexterity - 1) / 4 * (1.0 if beginner else 0.4)


def _self_reach(wish: Wish, catalogue: Catalogue) -> Floats:
    if "no_reach_back" in wish.answers.mobility_limits and wish.names_back:
        return catalogue.self_reach
    partly = -(0.5 if wish.names_mid_back else 0.3 if wish.names_back else 0.0)
    return _floats(
        partly * catalogue.is_partly_reached + UPPER_BACK_REACH * (catalogue.self_reach == 1) * wish.names_upper_back
    )


def _calm(wish: Wish, catalogue: Catalogue) -> Floats:
    if not wish.wants_calm:
        return np.zeros(len(catalogue.items))
    serves = catalogue.kinds[:, _CALM_COLUMN]
    gentle = _known(np.clip((4 - catalogue.pressure_max) / 2, -1, 1))
    return 0.6 * serves + 0.2 * gentle


def _coverage(wish: Wish, catalogue: Catalogue) -> Floats:
    if wish.area_count >= 3:
        return np.where(catalogue.is_whole, 1.0, 0.0)
    return np.zeros(len(catalogue.items))


def _suited(wish: Wish, catalogue: Catalogue) -> Floats:
    return _floats((catalogue.suited * catalogue.kinds * wish.kinds).max(axis=1))


def _flat(wish: Wish, catalogue: Catalogue) -> Floats:
    if not wish.is_pregnant:
        return np.zeros(len(catalogue.items))
    flat = catalogue.positions[:, _FLAT].sum(axis=1)
    return _floats(-flat / np.maximum(catalogue.positions.sum(axis=1), 1))


def _child(wish: Wish, catalogue: Catalogue) -> Floats:
    return np.where(catalogue.child_size, 1.0, -0.3) * wish.is_for_child


def _price(wish: Wish, catalogue: Catalogue) -> Floats:
    price = np.maximum(catalogue.price, 1)
    return -np.clip(np.log2(price / np.median(price)) / 3, -1, 1) if len(price) else price


def _evidence(wish: Wish, catalogue: Catalogue) -> Floats:
    return catalogue.evidence


def _cautions(wish: Wish, catalogue: Catalogue) -> Floats:
    return -np.minimum(catalogue.cautions @ wish.health, MOST_CAUTIONS)


COLUMNS: tuple[tuple[str, Callable[[Wish, Catalogue], Floats]], ...] = (
    ("area", _area),
    ("focus", _focus),
    ("purpose", _purpose),
    ("breadth", _breadth),
    ("kind", _kind),
    ("trigger", _trigger),
    ("position", _position),
    ("firmness", _firmness),
    ("gentle", _gentle),
    ("control", _control),
    ("experience", _experience),
    ("carry", _carry),
    ("pocket", _pocket),
    ("travel", _travel),
    ("discretion", _discretion),
    ("hands_free", _hands_free),
    ("grip", _grip),
    ("ease", _ease),
    ("self_reach", _self_reach),
    ("calm", _calm),
    ("coverage", _coverage),
    ("suited", _suited),
    ("flat", _flat),
    ("child", _child),
    ("price", _price),
    ("evidence", _evidence),
    ("cautions", _cautions),
)
FEATURES = tuple(name for name, _ in COLUMNS)


def feature_matrix(wish: Wish, catalogue: Catalogue) -> Floats:
    """Return (items, features): row i speaks of `catalogue.items[i]`, column j is `FEATURES[j]`."""
    matrix = np.empty((len(catalogue.items), len(COLUMNS)))
    for place, (_, column) in enumerate(COLUMNS):
        matrix[:, place] = column(wish, catalogue)
    return matrix


def _floats(values: npt.ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _known(values: Floats) -> Floats:
    return np.where(np.isnan(values), 0.0, values)


def _by_mark(marks: Floats, worth: tuple[float, ...]) -> Floats:
    places = np.clip(marks, 1, len(worth)).astype(np.intp) - 1
    return np.array(worth)[places]
