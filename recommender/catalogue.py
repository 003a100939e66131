"""A catalogue as arrays: worked out once for the same products, read by every questionnaire."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from operator import is_
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.barring import barring, safety_facts
from recommender.bits import Bits, CodeBits, Floats
from recommender.guess import kind_of_tool
from recommender.knowledge import (
    ANY_AREA,
    CALM_KIND,
    NEIGHBOURS,
    POSITIONS,
    RELATED_KINDS,
    TYPE_SUITS,
    WARMTH_SUITS,
    TypeKnowledge,
    type_knowledge,
)
from recommender.memory import Memory
from recommender.questionnaire import AREAS, PAIN_KIND
from recommender.safety import HEALTH_CODES, cautions_of
from recommender.traits import TRAITS, Columns, price_trait, traits
from recommender.types import Codes, Item

AREA_BITS = CodeBits([choice.code for choice in AREAS.choices])
HEALTH_BITS = CodeBits(sorted(HEALTH_CODES))
KIND_CODES = tuple(choice.code for choice in PAIN_KIND.choices)
KIND_BITS = CodeBits(KIND_CODES)
POSITION_BITS = CodeBits(POSITIONS)
CONTROL = {"yes": 1.0, "partly": 0.0, "no": -1.0}
SELF_REACH = {"long": 1.0, "yes": 0.5, "wall": -0.5, "partly": -1.0}
EVIDENCE = {"A": 0.5, "B": 0.25, "C": 0.0, "D": -0.5, "N": -2.5}
CHILD_SIZE = re.compile(r"\b(child|children|kid|kids|junior|toddler)('?s)?\b", re.IGNORECASE)
POCKET_SIZES = ((200, 250, 5), (360, 800, 4), (500, 1500, 3), (900, 4000, 2))
"""Longest side in mm and weight in g up to which a product without a portability mark gets the third number."""
REMEMBERED = 8
_PLACES = AREAS.codes | {ANY_AREA}

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """The products and their arrays, one entry a product in the order of `items`; NaN where nothing is known.

    `areas` are the bits of what a product reaches itself, `near` of what it reaches only from a neighbouring
    area or as a second use, `related_kinds` of what it is some use for beside its own `kinds`, `bars` of the
    answers that bar it (see `barring`). `safety_group` and `type_number` are shared by products that safety or
    variety cannot tell apart, `twin_number` by those that differ in colour or price at most. `tie_order` is each
    product's place by price and SKU. `traits` (traits, items) are what it has whoever asks, `suited`
    (kinds, items) how far studies found some use in this sort of product for the kind, where it serves it: as places
    in `worths`, the different worths there are, in order.
    """

    items: tuple[Item, ...]
    skus: tuple[str, ...]
    bars: Bits
    safety_group: Bits
    areas: Bits
    near: Bits
    kinds: Bits
    related_kinds: Bits
    positions: Bits
    cautions: Bits
    area_count: Floats
    kind_count: Floats
    type_number: Ints
    twin_number: Ints
    tie_order: Ints
    pressure_min: Floats
    pressure_max: Floats
    discretion: Floats
    traits: Floats
    suited: Ints
    worths: Floats
    price: Floats
    is_worn: Bools
    child_size: Bools
    available: Bools

    def __post_init__(self) -> None:
        """Nobody who is handed these arrays changes them by mistake: not even a scorer."""
        for array in self._arrays().values():
            array.flags.writeable = False

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in values if isinstance(value, np.ndarray)}


_memory: Memory[Catalogue] = Memory(REMEMBERED)


def prepare(items: Sequence[Item]) -> Catalogue:
    """Return the arrays of these very products; the last few catalogues are remembered.

    The memory goes by identity, and at once for the same tuple. Where only stock or price changed, the rest of the
    arrays is taken over. Raises ValueError when two products have the same SKU.
    """
    known = _memory.known
    for each in known:
        if each.items is items:
            return each
    given = tuple(items)
    for each in known:
        if len(each.items) == len(given) and all(map(is_, each.items, given)):
            return each
    if len({item.sku for item in given}) < len(given):
        raise ValueError("two products have the same SKU")
    found = next((same for each in known if (same := _restocked(each, given)) is not None), None) or _arrays(given)
    _memory.add(found)
    return found


def _restocked(before: Catalogue, items: tuple[Item, ...]) -> Catalogue | None:
    """Return the arrays for the same products with other stock or prices, or None when more than that changed."""
    if not items or len(before.items) != len(items):
        return None
    for old, new in zip(before.items, items, strict=True):
        if old is not new and not _is_same_but_for_stock(old, new):
            return None
    price = _prices(items)
    numbers = before.traits.copy()
    numbers[TRAITS.index("price")] = price_trait(price)
    return replace(
        before,
        items=items,
        price=price,
        traits=numbers,
        tie_order=_tie_order(items),
        available=_available(items),
    )


def _is_same_but_for_stock(old: Item, new: Item) -> bool:
    same = replace(new, available=old.available, price_minor=old.price_minor) == old
    return same and safety_facts(old) == safety_facts(new)


def _arrays(items: tuple[Item, ...]) -> Catalogue:
    types = [kind_of_tool(item) for item in items]
    barred, columns, price = barring(items), _columns(items, types), _prices(items)
    worths, suited = _suited(items)
    areas = AREA_BITS.column(item.areas for item in items)
    near = AREA_BITS.column(_near(item, known) for item, known in zip(items, types, strict=True))
    kinds = KIND_BITS.column(item.pain_kinds for item in items)
    return Catalogue(
        items=items,
        skus=tuple(item.sku for item in items),
        bars=barred.bits,
        safety_group=barred.group,
        areas=areas,
        near=near & ~areas,
        kinds=kinds,
        related_kinds=KIND_BITS.column(_related(item) for item in items) & ~kinds,
        positions=POSITION_BITS.column(item.positions for item in items),
        cautions=HEALTH_BITS.column(cautions_of(item) for item in items),
        area_count=columns.area_count,
        kind_count=np.bitwise_count(kinds).astype(np.float64),
        type_number=_numbered([item.type for item in items]),
        twin_number=_numbered([_all_but_colour_and_price(item) for item in items]),
        tie_order=_tie_order(items),
        pressure_min=columns.pressure_min,
        pressure_max=columns.pressure_max,
        discretion=columns.discretion,
        traits=traits(columns, price),
        suited=suited,
        worths=worths,
        price=price,
        is_worn=np.array([ANY_AREA in item.areas for item in items], dtype=np.bool_),
        child_size=columns.child_size,
        available=_available(items),
    )


def _columns(items: Sequence[Item], types: Sequence[TypeKnowledge]) -> Columns:
    both = list(zip(items, types, strict=True))
    return Columns(
        positions=_floats([[code in item.positions for item in items] for code in POSITIONS]),
        area_count=_floats([max(len(item.areas & _PLACES), 1) for item in items]),
        length=_floats([item.length_mm for item in items]),
        pressure_min=_floats([item.pressure_min for item in items]),
        pressure_max=_floats([item.pressure_max for item in items]),
        portability=_floats([portability_of(item) for item in items]),
        dexterity=_floats([known.dexterity if item.dexterity is None else item.dexterity for item, known in both]),
        discretion=_floats([known.discretion for known in types]),
        hands_free=_floats([known.hands_free for known in types]),
        control=_floats([CONTROL[known.control] for known in types]),
        self_reach=_floats([SELF_REACH[known.self_reach] for known in types]),
        evidence=_floats([EVIDENCE.get(known.evidence, 0.0) for known in types]),
        is_calming=np.array([CALM_KIND in item.pain_kinds for item in items], dtype=np.bool_),
        is_whole=np.array([item.coverage == "whole" for item in items], dtype=np.bool_),
        is_expert=np.array([item.level == "experienced" for item in items], dtype=np.bool_),
        is_warm=np.array([item.heat for item in items], dtype=np.bool_),
        has_allergens=np.array([bool(item.allergens) for item in items], dtype=np.bool_),
        is_partly_reached=np.array([known.self_reach == "partly" for known in types], dtype=np.bool_),
        is_for_the_wall=np.array([_is_for_the_wall(item, known) for item, known in both], dtype=np.bool_),
        child_size=np.array([_is_child_size(item) for item in items], dtype=np.bool_),
    )


def _is_for_the_wall(item: Item, known: TypeKnowledge) -> bool:
    return known.self_reach == "wall" and "standing" in item.positions


def portability_of(item: Item) -> float:
    """Return 1 (stays at home) to 5 (pocket): the product's mark, or one after its size, or the middle."""
    if item.portability is not None:
        return float(item.portability)
    if item.length_mm is None or item.weight_grams is None:
        return 3.0
    longest = max(item.length_mm, item.width_mm or 0)
    for side_mm, weight_grams, mark in POCKET_SIZES:
        if longest <= side_mm and item.weight_grams <= weight_grams:
            return float(mark)
    return 1.0


