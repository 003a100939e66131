"""From the log's sums to a posterior: all stages together, around the expert's prior.

train: one joint maximum after another, each with the spread of the groups, the weights of the places and the
dispersion of the grades that the one before suggests, until nothing moves.
"""

from dataclasses import dataclass, replace

import numpy as np

from recommender.bits import Floats
from recommender.learning import groups as grouping
from recommender.learning import newton, position
from recommender.learning.columns import Columns
from recommender.learning.grades import START, dispersion, threshold_line
from recommender.learning.groups import Groups, Spread
from recommender.learning.newton import Curvature, Weights
from recommender.learning.statistics import Ints, SufficientStatistics
from recommender.learning.terms import StageRows
from recommender.posterior import Posterior

ROUNDS = 30
STEPS_A_ROUND = 2
STILL = 1e-3
"""Rounds end when no weight has moved further than this (logits)."""


@dataclass(frozen=True)
class Fit:
    """Where a training stands; the next one may start here."""

    items: tuple[str, ...]
    weights: Weights
    spread: Spread
    places: Floats
    dispersions: Floats
    curvature: Curvature | None = None


def train(
    statistics: SufficientStatistics,
    columns: Columns,
    *,
    seed: int = 0,
    today: int,
    half_life_days: float | None = None,
) -> Posterior:
    """Return the posterior of this log. The same statistics give the same numbers to the last bit.

    today: ordinal day; an answer that is half_life_days old counts half (None: all count alike).
    seed: kept for learners that need chance; this one needs none.
    Raises ValueError when the statistics are of other stages or columns.
    """
    fit = fit_funnel(statistics, columns, today=today, half_life_days=half_life_days)
    return posterior_of(fit, columns)


def fit_funnel(
    statistics: SufficientStatistics,
    columns: Columns,
    *,
    today: int,
    half_life_days: float | None = None,
    start: Fit | None = None,
    rounds: int = ROUNDS,
) -> Fit:
    """Return the fit behind `train`; `start` saves rounds when little has been added to the log."""
    if statistics.stages != columns.stages or statistics.codes.shape[1] != len(columns.names):
        raise ValueError("these statistics speak of other stages or columns")
    stages = stage_rows(statistics, columns, today=today, half_life_days=half_life_days)
    groups = grouping.grouped(columns)
    fit = _start(statistics, columns, groups, start)
    for _ in range(rounds):
        after = _round(stages, columns, groups, fit)
        still = np.abs(after.weights.columns - fit.weights.columns).max() < STILL
        fit = after
        if still:
            break
    return fit


def stage_rows(
    statistics: SufficientStatistics, columns: Columns, *, today: int, half_life_days: float | None
) -> list[StageRows]:
    """Return each stage's rows: design (1, learned columns, the expert's score), weighted by age."""
    features, learned = statistics.features, np.array(columns.learned, dtype=np.int64)
    age = np.maximum(today - statistics.day, 0)
    weight = np.ones(len(age)) if half_life_days is None else 0.5 ** (age / half_life_days)
    rows = []
    for s, mine in enumerate(stage_cells(statistics)):
        expert = features[mine] @ columns.prior_mean[s]
        trusted = features[np.ix_(mine, learned)] @ columns.prior_mean[s, learned]
        rows.append(
            StageRows(
                design=np.column_stack([np.ones(len(mine)), features[np.ix_(mine, learned)], trusted]),
                offset=expert + columns.start_intercept[s],
                item=statistics.item[mine],
                place=statistics.position[mine] - 1,
                asked=statistics.tried[mine, s] * weight[mine],
                won=statistics.won[mine, s] * weight[mine],
                squared=statistics.squared[mine, s] * weight[mine],
                examined=np.ones(len(mine)),
            )
        )
    return rows


def stage_cells(statistics: SufficientStatistics) -> list[Ints]:
    """Return for each stage the cells that reached it, sorted by item: the order of its rows."""
    by_item = np.argsort(statistics.item, kind="stable")
    return [by_item[statistics.tried[by_item, s] > 0] for s in range(len(statistics.stages))]


