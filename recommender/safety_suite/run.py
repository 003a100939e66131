"""Runs the cases: one case is one visitor, one catalogue and one scorer, ranked in whole and judged."""

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from recommender.catalogue_csv import Row
from recommender.ranking import rank
from recommender.safety_suite.hostile import HABITS, Hostile
from recommender.safety_suite.made_up import (
    Pools,
    Rng,
    corrupted,
    make_items,
    make_pools,
    make_posterior,
    make_visitors,
)
from recommender.safety_suite.oracle import may_be_shown, referral_for
from recommender.scorers import Scorer
from recommender.scorers.learned import LearnedScorer
from recommender.scorers.popularity import PopularityScorer
from recommender.storage import Manifest, RefusedModel, load, save
from recommender.types import Answers, ExclusionKind, Item, Ranking, Referral

VISITS_A_CATALOGUE = 200
PRODUCTS = 12
COMPARED_EVERY = 20
"""Every so many visits all exclusions are compared with the judge's, not only what is shown."""
MOST_KEPT = 20
SAFETY_KINDS = frozenset(
    {
        ExclusionKind.MISSING_SAFETY,
        ExclusionKind.CONTRAINDICATION,
        ExclusionKind.ALLERGEN,
        ExclusionKind.POWERED_STIMULATOR,
    }
)


@dataclass(slots=True)
class Report:
    """What was counted. `violations` tells the first few, `failed` counts all."""

    cases: int = 0
    referrals: int = 0
    lists: int = 0
    empty: int = 0
    shown: int = 0
    barred: int = 0
    compared: int = 0
    fallbacks: int = 0
    refused_rows: int = 0
    models_refused: int = 0
    failed: int = 0
    by_scorer: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def fail(self, what: str) -> None:
        """Count one violation."""
        self.failed += 1
        if len(self.violations) < MOST_KEPT:
            self.violations.append(what)


