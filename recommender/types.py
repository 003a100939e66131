"""What goes into the recommender and what comes out: frozen values that the shop fills and reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

Codes = frozenset[str]

UNKNOWN = "UNKNOWN"
"""The code of "prefer not to say": it counts as every code of its question."""


class Refer(StrEnum):
    """Where a person is sent instead of being shown products."""

    URGENT = "urgent"
    CLINICIAN = "clinician"


class WordingLevel(StrEnum):
    """How strongly a referral page is worded; the later member wins when several apply."""

    CLINICIAN_SOON = "clinician_soon"
    SAME_DAY = "same_day"
    EMERGENCY_NOW = "emergency_now"


class ExclusionKind(StrEnum):
    """Why a product is not in the list. The first five are safety, the others are fit."""

    REFERRAL = "referral"
    MISSING_SAFETY = "missing_safety"
    CONTRAINDICATION = "contraindication"
    ALLERGEN = "allergen"
    POWERED_STIMULATOR = "powered_stimulator"
    SOLD_OUT = "sold_out"
    OVER_BUDGET = "over_budget"
    NO_FIT = "no_fit"
    NEAR_DUPLICATE = "near_duplicate"
    LOWER_RANKED = "lower_ranked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One visitor's questionnaire. The three safety fields have no default on purpose.

    Codes are those of `recommender.questionnaire`. `max_budget_minor` is in minor units of the
    currency that the items' prices are in; None means no limit.
    """

    red_flags: Codes
    health: Codes
    allergies: Codes
    areas: Codes = frozenset()
    pain_kinds: Codes = frozenset()
    intensity: int | None = None
    interference: int | None = None
    duration: str | None = None
    triggers: Codes = frozenset()
    position: str | None = None
    pressure: int | None = None
    experience: str | None = None
    portability: str | None = None
    max_budget_minor: int | None = None
    mobility_limits: Codes = frozenset()
    goal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One product as the recommender sees it: no cost, no margin, no ratings, no stock count.

    A safety field that is None was never filled in: the product is excluded for anyone with a
    health answer. Sizes are millimetres, weight is grams, `price_minor` is whole minor units.
    """

    sku: str
    title: str
    type: str
    price_minor: int
    available: bool
    contraindications: Codes | None
    cautions: Codes | None
    allergens: Codes | None
    powered: bool | None
    areas: Codes = frozenset()
    pain_kinds: Codes = frozenset()
    positions: Codes = frozenset()
    pressure_min: int | None = None
    pressure_max: int | None = None
    coverage: str | None = None
    portability: int | None = None
    dexterity: int | None = None
    level: str | None = None
    heat: bool = False
    session_minutes: int | None = None
    weight_grams: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    registration_number: str | None = None


class Contribution(NamedTuple):
    """One feature's share of a score, with the sentence that says it when there is one.

    A list has a hundred of them: a named tuple is made in a third of a dataclass's time.
    """

    feature: str
    value: float
    sentence: str | None = None


class Ahead(NamedTuple):
    """Why one product stands before the next: the part of the scores in which they differ most in its favour.

    `because` ends the sentence "Ahead of (the next product) because ...".
    """

    of: str
    feature: str
    value: float
    because: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """One product of the list. `score` is the sum of all `contributions` (to 1e-9).

    `reasons` are the contributions worth showing, strongest first; `against` is the strongest one that
    lowers the score, or None. Neither holds a share that is within its own uncertainty. `cautions` are the
    product's caution codes that match the answers. `ahead` compares it with the next one, where there is one and
    the difference is real.
    """

    sku: str
    score: float
    contributions: tuple[Contribution, ...]
    reasons: tuple[Contribution, ...]
    against: Contribution | None
    cautions: tuple[str, ...]
    ahead: Ahead | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One product left out: the kind, the codes that did it, and a sentence for the visitor."""

    sku: str
    kind: ExclusionKind
    codes: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Referral:
    """Nothing is sold: a clinician is needed. `codes` are the warning signs that were ticked."""

    refer: Refer
    wording: WordingLevel
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The list, best first (it may be empty), all that was left out, and soft advice to show beside it.

    `fallback` says why the scorer that was asked for was not used; for the shop's own eyes.
    """

    ranked: tuple[Ranked, ...]
    excluded: Sequence[Exclusion]
    notes: tuple[str, ...] = ()
    fallback: str | None = field(default=None, compare=False)


Outcome = Referral | Ranking