def under(stages: list[StageRows], fit: Fit) -> list[StageRows]:
    """Return the rows with the fit's weights of places and dispersions."""
    first, *rest = stages
    more = position.start(int(first.place.max(initial=0)) + 1)  # a place the fit has not seen is as before data
    places = np.concatenate([fit.places, more[len(fit.places) :]])
    later = zip(rest, fit.dispersions[1:].tolist(), strict=True)
    return [first.with_places(places), *(replace(rows, dispersion=spread) for rows, spread in later)]


def _start(statistics: SufficientStatistics, columns: Columns, groups: Groups, start: Fit | None) -> Fit:
    s_count, q, m = len(columns.stages), len(groups.member), len(statistics.items)
    places = int(statistics.position.max(initial=1))
    if start is None:
        weights = Weights(np.zeros((s_count, q)), np.zeros((s_count, m)))
        return Fit(statistics.items, weights, grouping.start(groups), position.start(places), _spreads(columns))
    effects = np.zeros((s_count, m))
    known = {name: place for place, name in enumerate(start.items)}
    for place, name in enumerate(statistics.items):
        if name in known:
            effects[:, place] = start.weights.items[:, known[name]]
    weights = Weights(start.weights.columns, effects)
    more = np.concatenate([start.places, position.start(places)[len(start.places) :]])
    return replace(start, items=statistics.items, weights=weights, places=more)


def _spreads(columns: Columns) -> Floats:
    """(stages,): the dispersions before any data."""
    return np.array([START if name in columns.graded else 1.0 for name in columns.stages])


def _round(stages: list[StageRows], columns: Columns, groups: Groups, fit: Fit) -> Fit:
    now = under(stages, fit)
    weights, curvature, _ = newton.maximum(now, fit.spread.prior(groups), fit.weights, STEPS_A_ROUND)
    etas = newton.predictors(now, weights)
    fitted = curvature.fitted.tolist()
    dispersions = np.array(
        [
            dispersion(now[s], etas[s], fitted[s]) if name in columns.graded else 1.0
            for s, name in enumerate(columns.stages)
        ]
    )
    places = position.update(now[0], etas[0], fit.places)
    return Fit(
        fit.items, weights, grouping.update(groups, fit.spread, weights, curvature), places, dispersions, curvature
    )


def posterior_of(fit: Fit, columns: Columns) -> Posterior:
    """Return the numbers that serve: weights on the world's own columns, the expert's among them."""
    if fit.curvature is None:
        raise ValueError("a fit needs at least one round")
    s_count, p, learned = len(columns.stages), len(columns.names), list(columns.learned)
    mean, covariance = columns.prior_mean.copy(), np.zeros((s_count, p, p))
    intercept, item_mean = columns.start_intercept + fit.weights.columns[:, 0], fit.weights.items.copy()
    item_sd = np.sqrt(np.diagonal(fit.curvature.items, axis1=1, axis2=2).T)
    unseen_sd = np.sqrt(np.diagonal(fit.spread.items)).copy()
    for s, name in enumerate(columns.stages):
        back = np.zeros((p, len(learned) + 2))  # from the design's weights to the world's columns
        back[learned, np.arange(1, len(learned) + 1)] = 1.0
        back[learned, -1] = columns.prior_mean[s, learned]
        mean[s] += back @ fit.weights.columns[s]
        covariance[s] = back @ fit.curvature.columns[s, :, s, :] @ back.T
        if name in columns.graded:
            level, slope = threshold_line(columns.graded[name], float(fit.dispersions[s]))
            mean[s], covariance[s] = slope * mean[s], slope**2 * covariance[s]
            intercept[s] = level + slope * intercept[s]
            item_mean[s], item_sd[s], unseen_sd[s] = slope * item_mean[s], slope * item_sd[s], slope * unseen_sd[s]
    return Posterior(
        columns.stages, columns.names, mean, covariance, intercept, fit.items, item_mean, item_sd, unseen_sd, fit.places
    )
