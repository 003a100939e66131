"""What another ranking would have earned on the log of this one: IPS, SNIPS and DR, with 95 % intervals.

A log has one row a place of a list that was shown. `impressions` names the list of each row; the figures are per
list, and the lists, not the rows, are taken as independent. Without it every row is a list of its own, which is the
plain bandit of the literature. A reward may depend on the product and its place, not on its neighbours (the
item-position model of Li et al. 2018); probabilities are those of this product in this place.

Arrays: rewards (rows,) in any unit; shown_with, would_show_with (rows,) probability under the logging and the judged
policy; predicted_shown (rows,) expected reward of what was shown by some model; predicted (rows,) the mean of that
model's expectation over what the judged policy would show in this place. All functions raise ValueError on an empty
log, on numbers that are not finite, on shown_with outside (0, 1] and on would_show_with outside [0, 1].
"""

from dataclasses import dataclass
from math import hypot, inf, isfinite, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from recommender.bits import Floats

LEVEL = 0.95
PROBABILITY_SLACK = 1e-9
"""A sum of probabilities may exceed 1 by rounding."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value per impression with its interval, in the unit of the rewards.

    contributions: (impressions,), numbers whose mean is the value; their scatter is where the interval comes from.
    ess: how many impressions of the judged policy itself the log is worth (see `ess`). low and high are NaN for fewer
    than two impressions.
    """

    value: float
    low: float
    high: float
    ess: float
    contributions: Floats


