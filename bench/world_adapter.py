"""The synthetic shop's contexts and items as the learner's columns: all that the bench knows of that world.

Only what its policies are shown is used, and the textbook table `KB_AFFINITY`, which is public knowledge there. The
expert's numbers are round guesses, as a shop assistant would give them; none is read off the hidden truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import numpy as np

from recommender.bits import Floats
from recommender.learning.columns import ITEM, Columns
from recommender.posterior import Names, Rows

STAGES = ("opened", "carted", "bought", "kept", "helped")
START_LEVEL = (-1.5, -1.0, -1.0, 1.0, 0.0)
RELIEF_THAT_HELPS = 0.3
"""The share of pain relieved from which the world's documentation calls a purchase helpful."""
APPEAL, BENEFIT = np.array([1.0, 0.5, 0.25, 0.0, 0.0]), np.array([0.25, 0.5, 0.5, 1.0, 1.0])
COST = np.array([1.0, 0.5, 1.0, 0.0, 0.0])
"""How far each stage follows what the eye sees, what the body feels, and the price, which is felt again at the till:
a guess that the log corrects."""
FLAGS = ("portable", "washable", "heated")
PERSON = ("experience", "sensitivity", "intensity")
"""A misfit squared is a square in the product's firmness and in what suits the person."""
NOVICE_FIRMNESS, STEP = 2.0, 0.75
"""Firmness for a first-timer of middling sensitivity, and how far a step of experience or sensitivity moves it."""
MISFIT, MATCH, AFFINITY, RATING, OVER = -0.4, 1.0, 2.0, 1.5, -1.0
BUDGETS, PRICE_KNOTS = 3, (1 / 3, 1 / 2, 2 / 3)
START_SD = {
    "match": 0.4, "rating": 0.4, "firmness": 0.5, "firmness squared": 0.15, "firmness by person": 0.25,
    "person": 0.3, "price": 0.4, "flags": 0.1, "region by kind": 0.6, "kind by pain": 0.3, "kind by duration": 0.3,
    ITEM: 0.5,
}  # fmt: skip
SEEN_AND_FELT = frozenset({"match", "rating", ITEM})
"""Groups that appeal and do good as well; prices cost; all others are felt."""

Context = dict[str, Any]
Item = dict[str, Any]


@dataclass(frozen=True)
class Vocabulary:
    """The world's own lists, by its documentation. affinity: (regions, kinds), the textbook's."""

    regions: Sequence[str]
    kinds: Sequence[str]
    pain_types: Sequence[str]
    chronicity: Sequence[str]
    conditions: Sequence[str]
    affinity: Floats

    @classmethod
    def of(cls, simulator: Any) -> "Vocabulary":
        """Return the public lists of a simulator module."""
        lists = (simulator.REGIONS, simulator.KINDS, simulator.PAIN_TYPES, simulator.CHRONICITY, simulator.CONDITIONS)
        return cls(*lists, affinity=simulator.KB_AFFINITY)


@dataclass
class _Named:
    """Columns in the making: name, group and the textbook's weight, line by line."""

    names: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, group: str, names: Sequence[str], weights: Sequence[float] | None = None) -> None:
        self.names.extend(names)
        self.groups.extend([group] * len(names))
        self.weights.extend([0.0] * len(names) if weights is None else weights)


class World:
    """The columns of the synthetic shop, and how its contexts and items fill them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = v = vocabulary
        named = _Named()
        named.add("match", ["match"], [MATCH])
        named.add("rating", ["rating"], [RATING])
        named.add("firmness", ["firmness"])
        named.add("firmness squared", ["firmness squared"], [MISFIT])
        by_person = ["firmness x experience", "firmness x sensitivity", "firmness x intensity"]
        named.add("firmness by person", by_person, [-2 * MISFIT * STEP, 2 * MISFIT * STEP, 0.0])
        named.add("person", PERSON)
        named.add("person", ["experience squared", "sensitivity squared"], [MISFIT * STEP**2] * 2)
        named.add("person", ["experience x sensitivity"], [-2 * MISFIT * STEP**2])
        named.add("person", ["intensity squared", "experience x intensity", "sensitivity x intensity"])
        named.add("price", ["price", *(f"price, budget {b}" for b in range(BUDGETS))])
        knots = list(product(range(BUDGETS), range(len(PRICE_KNOTS))))
        named.add("price", [f"over knot {k}, budget {b}" for b, k in knots], [OVER * (b == k < 2) for b, k in knots])
        named.add("flags", FLAGS)
        cells = [f"{region} x {kind}" for region, kind in product(v.regions, v.kinds)]
        named.add("region by kind", cells, (AFFINITY * (v.affinity - 0.5)).ravel().tolist())
        named.add("kind by pain", [f"{kind} x {pain}" for kind, pain in product(v.kinds, v.pain_types)])
        named.add("kind by duration", [f"{kind} x {length}" for kind, length in product(v.kinds, v.chronicity)])
        self.names, self.groups, self.textbook = tuple(named.names), tuple(named.groups), np.array(named.weights)
        self.place = {name: place for place, name in enumerate(self.names)}

    def columns(self) -> Columns:
        """Return what the learner is given."""
        return Columns(
            self.names,
            self.groups,
            self._loadings(),
            stages=STAGES,
            prior_intercept=np.array(START_LEVEL),
            start_sd=START_SD,
            profile={group: _profile(group) for group in START_SD},
            graded={"helped": RELIEF_THAT_HELPS},
        )

    def _loadings(self) -> Floats:
        """(stages, p): the textbook's weights, in each stage as far as it follows their causes."""
        causes = np.array([_profile(group).mean(axis=1) for group in self.groups]).T
        loadings: Floats = causes * self.textbook
        return loadings


