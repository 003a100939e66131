"""What a product has whoever asks for it, as one row of numbers a trait; the answers only say how much each counts."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.bits import Floats
from recommender.knowledge import POSITION_FIT, POSITIONS

SPREAD_SHARE = 0.2
CARRY = {"must": (-2.0, -1.5, -0.6, 0.8, 1.0), "some": (-0.6, -0.3, 0.0, 0.4, 0.5)}
"""What portability 1 to 5 is worth to somebody who must, or would like to, carry it."""
WEAK_GRIP = (0.15, 0.0, -1.0, -1.6, -2.0)
"""What dexterity 1 (lie on it) to 5 (pinch hard) is worth to a weak hand."""
SKILL = (0.0, -0.1, -0.45, -0.8, -1.0)
"""What dexterity 1 to 5 is worth to any hand: the first two marks ask for next to nothing."""
UPPER_BACK_REACH = 0.4
"""What a tool that reaches between the shoulder blades is worth there, to anybody."""
LYING_MM = 650
"""A surface from this length on carries the whole back."""
POCKET_MM = 200
"""What is shorter than this goes into a small bag, what is a quarter of it into a pocket."""
MOST_AREAS = 6
TOO_STRONG, TOO_MILD = 0.9, 0.4
"""What each mark costs that a product is stronger, or milder, than was asked for: too strong is put away, too mild
still does something."""
PRESSURES = (1, 2, 3, 4, 5)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The products' plain numbers, (items,) each but `positions` (positions, items); NaN where nothing is known."""

    positions: Floats
    area_count: Floats
    length: Floats
    pressure_min: Floats
    pressure_max: Floats
    portability: Floats
    dexterity: Floats
    discretion: Floats
    hands_free: Floats
    control: Floats
    self_reach: Floats
    evidence: Floats
    is_calming: Bools
    is_whole: Bools
    is_expert: Bools
    is_warm: Bools
    has_allergens: Bools
    is_partly_reached: Bools
    is_for_the_wall: Bools
    child_size: Bools


Trait = Callable[[Columns], Floats]


def traits(columns: Columns, price: Floats) -> Floats:
    """Return (traits, items), one row a name of TRAITS. price: (items,) minor units."""
    rows = [trait(columns) for trait in _BY_NAME.values()]
    return np.array([*rows, price_trait(price)], dtype=np.float64).reshape(len(TRAITS), len(price))


def price_trait(price: Floats) -> Floats:
    """Return 1 (an eighth of the usual price here) to -1 (eight times of it)."""
    if not len(price):
        return price
    known = np.maximum(price, 1)
    worth: Floats = -np.clip(np.log2(known / np.median(known)) / 3, -1, 1)
    return worth


def _position(asked: str) -> Trait:
    fit = np.array(POSITION_FIT[asked])[:, None]

    def trait(columns: Columns) -> Floats:
        fits = columns.positions * fit
        number = np.maximum(columns.positions.sum(axis=0), 1)
        value = (1 - SPREAD_SHARE) * fits.max(axis=0) + SPREAD_SHARE * fits.sum(axis=0) / number
        return np.where(columns.positions.any(axis=0), 2 * value - 1, 0)

    return trait


def _firmness(pressure: int) -> Trait:
    def trait(columns: Columns) -> Floats:
        low, high = columns.pressure_min, columns.pressure_max
        too_strong, too_mild = np.maximum(low - pressure, 0), np.maximum(pressure - high, 0)
        inside = 1 - 0.25 * np.abs((low + high) / 2 - pressure)
        off = -np.minimum(TOO_STRONG * too_strong + TOO_MILD * too_mild, 2)
        outside = (low > pressure) | ((high < pressure) & ~columns.is_warm)
        return _known(np.where(outside, off, inside))

    return trait


def _control(pressure: int) -> Trait:
    return lambda columns: columns.control * _known(np.clip((columns.pressure_max - pressure) / 2, 0, 1))


def _carry(need: str) -> Trait:
    return lambda columns: _by_mark(columns.portability, CARRY[need])


