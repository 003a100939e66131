"""From the log to a stored model. For commands alone: it imports what trains, which no page may."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recommender.learning.expert_columns import expert_columns
from recommender.learning.forgetting import half_life_of
from recommender.learning.funnel import train
from recommender.learning.statistics import SufficientStatistics
from recommender.storage import Manifest, prior_id, save
from shop.learning.models import Candidate, Impression
from shop.learning.reading import LogReport, read_rows
from shop.learning.rules import BY_THE_LOG, LOGGED_FEATURES, training_days

LEAST = {"opened": (500, 50), "bought": (50, 10)}
"""Stage: at least so many answers, and so many of them yes. With fewer, a model is the expert prior and noise.

The third stage, whether it helped, may be empty: it then stays as the expert says.
"""
DAYS_AT_ONCE = 16
Progress = Callable[[int, int], None]


class TooLittle(Exception):
    """There is too little to learn from; the message says what there is and what it takes."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days to learn from, both counted in."""

    since: date
    until: date

    def __contains__(self, day: date) -> bool:
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was stored under its sha256, and how many answers each stage had."""

    sha256: str
    counts: dict[str, int]
    half_life_days: float | None


def window_of_log(session: Session, window: Window) -> Window:
    """The days of the window that train: the newest lists are kept back, to judge the model by what it never saw."""
    counted = (
        select(Impression.day, func.count())
        .where(Impression.day.between(window.since, window.until))
        .group_by(Impression.day)
        .order_by(Impression.day)
    )
    until = training_days([(row[0], row[1]) for row in session.execute(counted)])
    return Window(window.since, until or window.until)


def log_statistics(
    session: Session, window: Window, report: LogReport, progress: Progress
) -> SufficientStatistics | None:
    """The sums of the log's rows, a day at a time; None when no row can be used."""
    days = days_of(session, window)
    kept: list[SufficientStatistics] = []
    for done, rows in enumerate(read_rows(session, window.since, window.until, report), start=1):
        kept.append(SufficientStatistics.from_rows(rows))
        if len(kept) >= DAYS_AT_ONCE:
            kept = [SufficientStatistics.merge_all(kept)]
        progress(done, len(days))
    return SufficientStatistics.merge_all(kept) if kept else None


def train_and_store(
    statistics: SufficientStatistics | None, folder: Path, *, seed: int, half_life_days: float | Literal["auto"] | None
) -> Trained:
    """Train on these sums and store the model. The same sums, seed and half-life (or BY_THE_LOG) give the same files.

    Age counts from the newest day of the sums. Raises TooLittle before anything is written.
    """
    _refuse_too_little(statistics)
    assert statistics is not None
    columns, counts = expert_columns(LOGGED_FEATURES), statistics.count()
    today = int(statistics.day.max())
    chosen = half_life_of(statistics, columns) if half_life_days == BY_THE_LOG else half_life_days
    posterior = train(statistics, columns, seed=seed, today=today, half_life_days=chosen)
    yes = {f"{stage}_yes": float(total) for stage, total in zip(statistics.stages, statistics.won.sum(0), strict=True)}
    manifest = Manifest(
        prior=prior_id(columns.names, columns.prior_mean[0].tolist()),
        first_day=date.fromordinal(int(statistics.day.min())).isoformat(),
        last_day=date.fromordinal(today).isoformat(),
        rows=counts["opened"],
        seed=seed,
        metrics={**{f"{stage}_answers": float(n) for stage, n in counts.items()}, **yes, "half_life": chosen},
    )
    return Trained(save(folder, posterior, manifest), counts, chosen)


def _refuse_too_little(statistics: SufficientStatistics | None) -> None:
    asked = statistics.count() if statistics else {}
    yes = dict(zip(statistics.stages, statistics.won.sum(axis=0), strict=True)) if statistics else {}
    lacking = [
        f"{stage}: {asked.get(stage, 0)} answers, {yes.get(stage, 0):.0f} of them yes; it takes {least} and {least_yes}"
        for stage, (least, least_yes) in LEAST.items()
        if asked.get(stage, 0) < least or yes.get(stage, 0) < least_yes
    ]
    if lacking:
        raise TooLittle(f"Too little to learn from yet, so nothing was changed. {'. '.join(lacking)}.")


def days_of(session: Session, window: Window) -> Sequence[date]:
    """The days of the window with a list."""
    days = select(Impression.day).join(Candidate, Candidate.impression_id == Impression.id).distinct()
    return session.scalars(days.where(Impression.day.between(window.since, window.until))).all()


def by_tenths(tell: Callable[[str], None], what: str) -> Progress:
    """A progress that speaks at most eleven times, however long the way is."""
    told = [-1]

    def progress(done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if tenth > told[0]:
            told[0] = tenth
            tell(f"{what}: {done} of {total}")

    return progress
