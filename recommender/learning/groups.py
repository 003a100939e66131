"""How far weights lie from the expert's, group by group: prior covariances estimated from the log itself.

Empirical Bayes: the covariance over the stages of a group is the one under which the log is most likely (Laplace), an
inverse Wishart prior holding it near its start. Groups whose weights the log confirms grow tight, others open up.
Source: Nabi, Nassif, Hong, Mamani and Imbens (2020) for groups of features; the steps minorise and maximise as those
of Zhou, Hu, Zhou and Lange (2019), which need far fewer rounds than EM.
"""

from dataclasses import dataclass

import numpy as np

from recommender.bits import Floats
from recommender.learning.columns import ITEM, LEVEL, TRUST, Columns
from recommender.learning.newton import Curvature, Prior, Weights, inverse

HOLD = 5.0
"""How many columns the start counts for, beside the group's own."""


@dataclass(frozen=True)
class Groups:
    """member: (q,), each column's group; start: (groups, stages, stages); free: (groups,), whether it is estimated.

    item_start: (stages, stages).
    """

    member: np.ndarray[tuple[int], np.dtype[np.int64]]
    start: Floats
    free: np.ndarray[tuple[int], np.dtype[np.bool_]]
    item_start: Floats


@dataclass(frozen=True)
class Spread:
    """The covariances in use. columns: (groups, stages, stages); items: (stages, stages)."""

    columns: Floats
    items: Floats

    def prior(self, groups: Groups) -> Prior:
        """Return the prior these covariances make."""
        return Prior(inverse(self.columns)[groups.member], inverse(self.items))


def grouped(columns: Columns) -> Groups:
    """Return the groups of the design: the level, which is not estimated, the learned columns, and the trust."""
    names = (LEVEL, *(columns.groups[place] for place in columns.learned), TRUST)
    kinds = sorted(set(names))
    return Groups(
        np.array([kinds.index(name) for name in names], dtype=np.int64),
        np.array([columns.start_covariance(name) for name in kinds]),
        np.array([name != LEVEL for name in kinds]),
        columns.start_covariance(ITEM),
    )


def start(groups: Groups) -> Spread:
    """Return the covariances before any data."""
    return Spread(groups.start, groups.item_start)


def update(groups: Groups, spread: Spread, weights: Weights, curvature: Curvature) -> Spread:
    """Return the covariances after one step from `spread`. Groups that are not free stay where they started.

    weights and curvature are those of the posterior under `spread`.
    """
    each = np.arange(weights.columns.shape[1])
    doubts = curvature.columns[:, each, :, each]
    columns = groups.start.copy()
    for number in np.flatnonzero(groups.free):
        mine = groups.member == number
        columns[number] = _better(spread.columns[number], groups.start[number], weights.columns[:, mine], doubts[mine])
    return Spread(columns, _better(spread.items, groups.item_start, weights.items, curvature.items))


def _better(now: Floats, first: Floats, weights: Floats, doubts: Floats) -> Floats:
    """Return (stages, stages): the covariance S that lowers a bound of minus the log marginal likelihood most.

    The bound is tr(A S) + tr(M / S), whose minimum solves S A S = M. weights: (stages, n); doubts: (n, stages, stages).
    """
    precision = inverse(now)
    a = (HOLD + len(doubts)) * precision - precision @ doubts.sum(axis=0) @ precision
    m = HOLD * first + weights @ weights.T
    root = np.linalg.cholesky((a + a.T) / 2)
    values, vectors = np.linalg.eigh(root.T @ m @ root)
    middle = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    back = inverse(root)
    better: Floats = back.T @ middle @ back
    return (better + better.T) / 2
