"""A catalogue as arrays: worked out once for the same products, read by every questionnaire."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.knowledge import (
    ANY_AREA,
    NEIGHBOURS,
    POSITIONS,
    RELATED_KINDS,
    TYPE_SUITS,
    WARMTH_SUITS,
    TypeKnowledge,
    type_knowledge,
)
from recommender.questionnaire import AREAS, PAIN_KIND
from recommender.safety import HEALTH_CODES, cautions_of
from recommender.scorers import Floats
from recommender.types import Codes, Item

AREA_CODES = tuple(choice.code for choice in AREAS.choices)
HEALTH_ORDER = tuple(sorted(HEALTH_CODES))
KIND_CODES = tuple(choice.code for choice in PAIN_KIND.choices)
CONTROL = {"yes": 1.0, "partly": 0.0, "no": -1.0}
SELF_REACH = {"long": 1.0, "yes": 0.5, "wall": -0.5, "partly": -1.0}
EVIDENCE = {"A": 0.5, "B": 0.5, "C": 0.0, "D": -0.5, "N": -1.0}
CHILD_SIZE = re.compile(r"\b(child|children|kid|kids|junior|toddler)('?s)?\b", re.IGNORECASE)
POCKET_SIZES = ((200, 250, 5), (360, 800, 4), (500, 1500, 3), (900, 4000, 2))
"""Longest side in mm and weight in g up to which a product without a portability mark gets the third number."""
REMEMBERED = 8

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """The products and their arrays, one row a product in the order of `items`; NaN where nothing is known.

    `areas` (items, areas) marks what a product reaches itself, `near` what it reaches only from a neighbouring
    area or as a second use. `kinds`, `positions`, `cautions` likewise. `child_size` marks what is made for
    children. `related_kinds` are those a product is some use for beside its own.
    Products of one type share a `type_number`; `tie_order` is each product's place by price and SKU.
    `suited` (items, kinds) says how far studies found some use in this sort of product for the kind.
    """

    items: tuple[Item, ...]
    areas: Floats
    near: Floats
    kinds: Floats
    related_kinds: Floats
    positions: Floats
    area_count: Floats
    type_number: Ints
    tie_order: Ints
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
    suited: Floats
    cautions: Floats
    price: Floats
    is_whole: Bools
    is_expert: Bools
    is_worn: Bools
    is_partly_reached: Bools
    child_size: Bools
    available: Bools


_remembered: OrderedDict[tuple[int, ...], Catalogue] = OrderedDict()


def prepare(items: Sequence[Item]) -> Catalogue:
    """Return the arrays of these very products; the last few catalogues are remembered.

    The memory goes by identity: items are frozen, and a remembered catalogue keeps its items alive, so that
    no identity is used twice. Raises ValueError when two products have the same SKU.
    """
    key = tuple(map(id, items))
    found = _remembered.get(key)
    if found is None:
        if len({item.sku for item in items}) < len(items):
            raise ValueError("two products have the same SKU")
        found = _arrays(tuple(items))
        _remembered[key] = found
        while len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
    return found


def _arrays(items: tuple[Item, ...]) -> Catalogue:
    types = [type_knowledge(item.type) for item in items]
    areas = _one_hot((item.areas for item in items), AREA_CODES)
    near = _one_hot((_near(item, known) for item, known in zip(items, types, strict=True)), AREA_CODES)
    dexterity = [
        item.dexterity if item.dexterity is not None else known.dexterity
        for item, known in zip(items, types, strict=True)
    ]
    return Catalogue(
        items=items,
        areas=areas,
        near=near * (1 - areas),
        kinds=_one_hot((item.pain_kinds for item in items), KIND_CODES),
        related_kinds=_one_hot((_related(item) for item in items), KIND_CODES),
        positions=_one_hot((item.positions for item in items), POSITIONS),
        area_count=np.maximum(areas.sum(axis=1) + [ANY_AREA in item.areas for item in items], 1),
        type_number=np.unique([item.type for item in items], return_inverse=True)[1],
        tie_order=_tie_order(items),
        length=_column(items, lambda item: _or_nan(item.length_mm)),
        pressure_min=_column(items, lambda item: _or_nan(item.pressure_min)),
        pressure_max=_column(items, lambda item: _or_nan(item.pressure_max)),
        portability=_column(items, portability_of),
        dexterity=np.array(dexterity, dtype=np.float64),
        discretion=np.array([known.discretion for known in types], dtype=np.float64),
        hands_free=np.array([known.hands_free for known in types], dtype=np.float64),
        control=np.array([CONTROL[known.control] for known in types]),
        self_reach=np.array([SELF_REACH[known.self_reach] for known in types]),
        evidence=np.array([EVIDENCE.get(known.evidence, 0.0) for known in types]),
        cautions=_one_hot((cautions_of(item) for item in items), HEALTH_ORDER),
        suited=_suited(items),
        price=_column(items, lambda item: float(item.price_minor)),
        is_whole=np.array([item.coverage == "whole" for item in items], dtype=np.bool_),
        is_expert=np.array([item.level == "experienced" for item in items], dtype=np.bool_),
        is_worn=np.array([ANY_AREA in item.areas for item in items], dtype=np.bool_),
        is_partly_reached=np.array([known.self_reach == "partly" for known in types], dtype=np.bool_),
        child_size=np.array([CHILD_SIZE.search(item.title) is not None for item in items], dtype=np.bool_),
        available=np.array([item.available for item in items], dtype=np.bool_),
    )


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


def _near(item: Item, known: TypeKnowledge) -> Codes:
    neighbours: Codes = frozenset().union(*(NEIGHBOURS.get(area, frozenset()) for area in item.areas - {ANY_AREA}))
    return neighbours | known.also_reaches


def _suited(items: Sequence[Item]) -> Floats:
    worth = [
        [
            max(WARMTH_SUITS.get(code, 0.0) * item.heat, TYPE_SUITS.get(item.type, {}).get(code, 0.0))
            for code in KIND_CODES
        ]
        for item in items
    ]
    return np.array(worth, dtype=np.float64).reshape(len(items), len(KIND_CODES))


def _tie_order(items: Sequence[Item]) -> Ints:
    in_order = sorted(range(len(items)), key=lambda row: (items[row].price_minor, items[row].sku))
    places = np.empty(len(items), dtype=np.intp)
    places[in_order] = np.arange(len(items))
    return places


def _related(item: Item) -> Codes:
    return frozenset(named for named, helped_by in RELATED_KINDS.items() if not item.pain_kinds.isdisjoint(helped_by))


def _one_hot(rows: Iterable[Codes], codes: Sequence[str]) -> Floats:
    marks = [[float(code in row) for code in codes] for row in rows]
    return np.array(marks, dtype=np.float64).reshape(len(marks), len(codes))


def _column(items: Sequence[Item], value: Callable[[Item], float]) -> Floats:
    return np.array([value(item) for item in items], dtype=np.float64)


def _or_nan(number: int | None) -> float:
    return float("nan") if number is None else float(number)
