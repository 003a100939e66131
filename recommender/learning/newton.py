"""The joint maximum of all stages' likelihoods under a Gaussian prior that couples the stages, and its curvature.

A column's weights at the stages, and an item's effects at the stages, are one small vector each with one prior
covariance: what makes an item better at one stage tells about the others. Items meet in no cell, so that their part
of the curvature is many small blocks, taken out by the Schur complement: the rest is (stages * q) square.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import linalg

from recommender.bits import Floats
from recommender.learning.terms import StageRows

MAX_STEPS = 40
HALVINGS = 12
TOLERANCE = 1e-8


@dataclass(frozen=True)
class Prior:
    """Around 0. precision: (q, stages, stages) of each column; item_precision: (stages, stages)."""

    precision: Floats
    item_precision: Floats


class Weights(NamedTuple):
    """columns: (stages, q); items: (stages, m)."""

    columns: Floats
    items: Floats


@dataclass(frozen=True)
class Curvature:
    """The posterior covariance at the maximum (Laplace).

    columns: (stages, q, stages, q); items: (m, stages, stages), each item's own block. fitted: (stages,), how many free
    parameters the answers of each stage were fitted with: the trace of the information in them times this covariance.
    """

    columns: Floats
    items: Floats
    fitted: Floats


class _Sums(NamedTuple):
    """The likelihood's part of the system: slopes and information, by columns, by items and across."""

    slope: Floats
    item_slope: Floats
    columns: Floats
    items: Floats
    across: Floats


def inverse(matrices: Floats) -> Floats:
    """Return the inverse of each of the (..., n, n) matrices."""
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


def predictors(stages: list[StageRows], weights: Weights) -> list[Floats]:
    """Return each stage's linear predictor, (n,) each."""
    each = zip(stages, weights.columns, weights.items, strict=True)
    return [rows.offset + rows.design @ columns + items[rows.item] for rows, columns, items in each]


def by_item(values: Floats, rows: StageRows, count: int) -> Floats:
    """Return (count, ...): the sums over each item's rows, which lie together."""
    sums = np.zeros((count, *values.shape[1:]))
    if len(values):
        starts = np.flatnonzero(np.r_[True, np.diff(rows.item) > 0])
        sums[rows.item[starts]] = np.add.reduceat(values, starts, axis=0)
    return sums


def log_posterior(stages: list[StageRows], prior: Prior, weights: Weights) -> float:
    """Return the log posterior up to a constant."""
    each = zip(stages, predictors(stages, weights), strict=True)
    likelihood = sum(float(rows.log_likelihood(eta).sum()) for rows, eta in each)
    penalty = np.einsum("sq,qst,tq->", weights.columns, prior.precision, weights.columns, optimize=True)
    penalty += np.einsum("sm,st,tm->", weights.items, prior.item_precision, weights.items, optimize=True)
    return float(likelihood - 0.5 * penalty)


def _sums(stages: list[StageRows], weights: Weights) -> _Sums:
    s_count, q = weights.columns.shape
    m = weights.items.shape[1]
    slope, columns = np.zeros((s_count, q)), np.zeros((s_count, q, q))
    item_slope, items, across = np.zeros((s_count, m)), np.zeros((s_count, m)), np.zeros((s_count, m, q))
    for s, (rows, eta) in enumerate(zip(stages, predictors(stages, weights), strict=True)):
        terms = rows.terms(eta)
        weighted = rows.design * terms.information[:, None]
        slope[s] = rows.design.T @ terms.slope
        columns[s] = rows.design.T @ weighted
        item_slope[s] = by_item(terms.slope, rows, m)
        items[s] = by_item(terms.information, rows, m)
        across[s] = by_item(weighted, rows, m)
    return _Sums(slope, item_slope, columns, items, across)


class _System(NamedTuple):
    """root: Cholesky factor of the columns' part, items taken out, (stages * q)^2; small: (m, stages, stages)."""

    root: Floats
    small: Floats
    across: Floats


