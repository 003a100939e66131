"""Who is sent to a clinician, and which products are out for whom. It removes; nothing puts back.

Everything here fails closed: a code nobody knows counts as every code of its question, and a product that
lacks a safety field is out for anybody who ticked anything on the health page.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from recommender.knowledge import type_knowledge
from recommender.questionnaire import ALLERGIES, HEALTH
from recommender.tables import FOLDER, read_table
from recommender.types import (
    UNKNOWN,
    Answers,
    Codes,
    Exclusion,
    ExclusionKind,
    Item,
    Refer,
    Referral,
    WordingLevel,
)

HEALTH_CODES = HEALTH.codes - {UNKNOWN}
ALLERGY_CODES = ALLERGIES.codes - {UNKNOWN}
LABELS = {row["code"]: row["label"] for row in read_table("health_codes")}
NOTES = {row["code"]: row["customer_note"] for row in read_table("health_codes")}
CODE_ORDER = {code: place for place, code in enumerate(LABELS)}
FLAGS = {row["code"]: (Refer(row["refer"]), WordingLevel(row["wording_level"])) for row in read_table("red_flags")}
UNCLEAR_FLAG = (Refer.CLINICIAN, WordingLevel.CLINICIAN_SOON)
WORDING_ORDER = tuple(WordingLevel)
STIMULATOR_TYPE = "point_pen"
PREGNANCY = "pregnancy"
"""Among what brings the pain on: a health answer all the same."""


def _ruleset() -> str:
    tables = ("red_flags", "health_codes", "product_types")
    content = b"".join((FOLDER / f"{name}.csv").read_bytes() for name in tables)
    return f"1-{hashlib.sha256(content).hexdigest()[:12]}"


RULESET = _ruleset()
"""Names the rules in force: the number counts changes of this file, the rest follows the tables."""


def referral(answers: Answers) -> Referral | None:
    """Return where the visitor is sent instead of being shown products, or None.

    Of several warning signs the most urgent decides. "Prefer not to say" and unknown codes lead to a clinician.
    """
    if not answers.red_flags:
        return None
    known = {code: FLAGS.get(code, UNCLEAR_FLAG) for code in answers.red_flags}
    wording = max((level for _, level in known.values()), key=WORDING_ORDER.index)
    urgent = any(refer is Refer.URGENT for refer, _ in known.values())
    codes = sorted(known, key=lambda code: (-WORDING_ORDER.index(known[code][1]), code))
    return Referral(Refer.URGENT if urgent else Refer.CLINICIAN, wording, tuple(codes))


def health_of(answers: Answers) -> Codes:
    """Return the health codes that count: all of them after "prefer not to say" or an unknown code.

    Pregnancy named as what brings the pain on counts as the health answer too.
    """
    if not answers.health <= HEALTH_CODES:
        return HEALTH_CODES
    return answers.health | {"PREG"} if PREGNANCY in answers.triggers else answers.health


def without_health(answers: Answers) -> Answers:
    """Return the answers as if all that tells of health, allergies and mobility had been left open."""
    nothing: Codes = frozenset()
    return replace(
        answers,
        red_flags=nothing,
        health=nothing,
        allergies=nothing,
        mobility_limits=nothing,
        triggers=answers.triggers - {PREGNANCY},
    )


def allergies_of(answers: Answers) -> Codes:
    """Return the allergens that count: all of them after "prefer not to say" or an unknown code."""
    return answers.allergies if answers.allergies <= ALLERGY_CODES else ALLERGY_CODES


def contraindications_of(item: Item) -> Codes:
    """Return the product's own contraindications and those of its type: a merchant may add but not remove."""
    return _with_type(item.contraindications, item.type)


def matched_cautions(answers: Answers, item: Item) -> tuple[str, ...]:
    """Return the caution codes of the product and its type that match the answers, in the questionnaire's order."""
    health = health_of(answers)
    if not health:
        return ()
    return _in_order(health & cautions_of(item))


def cautions_of(item: Item) -> Codes:
    """Return the caution codes of the product and of its type, without those that exclude it anyway."""
    return ((item.cautions or frozenset()) | type_knowledge(item.type).cautions) - contraindications_of(item)


