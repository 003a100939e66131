"""The card of a model: what it saw, how good it is, what it may not be used for. Markdown, for people.

The words speak of fit and of figures only; a test holds them against the shop's rules for health claims.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from recommender.gate import Decision, Figure
from recommender.gate_words import conclusions, table

KNOWN_LIMITS = (
    "Relief scores are self-reported, by those who chose to answer; they are no measurement and no evidence.",
    "It ranks products by how well they fit the answers. It does not diagnose and advises on no illness.",
    "Safety rules stand outside the model and are applied before it; no model can show what they exclude.",
    "It learned from visitors who agreed to it; others may differ.",
    "What was never shown in the log, or hardly ever, is ranked by the expert's sense alone.",
    "Figures come from past days; products, prices and customers change.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFigures:
    """One stage of the funnel: rows asked, how many said yes, and the sentence of its calibration report."""

    stage: str
    rows: int
    positives: float
    calibration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFigures:
    """How the model does for one coarse group of visitors: lists, what it earned each, and the day-one ranking beside.

    None where there is too little to say.
    """

    segment: str
    lists: int
    earned: Figure | None
    day_one_earned: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """All that stands on a card. Days are ISO dates; `sha256` is that of the stored model.

    excluded_rows: impossible rows of the log that were counted and left out. safety_cases: how many visits the safety
    suite generated; safety_violations must be 0. judged_on: sentences on the lists that the decision rests on, and on
    those left out. notes: further known limits of this very model.
    """

    model: str
    sha256: str
    prior: str
    schema: str
    ruleset: str
    seed: int
    first_day: str
    last_day: str
    rows: int
    excluded_rows: int
    stages: Sequence[StageFigures]
    segments: Sequence[SegmentFigures] = ()
    safety_cases: int = 0
    safety_violations: int = 0
    personas: Mapping[str, float] = field(default_factory=dict)
    judged_on: Sequence[str] = ()
    drift: Sequence[str] = ()
    notes: Sequence[str] = ()


def model_card(facts: CardFacts, decision: Decision | None = None) -> str:
    """Return the card as Markdown; with the gate's decision when there is one."""
    parts = [
        f"# Model {_plain(facts.model)}",
        _origin(facts),
        "## What it saw",
        _stages(facts),
        "## How good it is",
        _segments(facts.segments),
        "## Safety",
        _safety(facts),
    ]
    if decision is not None:
        parts += ["## Against what was live", _bullets([*facts.judged_on, *conclusions(decision)]), table(decision)]
    if facts.drift:
        parts += ["## Changes in the log", _bullets(facts.drift)]
    parts += ["## Known limits", _bullets([*KNOWN_LIMITS, *facts.notes])]
    return "\n\n".join(parts) + "\n"


def _origin(facts: CardFacts) -> str:
    pairs = {
        "File": facts.sha256,
        "Starts from the expert prior": facts.prior,
        "Feature schema": facts.schema,
        "Safety rules": facts.ruleset,
        "Seed": str(facts.seed),
        "Log": f"{facts.first_day} to {facts.last_day}, {facts.rows:,} rows; {facts.excluded_rows:,} impossible",
    }
    return _rows(("", ""), [(name, f"`{_plain(value)}`" if name == "File" else value) for name, value in pairs.items()])


def _stages(facts: CardFacts) -> str:
    lines = [(each.stage, f"{each.rows:,}", f"{each.positives:,.0f}", each.calibration) for each in facts.stages]
    return _rows(("stage", "rows", "yes", "do the chances come true?"), lines)


def _segments(segments: Sequence[SegmentFigures]) -> str:
    if not segments:
        return "There were too few lists to look at segments."
    lines = [(each.segment, f"{each.lists:,}", _number(each.earned), _number(each.day_one_earned)) for each in segments]
    return _rows(("visitors", "lists", "earned a list (95 %)", "day one (95 %)"), lines)


def _safety(facts: CardFacts) -> str:
    cases = f"{facts.safety_violations:,} violations in {facts.safety_cases:,} generated visits."
    if not facts.safety_cases:
        cases = "The safety suite was not run: this model must not be served."
    figures = [f"{name}: {value:.3f}" for name, value in facts.personas.items()]
    return _bullets([cases, *figures])


def _number(figure: Figure | None) -> str:
    if figure is None or not isfinite(figure.value):
        return "too few"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _rows(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = "|".join("---" for _ in header)
    body = "\n".join(f"| {' | '.join(_plain(cell) for cell in line)} |" for line in lines)
    return f"| {' | '.join(header)} |\n|{rule}|\n{body}"


def _bullets(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {_plain(sentence)}" for sentence in sentences)


def _plain(text: str) -> str:
    """Return text that cannot break out of its line or cell: names come from the shop's own data."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
