"""The gate's word on a candidate: the log since its training, the safety suite, and the graded visits.

For commands alone. What it says is kept beside the model as plain values, for the merchant's page.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from recommender import gate_words
from recommender.catalogue import prepare
from recommender.catalogue_csv import read_catalogue
from recommender.evaluation import Figures, evaluate, figures
from recommender.expert import day_one_posterior
from recommender.gate import Checks, Decision, Figure, Line, Log, decide
from recommender.personas import read_personas
from recommender.posterior import Posterior
from recommender.safety_suite.run import run
from recommender.scorers import Scorer
from recommender.scorers.learned import LearnedScorer
from recommender.storage import RefusedModel, load, read_manifest
from recommender.types import Item
from shop import paths
from shop.learning import register
from shop.learning.cards import Judgement, card_of, since_training
from shop.learning.judging import Usable, judge, read_lists
from shop.learning.models import RankingModel
from shop.learning.reading import LogReport
from shop.learning.rules import LOGGED_FEATURES
from shop.learning.segments import segment_figures
from shop.learning.watching import watch

DAY_ONE = "day one"
CATALOGUE = "first"
"""What the graded visits call the demo catalogue."""
MAY_LOSE = 0.05
"""How much lower than the expert's the nDCG@5 over the graded visits may be: with a dozen lists, less means nothing."""


@dataclass(frozen=True, slots=True)
class Word:
    """What the gate says, with what was read for it. `against` is the sha256 of the live model, "" for day one.

    `reading` is a digest of the log as it was read: the same log looked at again is no further look.
    """

    decision: Decision
    usable: Usable
    report: LogReport
    against: str
    reading: str
    card: str
    moved: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Everything in plain sentences, the table apart."""
        impossible = self.report.lines()[1:]
        return [*self.usable.lines(), *impossible, *gate_words.conclusions(self.decision), *self.moved]

    def as_values(self) -> dict[str, Any]:
        """Plain values for the database: no number in it is NaN."""
        return {
            "verdict": self.decision.verdict.value,
            "promote": self.decision.promote,
            "on": self.report.today.isoformat(),
            "against": self.against,
            "reading": self.reading,
            "look": self.decision.look,
            "weighed": self.decision.weighed,
            "lists": self.decision.lists,
            "lines": self.lines(),
            "card": self.card,
            "table": [_line_values(line) for line in self.decision.table],
        }


@dataclass(frozen=True, slots=True)
class Serving:
    """What serves beside the models: the name by which the log knows day one, and the products that are on sale."""

    day_one_id: str
    items: Sequence[Item]


def reach(session: Session, row: RankingModel, folder: Path, serving: Serving, *, today: date, cases: int) -> Word:
    """Judge a stored model against the live one and day one. Raises RefusedModel when its own file cannot be used.

    cases: how many visits the safety suite makes up.
    """
    candidate, day_one = load(folder, row.sha256), day_one_posterior(LOGGED_FEATURES)
    known, live_row = {serving.day_one_id: day_one, **_stored(session, folder)}, register.find_live(session)
    live = known.get(live_row.sha256) if live_row is not None and live_row.id != row.id else None
    rankings = {f"model {row.id}": candidate, DAY_ONE: day_one}
    if live_row is not None and live is not None:
        rankings[f"model {live_row.id}, live"] = live
    manifest = read_manifest(folder, row.sha256)
    first_day, last_day = date.fromisoformat(manifest.first_day), date.fromisoformat(manifest.last_day)
    since = last_day + timedelta(days=1)
    usable, report, goods = Usable(), LogReport(today), prepare(serving.items)
    batches = read_lists(session, since, known, usable, report, goods)
    log, judged = judge(batches, known, rankings, candidate, usable, goods)
    own, first, *others = judged.values()
    safety = run(cases, seed=cases, scorer=LearnedScorer(candidate))
    graded, expert = on_graded_visits(LearnedScorer(candidate)), on_graded_visits(None)
    against, reading = live_row.sha256 if live_row is not None else "", _digest(log)
    look = register.look_number(session, row, against=against, reading=reading)
    checks = Checks(lambda: safety.violations, lambda: findings(graded, expert), look)
    decision = decide(own, others[0] if others else first, first, log, checks)
    moved = tuple(watch(session, candidate, first_day, last_day, today))
    judgement = Judgement(
        stages=since_training(session, row, folder, candidate, since, LogReport(today)),
        decision=decision,
        graded={"nDCG@5 on graded visits": graded.ndcg_at_5 or 0.0, "the expert prior there": expert.ndcg_at_5 or 0.0},
        safety=(safety.cases, safety.failed),
        left_out=report.refused.total(),
        judged_on=usable.lines(),
        moved=moved,
        segments=segment_figures(batches, log, own, first),
    )
    return Word(decision, usable, report, against, reading, card_of(row, folder, judgement), moved)


def _digest(log: Log) -> str:
    """What the log was read as, in a few letters."""
    order = np.argsort(log.impressions, kind="stable")
    numbers = np.column_stack([log.rewards, log.shown_with])[order]
    return hashlib.sha256("\n".join(log.impressions[order].tolist()).encode() + numbers.tobytes()).hexdigest()[:16]


def on_graded_visits(scorer: Scorer | None) -> Figures:
    """The figures of a scorer (None: the expert prior) on the graded visits over the demo catalogue."""
    catalogues = {CATALOGUE: read_catalogue(paths.demo_data() / "catalogue.csv")}
    return figures(evaluate(read_personas(paths.graded_visits()), catalogues, scorer=scorer)[0])


def findings(own: Figures, expert: Figures) -> list[str]:
    """What speaks against a model on the graded visits, beside the expert prior: nothing, or sentences."""
    found = []
    for name, count in (
        ("unsafe products shown", own.safety_violations),
        ("sold-out products shown", own.sold_out_shown),
        ("products over the budget shown", own.over_budget_shown),
        ("wrong empty lists", own.empty_cases - own.empty_right),
    ):
        if count:
            found.append(f"{count} {name}")
    if own.referral_accuracy != 1:
        found.append(f"only {own.referral_accuracy or 0:.0%} of the referrals are right")
    if own.ndcg_at_5 is None or expert.ndcg_at_5 is None or own.ndcg_at_5 < expert.ndcg_at_5 - MAY_LOSE:
        found.append(f"nDCG@5 {own.ndcg_at_5 or 0:.3f}, the expert prior {expert.ndcg_at_5 or 0:.3f}")
    return found


def _stored(session: Session, folder: Path) -> Mapping[str, Posterior]:
    """Every model whose file can be used, by what the log calls it."""
    found = {}
    for sha256 in session.scalars(select(RankingModel.sha256).where(RankingModel.promoted_at.is_not(None))):
        try:
            found[sha256] = load(folder, sha256)
        except RefusedModel:
            continue
    return found


def _line_values(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "snips": _figure_values(line.snips),
        "dr": _figure_values(line.dr),
        "worth": round(line.ess),
        "rewarded": line.rewarded,
        "snips_ahead": _figure_values(line.snips_ahead),
        "dr_ahead": _figure_values(line.dr_ahead),
    }


def _figure_values(figure: Figure | None) -> list[float] | None:
    values = [figure.value, figure.low, figure.high] if figure is not None else [math.nan]
    return [round(float(value), 6) for value in values] if all(math.isfinite(value) for value in values) else None