def _all_but_colour_and_price(item: Item) -> tuple[object, ...]:
    """What tells two products apart for somebody who uses them; unknown values are alike."""
    dexterity = type_knowledge(item.type).dexterity if item.dexterity is None else item.dexterity
    marks = (item.pressure_min, item.pressure_max, portability_of(item), dexterity, item.length_mm)
    kinds = (item.coverage == "whole", item.level == "experienced", _is_child_size(item))
    return (item.type, item.areas, item.pain_kinds, item.positions, item.allergens, *marks, *kinds)


def _is_child_size(item: Item) -> bool:
    return CHILD_SIZE.search(item.title) is not None


def _numbered(values: Sequence[object]) -> Ints:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.intp)


def _near(item: Item, known: TypeKnowledge) -> Codes:
    neighbours: Codes = frozenset().union(*(NEIGHBOURS.get(area, frozenset()) for area in item.areas - {ANY_AREA}))
    return neighbours | known.also_reaches


def _suited(items: Sequence[Item]) -> tuple[Floats, Ints]:
    """Return the different worths in order, and (kinds, items) the place of each product's among them."""
    worth = np.array([[_suits(item, code) for item in items] for code in KIND_CODES], dtype=np.float64)
    worths = np.unique(worth)
    places: Ints = np.searchsorted(worths, worth.reshape(len(KIND_CODES), len(items)))
    return worths, places


def _suits(item: Item, kind: str) -> float:
    if kind not in item.pain_kinds:
        return 0.0
    return max(WARMTH_SUITS.get(kind, 0.0) * item.heat, TYPE_SUITS.get(item.type, {}).get(kind, 0.0))


def _tie_order(items: Sequence[Item]) -> Ints:
    in_order = sorted(range(len(items)), key=lambda row: (items[row].price_minor, items[row].sku))
    places = np.empty(len(items), dtype=np.intp)
    places[in_order] = np.arange(len(items))
    return places


def _related(item: Item) -> Codes:
    return frozenset(named for named, helped_by in RELATED_KINDS.items() if not item.pain_kinds.isdisjoint(helped_by))


def _prices(items: Sequence[Item]) -> Floats:
    return _floats([item.price_minor for item in items])


def _available(items: Sequence[Item]) -> Bools:
    return np.array([item.available for item in items], dtype=np.bool_)


def _floats(values: Sequence[float | None] | Sequence[Sequence[float]]) -> Floats:
    """Return the numbers, NaN for each None."""
    return np.array(values, dtype=np.float64)