class Gate:
    """The safety rules for one visitor; asks every product the same questions."""

    def __init__(self, answers: Answers) -> None:
        self.referral = referral(answers)
        self.health = health_of(answers)
        self.allergies = allergies_of(answers)
        self.nothing_ticked = not self.health and not self.allergies
        self.health_unclear = not answers.health <= HEALTH_CODES
        self.allergies_unclear = not answers.allergies <= ALLERGY_CODES

    def check(self, item: Item) -> Exclusion | None:
        """Return why the product is out for this visitor, or None."""
        if self.referral is not None:
            sentence = "Please see a clinician first; we suggest no product now."
            return Exclusion(item.sku, ExclusionKind.REFERRAL, self.referral.codes, sentence)
        if is_unlisted_stimulator(item):
            sentence = "Electrical stimulators need advice in person, so we do not suggest them."
            return Exclusion(item.sku, ExclusionKind.POWERED_STIMULATOR, (), sentence)
        if self.nothing_ticked:
            return None
        return self._missing(item) or self._contraindicated(item) or self._allergen(item)

    def _missing(self, item: Item) -> Exclusion | None:
        codes = _unknown_codes(item.contraindications, item.cautions, item.allergens)
        if codes is not None and not codes and item.powered is not None:
            return None
        sentence = "We do not know enough about it to suggest it to somebody with a health answer."
        return Exclusion(item.sku, ExclusionKind.MISSING_SAFETY, tuple(sorted(codes or ())), sentence)

    def _contraindicated(self, item: Item) -> Exclusion | None:
        codes = self.health & contraindications_of(item)
        if not codes:
            return None
        sentence = f"Not suitable with what you told us: {_labels(codes)}."
        if self.health_unclear:
            sentence = "Not suitable for everybody, and the health question was left open."
        return Exclusion(item.sku, ExclusionKind.CONTRAINDICATION, _in_order(codes), sentence)

    def _allergen(self, item: Item) -> Exclusion | None:
        codes = self.allergies & (item.allergens or frozenset())
        if not codes:
            return None
        sentence = f"Contains something you react to: {_labels(codes)}."
        if self.allergies_unclear:
            sentence = f"Contains {_labels(codes)}, and the allergy question was left open."
        return Exclusion(item.sku, ExclusionKind.ALLERGEN, _in_order(codes), sentence)


def is_unlisted_stimulator(item: Item) -> bool:
    """Say whether the product is an electrical stimulator nobody may be shown: any pen, or one not registered.

    Something powered that only warms is no stimulator.
    """
    if item.type == STIMULATOR_TYPE:
        return item.powered is not False
    return item.powered is True and not item.heat and not item.registration_number


def excluded_for(answers: Answers, item: Item) -> Exclusion | None:
    """Return why `item` must not be offered to this visitor, or None. Safety only: no stock, no budget."""
    return Gate(answers).check(item)


def caution_sentences(codes: Iterable[str]) -> tuple[str, ...]:
    """Return one sentence for each caution code, in the questionnaire's order."""
    return tuple(
        f"{LABELS[code]}: {NOTES[code]}" if code in LABELS else "Ask a doctor or pharmacist before you use it."
        for code in _in_order(frozenset(codes))
    )


@lru_cache(maxsize=4096)
def _unknown_codes(contraindications: Codes | None, cautions: Codes | None, allergens: Codes | None) -> Codes | None:
    """Return the product's codes that nobody knows, or None when a list was never filled in."""
    if contraindications is None or cautions is None or allergens is None:
        return None
    return ((contraindications | cautions) - HEALTH_CODES) | (allergens - ALLERGY_CODES)


@lru_cache(maxsize=4096)
def _with_type(contraindications: Codes | None, type_: str) -> Codes:
    return (contraindications or frozenset()) | type_knowledge(type_).contraindications


@lru_cache(maxsize=4096)
def _labels(codes: Codes) -> str:
    return ", ".join(LABELS[code].lower() for code in _in_order(codes))


@lru_cache(maxsize=4096)
def _in_order(codes: Codes) -> tuple[str, ...]:
    return tuple(sorted(codes, key=lambda code: (CODE_ORDER.get(code, len(CODE_ORDER)), code)))
