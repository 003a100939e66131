"""How fast the log grows old: the half-life under which the older days foretell the newest ones best.

Counts that are a half-life old count half, so the posterior opens up again where the world has moved. Forgetting
costs evidence where it has not: never forgetting is kept unless a half-life foretells better beyond chance.
Source: discounting, West and Harrison (1997), chapter 6; choice by prequential likelihood, Dawid (1984).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from recommender.bits import Bools, Floats
from recommender.learning import newton
from recommender.learning.columns import Columns
from recommender.learning.funnel import Fit, fit_funnel, stage_cells, stage_rows, under
from recommender.learning.newton import Weights
from recommender.learning.statistics import SufficientStatistics

HALF_LIVES = (None, 360.0, 180.0, 90.0, 45.0)
"""Days; None never forgets."""
LEAST_DAYS, NEWEST_PART = 20, 10
"""A log of fewer days chooses nothing; the newest tenth of its days is foretold."""
CLEARLY = 2.0
"""How many standard errors better than never forgetting a half-life must foretell."""


class Foretold(NamedTuple):
    """One half-life: the mean log likelihood of a newest answer, and the standard error of its lead over None."""

    half_life_days: float | None
    score: float
    lead: float
    lead_error: float


@dataclass(frozen=True)
class Chosen:
    """The half-life in use and what each candidate scored, the first being that of never forgetting."""

    half_life_days: float | None
    table: tuple[Foretold, ...]


def days_between(statistics: SufficientStatistics, first: int, last: int) -> SufficientStatistics:
    """Return the cells of the days first to last, both counted in."""
    return _where(statistics, (statistics.day >= first) & (statistics.day <= last))


def choose_half_life(
    statistics: SufficientStatistics,
    columns: Columns,
    *,
    newest_days: int,
    half_lives: Sequence[float | None] = HALF_LIVES,
    start: Fit | None = None,
    rounds: int = 6,
) -> Chosen:
    """Return the half-life whose model of the older days gives the newest days the highest likelihood.

    All are scored under the dispersion of grades that never forgetting finds: quasi-likelihoods of different scales do
    not compare, the more scattered one always looks better.
    newest_days: how many days at the end are foretold. Raises ValueError when either side holds no row.
    """
    last = int(statistics.day.max(initial=0))
    old = days_between(statistics, -(2**62), last - newest_days)
    new = days_between(statistics, last - newest_days + 1, last)
    if not len(old.item) or not len(new.item):
        raise ValueError("there must be rows before the newest days, and in them")
    fits = [
        fit_funnel(old, columns, today=last - newest_days, half_life_days=half_life, start=start, rounds=rounds)
        for half_life in half_lives
    ]
    foretold = [cell_scores(replace(fit, dispersions=fits[0].dispersions), new, columns) for fit in fits]
    never, answers = foretold[0], float(new.tried.sum())
    table = tuple(
        Foretold(half_life, float(score.sum()) / answers, *_lead(score, never, answers))
        for half_life, score in zip(half_lives, foretold, strict=True)
    )
    best = max(table, key=lambda row: row.score)
    return Chosen(best.half_life_days if best.lead > CLEARLY * best.lead_error else half_lives[0], table)


def half_life_of(
    statistics: SufficientStatistics,
    columns: Columns,
    *,
    half_lives: Sequence[float | None] = HALF_LIVES,
    start: Fit | None = None,
    rounds: int = 6,
) -> float | None:
    """Return the half-life that this log chooses for itself; None: it forgets nothing, or is too short to choose."""
    days = np.unique(statistics.day)  # days of rest are no days
    if len(days) < LEAST_DAYS:
        return None
    newest = int(days[-1] - days[-max(2, len(days) // NEWEST_PART)]) + 1
    chosen = choose_half_life(
        statistics, columns, newest_days=newest, half_lives=half_lives, start=start, rounds=rounds
    )
    return chosen.half_life_days


def cell_scores(fit: Fit, statistics: SufficientStatistics, columns: Columns) -> Floats:
    """Return (cells,): the log likelihood of each cell's answers, all stages together, under the fit's weights."""
    stages = under(stage_rows(statistics, columns, today=0, half_life_days=None), fit)
    total = np.zeros(len(statistics.item))
    known = {name: place for place, name in enumerate(fit.items)}
    effects = np.zeros((len(columns.stages), len(statistics.items)))
    for place, name in enumerate(statistics.items):
        if name in known:
            effects[:, place] = fit.weights.items[:, known[name]]
    etas = newton.predictors(stages, Weights(fit.weights.columns, effects))
    for cells, rows, eta in zip(stage_cells(statistics), stages, etas, strict=True):
        total[cells] += rows.log_likelihood(eta)
    return total


def _lead(score: Floats, never: Floats, answers: float) -> tuple[float, float]:
    gain = score - never
    return float(gain.sum()) / answers, float(np.sqrt(len(gain) * gain.var())) / answers


def _where(statistics: SufficientStatistics, keep: Bools) -> SufficientStatistics:
    return replace(
        statistics,
        codes=statistics.codes[keep],
        item=statistics.item[keep],
        position=statistics.position[keep],
        day=statistics.day[keep],
        tried=statistics.tried[keep],
        won=statistics.won[keep],
        squared=statistics.squared[keep],
    )