def ess(weights: Floats) -> float:
    """Return (sum of weights)^2 / sum of squares: the effective sample size, 0 when all weights are 0 (Kish 1965)."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def interval(contributions: Floats, *, level: float = LEVEL) -> tuple[float, float]:
    """Return the limits of the mean of independent numbers of which a few large ones may decide.

    Rare rewards with large weights are very skewed, and what was not seen, though it might have been, are the largest.
    So what lies above the mean and what lies below it are taken as two sums of rare terms with gamma limits, each upper
    limit with one more term, as large as the largest seen. Where no term is large, this is the plain normal interval.

    Source: Fay and Feuer (1997), weighted sums of rare events; Zou and Donner (2008), limits of a difference from those
    of its two parts.
    """
    count = len(contributions)
    if count < 2:
        return float("nan"), float("nan")
    mean = float(contributions.mean())
    z = NormalDist().inv_cdf(0.5 + level / 2)
    fewer_below, more_below = _room(np.maximum(mean - contributions, 0.0), z)
    fewer_above, more_above = _room(np.maximum(contributions - mean, 0.0), z)
    return mean - hypot(fewer_above, more_below) / count, mean + hypot(more_above, fewer_below) / count


def difference(one: Estimate, other: Estimate, *, level: float = LEVEL) -> tuple[float, float, float]:
    """Return value, low and high of `one` less `other`, paired by impression: both must come from the same log."""
    if one.contributions.shape != other.contributions.shape:
        raise ValueError("both estimates must come from the same log")
    low, high = interval(one.contributions - other.contributions, level=level)
    return one.value - other.value, low, high


def ips(
    rewards: Floats,
    shown_with: Floats,
    would_show_with: Floats,
    *,
    impressions: npt.NDArray[np.generic] | None = None,
) -> Estimate:
    """Return the mean reward by inverse propensity: unbiased, wide. Source: Horvitz and Thompson (1952)."""
    weights = _weights(shown_with, would_show_with, rewards)
    lists = _Lists.of(impressions, len(rewards))
    return _estimate(lists.sums(weights * rewards), ess(lists.sums(weights)))


def snips(
    rewards: Floats,
    shown_with: Floats,
    would_show_with: Floats,
    *,
    impressions: npt.NDArray[np.generic] | None = None,
) -> Estimate:
    """Return the mean reward with weights that are scaled to mean 1: hardly biased, narrower, and never beyond the
    range of the rewards. All NaN when every weight is 0. Source: Swaminathan and Joachims (2015); interval by the
    delta method."""
    weights = _weights(shown_with, would_show_with, rewards)
    lists = _Lists.of(impressions, len(rewards))
    totals = lists.sums(weights)
    if not totals.any():
        return Estimate(float("nan"), float("nan"), float("nan"), 0.0, np.full(lists.count, np.nan))
    rows_per_list = len(rewards) / lists.count
    per_row = float(weights @ rewards / weights.sum())
    influence = (lists.sums(weights * rewards) - per_row * totals) / float(totals.mean())
    return _estimate(rows_per_list * (per_row + influence), ess(totals), value=rows_per_list * per_row)


def dr(
    rewards: Floats,
    shown_with: Floats,
    would_show_with: Floats,
    predictions: tuple[Floats, Floats],
    *,
    impressions: npt.NDArray[np.generic] | None = None,
) -> Estimate:
    """Return the doubly robust mean reward: a model's expectation, corrected by the weighted errors it made.

    predictions: (predicted_shown, predicted). Unbiased when the propensities are right, whatever the model says, as
    long as the model was not trained on these rows. Source: Dudík, Langford and Li (2011).
    """
    predicted_shown, predicted = predictions
    weights = _weights(shown_with, would_show_with, rewards, predicted_shown, predicted)
    lists = _Lists.of(impressions, len(rewards))
    return _estimate(lists.sums(predicted + weights * (rewards - predicted_shown)), ess(lists.sums(weights)))


def mean_weight(
    shown_with: Floats, would_show_with: Floats, *, impressions: npt.NDArray[np.generic] | None = None
) -> tuple[float, float, float]:
    """Return value, low and high of the mean weight a row. It is 1 when the log covers all that would be shown."""
    weights = _weights(shown_with, would_show_with)
    lists = _Lists.of(impressions, len(weights))
    found = _estimate(lists.sums(weights) * (lists.count / len(weights)), 0.0)
    return found.value, found.low, found.high


def impossible(shown_with: Floats) -> npt.NDArray[np.bool_]:
    """Return (rows,): which logged probabilities cannot be: not a number, 0 or below, or above 1."""
    marks: npt.NDArray[np.bool_] = ~((shown_with > 0) & (shown_with <= 1 + PROBABILITY_SLACK))  # NaN is neither
    return marks


@dataclass(frozen=True, slots=True)
class _Lists:
    """Which list each row is in. codes: (rows,) from 0 to count - 1."""

    codes: npt.NDArray[np.intp]
    count: int

    @classmethod
    def of(cls, impressions: npt.NDArray[np.generic] | None, rows: int) -> "_Lists":
        if impressions is None:
            return cls(np.arange(rows), rows)
        if len(impressions) != rows:
            raise ValueError("impressions must have one name a row")
        names, codes = np.unique(impressions, return_inverse=True)
        return cls(codes, len(names))

    def sums(self, values: Floats) -> Floats:
        sums: Floats = np.bincount(self.codes, weights=values, minlength=self.count).astype(np.float64)
        return sums


def _weights(shown_with: Floats, would_show_with: Floats, *others: Floats) -> Floats:
    rows = len(shown_with)
    if rows == 0:
        raise ValueError("the log is empty")
    for values in (shown_with, would_show_with, *others):
        if values.shape != (rows,):
            raise ValueError(f"every array must be ({rows},), not {values.shape}")
        if not np.isfinite(values).all():
            raise ValueError("every number of the log must be finite")
    if impossible(shown_with).any():
        raise ValueError("every logged probability must be above 0 and at most 1")
    if ((would_show_with < 0) | (would_show_with > 1 + PROBABILITY_SLACK)).any():
        raise ValueError("every probability of the judged policy must be from 0 to 1")
    return would_show_with / shown_with


def _room(terms: Floats, z: float) -> tuple[float, float]:
    """Return how far the expectation of the sum of rare terms, none negative, may lie below the sum and above it."""
    with np.errstate(over="ignore"):
        total, squares, largest = float(terms.sum()), float((terms**2).sum()), float(terms.max())
    if squares == 0.0:
        return 0.0, 0.0
    if not isfinite(squares):
        return inf, inf  # so large that nothing is known of their mean
    least = _gamma_quantile(total, squares, -z)
    most = _gamma_quantile(total + largest, squares + largest**2, z)
    return total - least, most - total


def _gamma_quantile(mean: float, variance: float, z: float) -> float:
    """Return the quantile that is the z-th of a normal distribution. Source: Wilson and Hilferty (1931)."""
    shape = (mean / sqrt(variance)) ** 2
    root = max(1 - 1 / (9 * shape) + z / (3 * sqrt(shape)), 0.0)
    return mean * root * root * root


def _estimate(contributions: Floats, effective: float, value: float | None = None) -> Estimate:
    low, high = interval(contributions)
    return Estimate(float(contributions.mean()) if value is None else value, low, high, effective, contributions)
