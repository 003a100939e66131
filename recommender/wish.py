"""One visitor's answers folded into numbers, so that a feature is one small sum over the catalogue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.catalogue import AREA_CODES, HEALTH_ORDER, KIND_CODES
from recommender.knowledge import (
    BACK_AREAS,
    CALM_GOALS,
    CALM_KIND,
    DESK_GOAL,
    DISTANT_KINDS,
    MID_BACK_AREAS,
    NEIGHBOURS,
    PLACELESS_KINDS,
    POSITION_FIT,
    STRONG_FROM,
    TRIGGER_KINDS,
)
from recommender.safety import health_of
from recommender.scorers import Floats
from recommender.types import Answers, Codes

DEFAULT_PRESSURE = {"new": 2.0, "some": 3.0, "regular": 3.0}
GENTLE_PRESSURE = 2.0
DELICATE_HEALTH = 0.7
"""How far any health answer asks for mild pressure, beside 1 for strong pain."""


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What the visitor wants. Masks are (areas,) and (kinds,), 1 where the code was named.

    `near_areas` are the neighbours of named areas, `hinted_kinds` what the triggers suggest."""

    answers: Answers
    areas: Floats
    near_areas: Floats
    kinds: Floats
    health: Floats
    placed_kinds: Floats
    distant_kinds: Floats
    hinted_kinds: Floats
    position_fit: Floats | None
    pressure: float
    is_strong: bool
    delicacy: float
    is_new: bool
    wants_calm: bool
    desk_weight: float
    names_back: bool
    names_mid_back: bool
    names_upper_back: bool
    is_pregnant: bool
    is_for_child: bool

    @property
    def area_count(self) -> int:
        """How many known areas were named."""
        return int(self.areas.sum())

    @property
    def kind_count(self) -> int:
        """How many known kinds were named."""
        return int(self.kinds.sum())


def read_wish(answers: Answers) -> Wish:
    """Return the answers as numbers. Codes nobody knows are passed over: only safety fails on them."""
    fit = POSITION_FIT.get(answers.position or "")
    strong = max(answers.intensity or 0, answers.interference or 0) >= STRONG_FROM
    kinds = _mask(answers.pain_kinds, KIND_CODES)
    hinted = _mask((TRIGGER_KINDS.get(trigger, "") for trigger in answers.triggers), KIND_CODES)
    health = health_of(answers)
    near: Codes = frozenset().union(*(NEIGHBOURS.get(area, frozenset()) for area in answers.areas))
    return Wish(
        answers=answers,
        areas=_mask(answers.areas, AREA_CODES),
        near_areas=_mask(near - answers.areas, AREA_CODES),
        kinds=kinds,
        health=_mask(health, HEALTH_ORDER),
        placed_kinds=kinds * (1 - _mask(PLACELESS_KINDS, KIND_CODES)),
        distant_kinds=kinds * _mask(DISTANT_KINDS, KIND_CODES),
        hinted_kinds=hinted * (1 - kinds),
        position_fit=None if fit is None else np.array(fit),
        pressure=_pressure(answers, strong=strong),
        is_strong=strong,
        delicacy=1.0 if strong else DELICATE_HEALTH if health else 0.0,
        is_new=answers.experience == "new",
        wants_calm=answers.goal in CALM_GOALS or CALM_KIND in answers.pain_kinds,
        desk_weight=_desk_weight(answers),
        names_back=not answers.areas.isdisjoint(BACK_AREAS),
        names_mid_back=not answers.areas.isdisjoint(MID_BACK_AREAS),
        names_upper_back="upper_back" in answers.areas,
        is_pregnant="PREG" in health,
        is_for_child="CHILD" in answers.health,
    )


def _pressure(answers: Answers, *, strong: bool) -> float:
    wished = float(answers.pressure or DEFAULT_PRESSURE.get(answers.experience or "", GENTLE_PRESSURE))
    return min(wished, GENTLE_PRESSURE) if strong else wished


def _desk_weight(answers: Answers) -> float:
    """How much it matters that others hardly notice the product: not at all to someone lying at home."""
    if answers.position == "lying":
        return 0.0
    if "desk_work" in answers.triggers or answers.goal == DESK_GOAL:
        return 1.0 if answers.position in ("sitting", "on_the_go") else 0.5
    return 0.6 if answers.position == "on_the_go" else 0.0


def _mask(codes: Iterable[str], known: Sequence[str]) -> Floats:
    named = frozenset(codes)
    return np.array([code in named for code in known], dtype=np.float64)