def run(
    cases: int,
    *,
    seed: int,
    rows: Sequence[Row] = (),
    scorer: Scorer | None = None,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Return what came of so many cases; the same seed and input give the same report.

    rows: a catalogue's rows, which are then broken in every second round. scorer: one more scorer to put behind the
    lists, a model that is to be promoted for example. progress: called after each catalogue.
    """
    report, block = Report(), 0
    pools = make_pools(np.random.default_rng([seed, 0]))
    with tempfile.TemporaryDirectory() as folder:
        while report.cases < cases:
            block += 1
            rng = np.random.default_rng([seed, block])
            number = min(VISITS_A_CATALOGUE, cases - report.cases)
            items = _items(rng, pools, rows if block % 2 else (), report)
            scorers = _scorers(rng, items, Path(folder), report, scorer)
            for place, answers in enumerate(make_visitors(rng, pools, number)):
                name, behind = scorers[place % len(scorers)]
                title = f"seed {seed}, catalogue {block}, visit {place}, {name}"
                _judge(_Case(title, block + place, answers, items, behind), report)
                report.by_scorer[name] += 1
            progress(report)
    return report


@dataclass(frozen=True, slots=True)
class _Case:
    name: str
    place: int
    answers: Answers
    items: tuple[Item, ...]
    scorer: Scorer | None

    @property
    def is_compared(self) -> bool:
        return self.place % COMPARED_EVERY == 0


def _items(rng: Rng, pools: Pools, rows: Sequence[Row], report: Report) -> tuple[Item, ...]:
    if not rows:
        return make_items(rng, pools, PRODUCTS)
    items, refused = corrupted(rng, rows, 2 * PRODUCTS)
    report.refused_rows += refused
    return items


def _scorers(
    rng: Rng, items: Sequence[Item], folder: Path, report: Report, extra: Scorer | None
) -> list[tuple[str, Scorer | None]]:
    skus = [item.sku for item in items]
    counts = {sku: int(rng.integers(100)) for sku in skus}
    known: list[tuple[str, Scorer | None]] = [
        ("expert", None),
        ("learned", LearnedScorer(make_posterior(rng, skus))),
        ("popularity", PopularityScorer(counts, dict.fromkeys(skus, 200))),
        ("broken model file", _from_broken_file(rng, skus, folder, report)),
        *((habit, Hostile(habit)) for habit in HABITS),
    ]
    return [*known, ("given", extra)] if extra is not None else known


def _from_broken_file(rng: Rng, skus: Sequence[str], folder: Path, report: Report) -> Scorer | None:
    """Store a model, break one of its files, and return what can still be loaded: nothing, or it is a violation."""
    sha256 = save(folder, make_posterior(rng, skus), Manifest(prior="", first_day="", last_day="", rows=0, seed=0))
    for path in sorted(folder.iterdir()):
        content = bytearray(path.read_bytes())
        place = int(rng.integers(len(content)))
        if rng.random() < 0.3:
            path.unlink()
        elif rng.random() < 0.5:
            path.write_bytes(content[:place])
        else:
            content[place] ^= 1 << int(rng.integers(8))
            path.write_bytes(content)
    try:
        loaded = LearnedScorer(load(folder, sha256))
    except RefusedModel:
        report.models_refused += 1
        loaded = None
    if loaded is not None:
        report.fail("a broken model file was loaded")
    for path in folder.iterdir():
        path.unlink()
    return loaded


def _judge(case: _Case, report: Report) -> None:
    report.cases += 1
    if isinstance(case.scorer, Hostile):
        unsafe = (item.sku for item in case.items if not may_be_shown(case.answers, item))
        case.scorer.unsafe = frozenset(unsafe)
    try:
        outcome = rank(case.answers, case.items, scorer=case.scorer)
    except Exception as problem:  # a case that ends in an error is a violation like any other
        report.fail(f"{case.name}: {type(problem).__name__}: {problem}")
        return
    wanted = referral_for(case.answers)
    if isinstance(outcome, Referral):
        report.referrals += 1
        if outcome.refer != wanted:
            report.fail(f"{case.name}: sent to {outcome.refer}, should be {wanted}")
        return
    if wanted is not None:
        report.fail(f"{case.name}: shown a list, should be sent to {wanted}")
    _judge_list(case, outcome, report)


def _judge_list(case: _Case, outcome: Ranking, report: Report) -> None:
    report.lists += 1
    report.empty += not outcome.ranked
    report.shown += len(outcome.ranked)
    report.fallbacks += outcome.fallback is not None
    by_sku = {item.sku: item for item in case.items}
    limit = case.answers.max_budget_minor
    for ranked in outcome.ranked:
        item = by_sku[ranked.sku]
        if not may_be_shown(case.answers, item):
            report.fail(f"{case.name}: {item.sku} is unsafe and shown")
        if not item.available or (limit is not None and item.price_minor > limit):
            report.fail(f"{case.name}: {item.sku} is sold out or too dear and shown")
    if case.is_compared:
        _compare(case, outcome, report)


def _compare(case: _Case, outcome: Ranking, report: Report) -> None:
    """Every product is shown or left out once, and safety leaves out exactly what the judge does."""
    report.compared += 1
    skus = Counter([ranked.sku for ranked in outcome.ranked] + [out.sku for out in outcome.excluded])
    if skus != Counter(item.sku for item in case.items):
        report.fail(f"{case.name}: not every product is shown or left out once")
    barred = {out.sku for out in outcome.excluded if out.kind in SAFETY_KINDS}
    report.barred += len(barred)
    if barred != {item.sku for item in case.items if not may_be_shown(case.answers, item)}:
        report.fail(f"{case.name}: safety leaves out something else than the judge")


def summary(report: Report) -> str:
    """Return the figures as lines of text."""
    figures = {
        "cases": report.cases,
        "sent to a clinician": report.referrals,
        "lists": report.lists,
        "of them empty": report.empty,
        "products shown": report.shown,
        "lists whose exclusions were all compared": report.compared,
        "products left out there for safety": report.barred,
        "lists where the scorer failed and the expert took over": report.fallbacks,
        "broken model files refused": report.models_refused,
        "broken catalogue rows refused": report.refused_rows,
        **{f"cases with scorer: {name}": count for name, count in report.by_scorer.items()},
        "violations": report.failed,
    }
    return "\n".join([*(f"{number:>12,}  {name}" for name, number in figures.items()), *report.violations])
