"""Made-up visitors, products and models from a seed: every code, codes nobody knows, and gaps where values belong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.catalogue_csv import BadCell, Row, item_from_row
from recommender.features import FEATURES
from recommender.knowledge import KNOWN_TYPES, POSITIONS
from recommender.posterior import Posterior
from recommender.questionnaire import QUESTIONS
from recommender.types import Answers, Codes, Item

JUNK = ("", "preg", "QQQ", "UNKNOWN ", "LATEX ", "ÄÖ", "NONE", "0", "None", "PREG|BLEED", "\x00", "UNKNOWN")
SETS_A_FIELD = 300
EMPTY_SETS = {"red_flags": 0, "health": 900, "allergies": 900, "mobility_limits": 600}
GARBAGE = (
    "",
    " ",
    "-1",
    "nan",
    "1e999",
    "yes",
    "y",
    "n",
    "maybe",
    "PREG",
    "preg|latex",
    "|||",
    "�",
    "UNKNOWN",
    "3",
    "0",
)
STAGES = ("opened", "bought", "helped")

Rng = np.random.Generator
Whole = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Pools:
    """For each field the answers that are drawn from: all single codes, many sets, and rubbish among them."""

    sets: dict[str, list[Codes]]
    ones: dict[str, list[str | None]]
    types: tuple[str, ...]


def make_pools(rng: Rng) -> Pools:
    """Return the pools of one run."""
    sets, ones = {}, {}
    for field, question in QUESTIONS.items():
        codes = sorted(question.codes)
        if not codes:
            continue
        singles = [frozenset({code}) for code in (*codes, *JUNK)]
        mixed = [_some(rng, codes) for _ in range(SETS_A_FIELD)]
        sets[field] = [*([frozenset()] * EMPTY_SETS.get(field, 60)), *singles, *mixed]
        ones[field] = [None, *codes, *JUNK]
    return Pools(sets, ones, (*sorted(KNOWN_TYPES), "unheard_of", ""))


def _some(rng: Rng, codes: Sequence[str]) -> Codes:
    number = int(rng.integers(1, 4))
    found = set(rng.choice(codes, size=min(number, len(codes)), replace=False).tolist())
    return frozenset(found | ({JUNK[int(rng.integers(len(JUNK)))]} if rng.random() < 0.06 else set()))


def make_visitors(rng: Rng, pools: Pools, number: int) -> list[Answers]:
    """Return visitors; one in twenty-five has a warning sign, more than half a health or allergy answer."""

    def sets(field: str) -> list[Codes]:
        pool = pools.sets[field]
        return [pool[place] for place in rng.integers(len(pool), size=number).tolist()]

    def ones(field: str) -> list[str | None]:
        pool = pools.ones[field]
        return [pool[place] for place in rng.integers(len(pool), size=number).tolist()]

    def marks(low: int, high: int) -> list[int | None]:
        return [None if mark == low else mark for mark in rng.integers(low, high, size=number).tolist()]

    warned = (rng.random(number) < 0.04).tolist()
    flags = [found if is_warned else frozenset() for found, is_warned in zip(sets("red_flags"), warned, strict=True)]
    columns = (
        sets("health"), sets("allergies"), sets("areas"), sets("pain_kind"), marks(-2, 12), marks(-2, 12),
        ones("duration"), sets("triggers"), ones("position_preference"), marks(-1, 7), ones("experience"),
        ones("portability_need"), [None if most < 0 else most for most in rng.integers(-6_000, 9_000, number).tolist()],
        sets("mobility_limits"), ones("goal"),
    )  # fmt: skip
    fields = (
        "health", "allergies", "areas", "pain_kinds", "intensity", "interference", "duration", "triggers", "position",
        "pressure", "experience", "portability", "max_budget_minor", "mobility_limits", "goal",
    )  # fmt: skip
    rows = zip(flags, *columns, strict=True)
    return [Answers(**dict(zip(("red_flags", *fields), row, strict=True))) for row in rows]


def make_items(rng: Rng, pools: Pools, number: int) -> tuple[Item, ...]:
    """Return products that fit often, with gaps, unknown codes and senseless numbers among them."""
    return tuple(_make_item(rng, pools, f"S{place}") for place in range(number))


def _make_item(rng: Rng, pools: Pools, sku: str) -> Item:
    def one(*choices: object) -> object:
        return choices[int(rng.integers(len(choices)))]

    def filled(field: str) -> Codes | None:
        pool = pools.sets[field]
        return None if rng.random() < 0.04 else pool[int(rng.integers(len(pool)))]

    def fitting(field: str, number: int) -> Codes:
        return frozenset(rng.choice(sorted(QUESTIONS[field].codes), size=number).tolist())

    mark = (None, None, 1, 2, 3, 4, 5, 0, -3, 10**9)
    fields: dict[str, Any] = {
        "title": one("A tool", "A tool in child size", ""),
        "type": one(*pools.types),
        "price_minor": one(0, 900, 2_500, 6_000),
        "available": rng.random() < 0.9,
        "contraindications": filled("health"),
        "cautions": filled("health"),
        "allergens": filled("allergies"),
        "powered": one(False, False, False, True, None, 1),
        "areas": fitting("areas", 6) | {str(one("any", "neck"))},
        "pain_kinds": fitting("pain_kind", 5),
        "positions": frozenset({str(one(*POSITIONS, "")), str(one(*POSITIONS))}),
        **{name: one(*mark) for name in ("pressure_min", "pressure_max", "portability", "dexterity")},
        **{name: one(*mark, 80, 700) for name in ("weight_grams", "length_mm", "width_mm", "session_minutes")},
        "coverage": one(None, "whole", "spot"),
        "level": one(None, "beginner", "experienced", "?"),
        "heat": rng.random() < 0.2,
        "registration_number": one(None, "", "K123456"),
    }
    return Item(sku=sku, **fields)


def corrupted(rng: Rng, rows: Sequence[Row], number: int) -> tuple[tuple[Item, ...], int]:
    """Return the products of some rows after cells were lost or overwritten, and how many rows were refused."""
    items: dict[str, Item] = {}
    refused = 0
    for place in rng.integers(len(rows), size=number).tolist():
        row = dict(rows[place])
        for column in rng.choice(sorted(row), size=int(rng.integers(0, 3)), replace=False).tolist():
            if rng.random() < 0.4:
                del row[column]
            else:
                row[column] = GARBAGE[int(rng.integers(len(GARBAGE)))]
        try:
            item = item_from_row(row)
        except BadCell:
            refused += 1
            continue
        items.setdefault(item.sku, item)
    return tuple(items.values()), refused


def make_posterior(rng: Rng, skus: Sequence[str]) -> Posterior:
    """Return a model of nonsense: it prefers whatever the numbers say."""
    width, items = len(FEATURES), tuple(sorted(set(skus)))
    roots = rng.normal(size=(len(STAGES), width, width)) / width
    return Posterior(
        stages=STAGES,
        columns=FEATURES,
        mean=3 * rng.normal(size=(len(STAGES), width)),
        covariance=roots @ roots.transpose(0, 2, 1),
        intercept=rng.normal(size=len(STAGES)),
        items=items,
        item_mean=rng.normal(size=(len(STAGES), len(items))),
        item_sd=np.full((len(STAGES), len(items)), 0.2),
        unseen_sd=np.full(len(STAGES), 0.3),
        position_weight=np.ones(1),
    )