def _gentle(columns: Columns) -> Floats:
    return _known(np.clip((3 - columns.pressure_max) / 2, -1, 0.5))


def _for_the_new(columns: Columns) -> Floats:
    return -1.0 * columns.is_expert - _known(np.maximum(columns.pressure_min - 2, 0)) * 0.3


def _pocket(columns: Columns) -> Floats:
    return _known(np.clip(np.log2(POCKET_MM / np.maximum(columns.length, 1)) / 2, 0, 1))


def _upper_back(columns: Columns) -> Floats:
    worth: Floats = UPPER_BACK_REACH * (columns.self_reach == 1) - 0.5 * columns.is_partly_reached
    return worth


def _calm(columns: Columns) -> Floats:
    return 0.6 * columns.is_calming + 0.2 * _known(np.clip((4 - columns.pressure_max) / 2, -1, 1))


def _breadth(columns: Columns) -> Floats:
    share: Floats = np.minimum(columns.area_count, MOST_AREAS) / MOST_AREAS
    return share * _share_of_the_body(columns)


def _share_of_the_body(columns: Columns) -> Floats:
    """Return 1 for what a whole back rests on at once, less for what has to be moved from place to place."""
    size = np.clip(columns.length / LYING_MM, 0, 1)
    return np.where(np.isnan(size), 1, size)


def _flat(columns: Columns) -> Floats:
    """A product that is leaned on at a wall needs neither bed nor floor."""
    flat = columns.positions[[POSITIONS.index(code) for code in ("lying", "floor")]].sum(axis=0)
    share: Floats = flat / np.maximum(columns.positions.sum(axis=0), 1)
    return -share * ~columns.is_for_the_wall


def _floor(columns: Columns) -> Floats:
    share: Floats = columns.positions[POSITIONS.index("floor")] / np.maximum(columns.positions.sum(axis=0), 1)
    return -share * ~columns.is_for_the_wall


_BY_NAME: dict[str, Trait] = {
    **{f"position {asked}": _position(asked) for asked in POSITION_FIT},
    **{f"firmness {pressure}": _firmness(pressure) for pressure in PRESSURES},
    **{f"control {pressure}": _control(pressure) for pressure in PRESSURES},
    **{f"carry {need}": _carry(need) for need in CARRY},
    "gentle": _gentle,
    "for the new": _for_the_new,
    "expert": lambda columns: columns.is_expert.astype(np.float64),
    "pocket": _pocket,
    "travel": lambda columns: (columns.portability - 3) / 2,
    "discretion": lambda columns: (np.where(_on_the_floor(columns), 1, columns.discretion) - 3) / 2,
    "hands_free": lambda columns: columns.hands_free * ~_on_the_floor(columns),
    "grip": lambda columns: _by_mark(columns.dexterity, WEAK_GRIP),
    "ease": lambda columns: _by_mark(columns.dexterity, SKILL),
    "self_reach": lambda columns: columns.self_reach,
    "upper_back": _upper_back,
    "partly_reached": lambda columns: -columns.is_partly_reached.astype(np.float64),
    "calm": _calm,
    "breadth": _breadth,
    "whole": lambda columns: columns.is_whole * _share_of_the_body(columns),
    "flat": _flat,
    "floor": _floor,
    "child": lambda columns: np.where(columns.child_size, 1.0, -0.3),
    "evidence": lambda columns: columns.evidence,
    "plain": lambda columns: -columns.has_allergens.astype(np.float64),
}
TRAITS = (*_BY_NAME, "price")


def _on_the_floor(columns: Columns) -> Bools:
    """What one gets down on the floor for is no companion at work, whatever the type allows."""
    used: Bools = (columns.positions[POSITIONS.index("floor")] > 0) & ~columns.is_for_the_wall
    return used


def _known(values: Floats) -> Floats:
    return np.where(np.isnan(values), 0.0, values)


def _by_mark(marks: Floats, worth: tuple[float, ...]) -> Floats:
    places = np.clip(marks, 1, len(worth)).astype(np.intp) - 1
    return np.array(worth)[places]
