"""One visitor's answers folded into numbers, so that a feature is one small sum over the catalogue."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from recommender.catalogue import AREA_BITS, HEALTH_BITS, KIND_BITS, KIND_CODES, Ints
from recommender.knowledge import (
    BACK_AREAS,
    CALM_GOALS,
    CALM_KIND,
    DESK_GOAL,
    DISTANT_KINDS,
    MID_BACK_AREAS,
    NEIGHBOURS,
    PLACELESS_KINDS,
    STRONG_FROM,
    STUDIED_KINDS,
    TRIGGER_KINDS,
)
from recommender.safety import health_of
from recommender.traits import PRESSURES
from recommender.types import Answers, Codes

DEFAULT_PRESSURE = {"new": 2, "some": 3, "regular": 3}
GENTLE_PRESSURE = 2
TENDER_IN_PREGNANCY = frozenset({"abdomen", "lower_back", "hands"})
"""Where nothing may press hard in pregnancy, as the customer note of its health code says."""
STRONG_AND_FRESH = 0.8
"""How far strong pain asks for what is mild, beside 1 for what is strong and has lasted for months."""
DELICATE_HEALTH = 0.45
"""How far any health answer does: its own exclusions and cautions say most of it already."""

_STUDIED = tuple((row, code) for row, code in enumerate(KIND_CODES) if code in STUDIED_KINDS)
_PLACELESS, _DISTANT = KIND_BITS.mask(PLACELESS_KINDS), KIND_BITS.mask(DISTANT_KINDS)


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What the visitor wants. Areas, kinds and health are bits of the codes that are known.

    `near_areas` are the neighbours of named areas, `hinted_kinds` what the triggers suggest; `studied_rows`
    are the places in the catalogue's tables of the named kinds that any study looked at."""

    answers: Answers
    areas: int
    near_areas: int
    area_count: int
    kinds: int
    kind_count: int
    studied_rows: Ints
    placed_kinds: int
    distant_kinds: int
    hinted_kinds: int
    health: int
    pressure: int
    is_strong: bool
    delicacy: float
    is_new: bool
    wants_calm: bool
    desk_weight: float
    names_back: bool
    names_mid_back: bool
    names_upper_back: bool
    names_hips: bool
    is_pregnant: bool
    is_for_child: bool


def read_wish(answers: Answers) -> Wish:
    """Return the answers as numbers. Codes nobody knows are passed over: only safety fails on them."""
    strong = _is_strong(answers)
    areas, kinds = AREA_BITS.mask(answers.areas), KIND_BITS.mask(answers.pain_kinds)
    health = health_of(answers)
    return Wish(
        answers=answers,
        areas=areas,
        near_areas=AREA_BITS.mask(_neighbours(answers.areas)) & ~areas,
        area_count=areas.bit_count(),
        kinds=kinds,
        kind_count=kinds.bit_count(),
        studied_rows=np.array([row for row, code in _STUDIED if code in answers.pain_kinds], dtype=np.intp),
        placed_kinds=kinds & ~_PLACELESS,
        distant_kinds=kinds & _DISTANT,
        hinted_kinds=KIND_BITS.mask(TRIGGER_KINDS.get(trigger, "") for trigger in answers.triggers) & ~kinds,
        health=HEALTH_BITS.mask(health),
        pressure=_pressure(answers),
        is_strong=strong,
        delicacy=_delicacy(answers, strong=strong, has_health_answer=bool(health)),
        is_new=answers.experience == "new",
        wants_calm=answers.goal in CALM_GOALS or CALM_KIND in answers.pain_kinds,
        desk_weight=_desk_weight(answers),
        names_back=not answers.areas.isdisjoint(BACK_AREAS),
        names_mid_back=not answers.areas.isdisjoint(MID_BACK_AREAS),
        names_upper_back="upper_back" in answers.areas,
        names_hips="hips" in answers.areas,
        is_pregnant="PREG" in health,
        is_for_child="CHILD" in answers.health,
    )


def _neighbours(areas: Codes) -> Iterable[str]:
    return (near for area in areas for near in NEIGHBOURS.get(area, ()))


def is_held_gentle(answers: Answers) -> bool:
    """Whether gentle pressure is looked for although the visitor asked for more: no reason may quote what was asked."""
    return (answers.pressure or 0) > GENTLE_PRESSURE and _needs_gentle(answers)


def _needs_gentle(answers: Answers) -> bool:
    is_tender = "PREG" in health_of(answers) and not answers.areas.isdisjoint(TENDER_IN_PREGNANCY)
    return is_tender or _is_strong(answers)


def _is_strong(answers: Answers) -> bool:
    return max(answers.intensity or 0, answers.interference or 0) >= STRONG_FROM


def _pressure(answers: Answers) -> int:
    wished = answers.pressure or DEFAULT_PRESSURE.get(answers.experience or "", GENTLE_PRESSURE)
    wished = min(max(wished, PRESSURES[0]), PRESSURES[-1])
    return min(wished, GENTLE_PRESSURE) if _needs_gentle(answers) else wished


def _delicacy(answers: Answers, *, strong: bool, has_health_answer: bool) -> float:
    if strong:
        return 1.0 if answers.duration == "months" else STRONG_AND_FRESH
    return DELICATE_HEALTH if has_health_answer else 0.0


def _desk_weight(answers: Answers) -> float:
    """How much it matters that others hardly notice the product: not at all to someone lying at home."""
    if answers.position == "lying":
        return 0.0
    if "desk_work" in answers.triggers or answers.goal == DESK_GOAL:
        return 1.0 if answers.position in ("sitting", "on_the_go") else 0.5
    return 0.6 if answers.position == "on_the_go" else 0.0
