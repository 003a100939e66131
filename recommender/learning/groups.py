"""How far weights lie from the expert's, group by group: prior covariances estimated from the log itself.

Empirical Bayes by EM: the covariance over the stages of a group is the mean second moment of its weights under the
posterior, shrunk towards where it started. Groups whose weights the log confirms grow tight, others open up.
Source: Dempster, Laird and Rubin (1977); Nabi, Nassif, Hong, Mamani and Imbens (2020) for groups of features.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommender.bits import Floats
from recommender.learning.newton import Curvature, Prior, Weights, inverse

AGREEMENT = 0.5
"""The correlation between stages to start with: what attracts mostly also sells, and what sells mostly helps."""
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


def coupled(sd: float, stages: int, agreement: float = AGREEMENT) -> Floats:
    """Return (stages, stages): equal variances, equally correlated."""
    return sd**2 * ((1 - agreement) * np.eye(stages) + agreement)


def grouped(
    names: tuple[str, ...], start_sd: Mapping[str, float], free: set[str], stages: int, item_sd: float
) -> Groups:
    """Return the groups of columns whose group names are given, each starting with its sd."""
    kinds = sorted(set(names))
    place = {name: number for number, name in enumerate(kinds)}
    return Groups(
        np.array([place[name] for name in names], dtype=np.int64),
        np.array([coupled(start_sd[name], stages) for name in kinds]),
        np.array([name in free for name in kinds]),
        coupled(item_sd, stages),
    )


def start(groups: Groups) -> Spread:
    """Return the covariances before any data."""
    return Spread(groups.start, groups.item_start)


def update(groups: Groups, weights: Weights, curvature: Curvature) -> Spread:
    """Return the covariances after one step of EM. Groups that are not free stay where they started."""
    each = np.arange(weights.columns.shape[1])
    moments = curvature.columns[:, each, :, each] + np.einsum("sq,tq->qst", weights.columns, weights.columns)
    columns = groups.start.copy()
    for number in np.flatnonzero(groups.free):
        mine = groups.member == number
        columns[number] = _shrunk(moments[mine], groups.start[number])
    items = curvature.items + np.einsum("sm,tm->mst", weights.items, weights.items)
    return Spread(columns, _shrunk(items, groups.item_start))


def _shrunk(moments: Floats, first: Floats) -> Floats:
    """Return (stages, stages): the mean moment, the start counting for HOLD of them."""
    mean: Floats = (HOLD * first + moments.sum(axis=0)) / (HOLD + len(moments))
    return (mean + mean.T) / 2