def _system(sums: _Sums, prior: Prior) -> _System:
    s_count, q = sums.slope.shape
    blocks = np.broadcast_to(prior.item_precision, (sums.items.shape[1], s_count, s_count)).copy()
    blocks[:, np.arange(s_count), np.arange(s_count)] += sums.items.T
    small = inverse(blocks)
    full = np.zeros((s_count, q, s_count, q))
    each = np.arange(q)
    full[:, each, :, each] = prior.precision
    for s in range(s_count):
        full[s, :, s, :] += sums.columns[s]
        for t in range(s + 1):  # the lower triangle is all that is read
            full[s, :, t, :] -= sums.across[s].T @ (small[:, s, t][:, None] * sums.across[t])
    return _System(linalg.cholesky(full.reshape(s_count * q, s_count * q), lower=True), small, sums.across)


def _direction(sums: _Sums, system: _System, prior: Prior, weights: Weights) -> Weights:
    slope = sums.slope - np.einsum("qst,tq->sq", prior.precision, weights.columns)
    item_slope = sums.item_slope - prior.item_precision @ weights.items
    shifted = np.einsum("mst,tm->sm", system.small, item_slope)
    reduced = slope - np.einsum("smq,sm->sq", system.across, shifted)
    columns = linalg.cho_solve((system.root, True), reduced.ravel()).reshape(slope.shape)
    back = item_slope - np.einsum("smq,sq->sm", system.across, columns)
    return Weights(columns, np.einsum("mst,tm->sm", system.small, back))


def step(stages: list[StageRows], prior: Prior, weights: Weights) -> tuple[Weights, float, _System]:
    """Return the weights after one damped Fisher step, how far the log posterior rose, and the system it used."""
    sums = _sums(stages, weights)
    system = _system(sums, prior)
    direction = _direction(sums, system, prior, weights)
    before = log_posterior(stages, prior, weights)
    size = 1.0
    for _ in range(HALVINGS):
        moved = Weights(weights.columns + size * direction.columns, weights.items + size * direction.items)
        rise = log_posterior(stages, prior, moved) - before
        if rise >= 0.0:
            return moved, rise, system
        size /= 2
    return weights, 0.0, system


def curvature(system: _System, sums: _Sums) -> Curvature:
    """Return the covariances that belong to a system, and what the answers behind its sums were fitted with."""
    s_count, q = sums.slope.shape
    lower, _ = linalg.lapack.dpotri(system.root, lower=1)
    columns = (np.tril(lower) + np.tril(lower, -1).T).reshape(s_count, q, s_count, q)
    m = system.across.shape[1]
    middle = np.zeros((m, s_count, s_count))
    for s in range(s_count):
        for t in range(s, s_count):
            middle[:, s, t] = middle[:, t, s] = np.einsum(
                "mq,mq->m", system.across[s] @ columns[s, :, t, :], system.across[t]
            )
    items = system.small + system.small @ middle @ system.small
    with_items = np.einsum("mst,mts->s", middle, system.small)  # columns and items vary together: taken out twice
    each = np.arange(s_count)
    fitted = np.einsum("sqr,srq->s", sums.columns, columns[each, :, each, :])
    fitted += np.einsum("sm,ms->s", sums.items, items[:, each, each]) - 2 * with_items
    return Curvature(columns, items, fitted)


def maximum(
    stages: list[StageRows], prior: Prior, start: Weights, steps: int = MAX_STEPS
) -> tuple[Weights, Curvature, int]:
    """Return the joint maximum, the covariance there and the steps it took. Laplace: Tierney and Kadane (1986)."""
    weights, taken = start, 0
    while taken < steps:
        taken += 1
        weights, rise, _ = step(stages, prior, weights)
        if rise < TOLERANCE:
            break
    sums = _sums(stages, weights)
    return weights, curvature(_system(sums, prior), sums), taken
