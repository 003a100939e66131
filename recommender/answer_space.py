"""The answers there can be: a grid of the ones that decide most, questionnaires drawn at random, and single changes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from recommender.questionnaire import QUESTIONS, Kind
from recommender.safety import LABELS
from recommender.types import UNKNOWN, Answers, Codes

FIELDS = {"pain_kind": "pain_kinds", "position_preference": "position", "pressure_preference": "pressure",
          "portability_need": "portability"}  # fmt: skip
"""The names of `Answers` where they differ from the questionnaire's."""
NOT_CHANGED = ("red_flags", "max_budget")
"""A warning sign shows no list at all, and a budget is a number: they are left out of the single changes."""
MOST_TICKED = 3


class Asked(NamedTuple):
    """One visitor and how to name them: question and code, in the order that they are asked."""

    named: tuple[tuple[str, str], ...]
    answers: Answers


def nobody() -> Answers:
    """Return somebody who ticked nothing at all."""
    none: Codes = frozenset()
    return Answers(red_flags=none, health=none, allergies=none)


def grid() -> Iterator[Asked]:
    """Yield everybody who names one place or none, one use or none, and one health or allergy answer or none.

    Somebody who names neither place nor use wants to relax.
    """
    healths = [("", ""), *((field, code) for field in ("health", "allergies") for code in sorted(_codes(field)))]
    for area in ("", *sorted(_codes("areas"))):
        for kind in ("", *sorted(_codes("pain_kind"))):
            for field, code in healths:
                named = [("areas", area), ("pain_kind", kind), (field, code)]
                if not area and not kind:
                    named.append(("goal", "relax"))
                yield asked(tuple((question, each) for question, each in named if each))


def asked(named: tuple[tuple[str, str], ...]) -> Asked:
    """Return the visitor who gave these answers and no others."""
    answers = nobody()
    for field, code in named:
        answers = with_answer(answers, field, code)
    return Asked(named, answers)


def with_answer(answers: Answers, field: str, code: str) -> Answers:
    """Return the answers with one more: added where many can be ticked, else in place of the one there was."""
    question, name = QUESTIONS[field], FIELDS.get(field, field)
    changed: dict[str, Any] = {name: code}
    if question.kind is Kind.MANY:
        changed = {name: getattr(answers, name) | {code}}
    elif question.kind is Kind.SCALE:
        changed = {name: int(code)}
    return replace(answers, **changed)


def drawn(number: int, seed: int) -> Iterator[Answers]:
    """Yield whole questionnaires without warning signs, drawn at random; a third has a health or allergy answer."""
    rng = np.random.default_rng(seed)
    for _ in range(number):
        answers = nobody()
        is_healthy = rng.random() < 2 / 3
        for field, question in QUESTIONS.items():
            if field == "red_flags" or (question.safety and is_healthy):
                continue
            answers = _drawn_one(answers, field, rng)
        yield answers


def _drawn_one(answers: Answers, field: str, rng: np.random.Generator) -> Answers:
    if field == "max_budget":
        limit = int(rng.integers(1, 20)) * 500
        return replace(answers, max_budget_minor=limit if rng.random() < 0.5 else None)
    codes = sorted(_codes(field) - {UNKNOWN})
    most = MOST_TICKED if QUESTIONS[field].kind is Kind.MANY else 1
    for code in rng.choice(codes, size=min(int(rng.integers(0, most + 1)), len(codes)), replace=False).tolist():
        answers = with_answer(answers, field, code)
    return answers


def single_changes() -> Iterator[tuple[str, str]]:
    """Yield each question and code that can be answered besides."""
    for field in QUESTIONS:
        if field not in NOT_CHANGED:
            for code in sorted(_codes(field)):
                yield field, code


def _codes(field: str) -> Codes:
    question = QUESTIONS[field]
    if question.kind is Kind.SCALE:
        return frozenset(str(mark) for mark in range(question.low, question.high + 1))
    return question.codes


def named_in_words(named: tuple[tuple[str, str], ...]) -> str:
    """Return answers as a shopkeeper reads them, such as "Jaw, Tight, sore muscles, Pregnancy"."""
    return ", ".join(_WORDS.get(each, each[1]) for each in named) or "Nothing at all"


_WORDS = {
    (field, choice.code): LABELS.get(choice.code, choice.wording) if question.safety else choice.wording
    for field, question in QUESTIONS.items()
    for choice in question.choices
} | {(field, UNKNOWN): f"{field}: prefers not to say" for field in ("health", "allergies")}
