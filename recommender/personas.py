"""Reads personas: people made up or remembered, with the grades a careful adviser gave. One JSON object a line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from recommender.types import UNKNOWN, Answers, Codes, Refer

BEST_GRADE = 3
SAFETY_FIELDS = ("red_flags", "health", "allergies")


class BadPersonas(ValueError):
    """A personas file cannot be read. The message names the file, the line and the field."""


@dataclass(frozen=True, slots=True)
class Persona:
    """One graded case. Products that are not in `grades` have grade 0; no grades at all means "nothing suits"."""

    id: str
    catalogue: str
    answers: Answers
    grades: Mapping[str, int]
    must_not: Codes
    refer: Refer | None


def read_personas(path: Path) -> tuple[Persona, ...]:
    """Return the personas of a file, in file order. Empty lines are passed over. Raises BadPersonas."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise BadPersonas(f"{path}: cannot be read as text in UTF-8 ({problem})") from problem
    personas: dict[str, Persona] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            persona = persona_from(json.loads(line))
        except (ValueError, RecursionError) as problem:
            raise BadPersonas(f"{path}, line {number}: {problem}") from problem
        if persona.id in personas:
            raise BadPersonas(f'{path}, line {number}: id "{persona.id}" is there twice')
        personas[persona.id] = persona
    return tuple(personas.values())


def persona_from(fields: object) -> Persona:
    """Return the persona of one JSON object. Raises ValueError naming the field."""
    known = _Fields(fields, "the line")
    refer = known.get("refer")
    if refer not in (None, *Refer):
        raise ValueError('refer should be null, "urgent" or "clinician"')
    return Persona(
        id=known.text("id"),
        catalogue=known.text("catalogue"),
        answers=answers_from(known.get("answers")),
        grades=_grades(known.get("grades")),
        must_not=known.codes("must_not"),
        refer=None if refer is None else Refer(str(refer)),
    )


def answers_from(fields: object) -> Answers:
    """Return the answers under the questionnaire's field names. Raises ValueError naming the field.

    A safety field that is missing or null counts as "prefer not to say".
    """
    known = _Fields(fields, "answers")
    safety = {name: known.codes(name, when_missing=UNKNOWN) for name in SAFETY_FIELDS}
    return Answers(
        red_flags=safety["red_flags"],
        health=safety["health"],
        allergies=safety["allergies"],
        areas=known.codes("areas"),
        pain_kinds=known.codes("pain_kind"),
        intensity=known.whole("intensity", 0, 10),
        interference=known.whole("interference", 0, 10),
        duration=known.code("duration"),
        triggers=known.codes("triggers"),
        position=known.code("position_preference"),
        pressure=known.whole("pressure_preference", 1, 5),
        experience=known.code("experience"),
        portability=known.code("portability_need"),
        max_budget_minor=known.minor_units("max_budget_usd"),
        mobility_limits=known.codes("mobility_limits"),
        goal=known.code("goal"),
    )


class _Fields:
    """The fields of one JSON object, each read with its check."""

    def __init__(self, fields: object, name: str) -> None:
        if not isinstance(fields, dict):
            raise ValueError(f"{name} should be a JSON object")
        self._fields = fields

    def get(self, name: str) -> object:
        return self._fields.get(name)

    def text(self, name: str) -> str:
        value = self.get(name)
        if not isinstance(value, str) or not value:
            raise ValueError(f"{name} should be a text")
        return value

    def code(self, name: str) -> str | None:
        return None if self.get(name) is None else self.text(name)

    def codes(self, name: str, when_missing: str | None = None) -> Codes:
        value = self.get(name)
        if value is None:
            return frozenset() if when_missing is None else frozenset({when_missing})
        if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
            raise ValueError(f"{name} should be a list of texts")
        return frozenset(value)

    def whole(self, name: str, low: int, high: int) -> int | None:
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"{name} should be a whole number from {low} to {high}")
        return value

    def minor_units(self, name: str) -> int | None:
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10**9:
            raise ValueError(f"{name} should be an amount of 0 or more, or null")
        return int((Decimal(str(value)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _grades(value: object) -> dict[str, int]:
    if not isinstance(value, dict):
        raise ValueError("grades should be a JSON object")
    for sku, grade in value.items():
        if not isinstance(grade, int) or isinstance(grade, bool) or not 0 <= grade <= BEST_GRADE:
            raise ValueError(f'the grade of "{sku}" should be a whole number from 0 to {BEST_GRADE}')
    return dict(value)