def _profile(group: str) -> Floats:
    causes = [COST] if group == "price" else [APPEAL, BENEFIT] if group in SEEN_AND_FELT else [BENEFIT]
    return np.column_stack(causes)


class Shelf:
    """One catalogue of the synthetic shop, ready to be met by contexts."""

    def __init__(self, world: World, items: Sequence[Item], knots: Floats | None = None) -> None:
        self.world, v = world, world.vocabulary
        self.ids: Names = np.array([item["id"] for item in items])
        self.row = {name: row for row, name in enumerate(self.ids.tolist())}
        self._each = np.arange(len(items))
        self._kind = np.array([v.kinds.index(item["kind"]) for item in items])
        self._firm = np.array([item["firmness"] for item in items]) - NOVICE_FIRMNESS
        self._log_price = np.log([item["price"] for item in items])
        self.knots = np.quantile(self._log_price, PRICE_KNOTS) if knots is None else knots
        self._price = self._log_price - self.knots[1]
        self._targets = _marks(items, "targets", v.regions)
        self._barred = _marks(items, "contraindications", v.conditions).astype(bool)
        self._base = np.zeros((len(items), len(world.names)))
        self._set(self._base, "rating", np.array([item["rating"] for item in items]) - 4.0)
        self._set(self._base, "firmness", self._firm)
        self._set(self._base, "firmness squared", self._firm**2)
        self._set(self._base, "price", self._price)
        for flag, marks in zip(FLAGS, _marks(items, "features", FLAGS).T, strict=True):
            self._set(self._base, flag, marks)

    def _set(self, matrix: Floats, column: str, values: Floats | float) -> None:
        matrix[:, self.world.place[column]] = values

    def safe(self, context: Context) -> Rows:
        """Return the rows that may be shown: none after a red flag, none that a condition speaks against."""
        if context["red_flags"]:
            return np.zeros(0, dtype=np.intp)
        mine = [self.world.vocabulary.conditions.index(condition) for condition in context["conditions"]]
        rows: Rows = np.flatnonzero(~self._barred[:, mine].any(axis=1))
        return rows

    def features(self, context: Context) -> Floats:
        """Return (items, p) for one context."""
        v, place, matrix = self.world.vocabulary, self.world.place, self._base.copy()
        person = {
            "experience": float(context["experience"]),
            "sensitivity": float(context["sensitivity"] - 1),
            "intensity": (context["intensity"] - 5) / 4,
        }
        for name, value in person.items():
            self._set(matrix, name, value)
            self._set(matrix, f"{name} squared", value**2)
            self._set(matrix, f"firmness x {name}", self._firm * value)
        for one, other in combinations(PERSON, 2):
            self._set(matrix, f"{one} x {other}", person[one] * person[other])
        budget, region = context["budget"], context["region"]
        self._set(matrix, "match", self._targets[:, v.regions.index(region)])
        self._set(matrix, f"price, budget {budget}", self._price)
        for number, knot in enumerate(self.knots):
            self._set(matrix, f"over knot {number}, budget {budget}", np.maximum(self._log_price - knot, 0.0))
        first = place[f"{region} x {v.kinds[0]}"]
        matrix[self._each, first + self._kind] = 1.0
        for answer, answers in ((context["pain_type"], v.pain_types), (context["chronicity"], v.chronicity)):
            first = place[f"{v.kinds[0]} x {answer}"]
            matrix[self._each, first + len(answers) * self._kind] = 1.0
        return matrix


def _marks(items: Sequence[Item], key: str, codes: Sequence[str]) -> Floats:
    return np.array([[code in item[key] for code in codes] for item in items], dtype=np.float64)
