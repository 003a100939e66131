"""Has the world moved away from what a model learned? Monitors over two windows of the log.

Sources: population stability index, Siddiqi (2006), with his alarm at 0.2; sample-ratio mismatch, Fabijan et al.
(2019). None of these says why; they say that a person should look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from recommender.bits import Floats
from recommender.learning.calibration import expected_error, reliability

PSI_ALARM = 0.2
LEAST_ROWS = 200
"""Rows of a window below which no monitor speaks: with fewer, chance alone moves the index that far."""
RATIO_ALARM = 0.0005
"""p value under which a split is called wrong; strict, for it is looked at daily (Fabijan et al. 2019)."""
CALIBRATION_ALARM = 0.03
ABSTENTION_FACTOR = 1.5
MOST_BINS = 10
SMOOTHING = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """One monitor: its name, figure, alarm threshold, and a sentence. `figure` is None with too few rows."""

    monitor: str
    figure: float | None
    threshold: float
    is_alarm: bool
    sentence: str


def stability_index(before: npt.ArrayLike, after: npt.ArrayLike) -> float:
    """Return the PSI of one coarse feature: sum of (q - p) log(q / p) over its values.

    Where there are more than ten: over the values of `before` and all others together, or over ten bins of `before`.

    Half a row is added to every value, so that one that is new or gone counts much, but not for ever. Raises
    ValueError when a window is empty or not finite.
    """
    old, new = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if not (len(old) and len(new) and np.isfinite(old).all() and np.isfinite(new).all()):
        raise ValueError("both windows need finite values")
    values = np.unique(np.concatenate([old, new]))
    known = np.unique(old)
    if len(values) > MOST_BINS >= len(known):
        old, new = (np.where(np.isin(each, known), np.searchsorted(known, each), -1.0) for each in (old, new))
        values = np.arange(-1.0, len(known))
    elif len(values) > MOST_BINS:
        edges = np.unique(np.quantile(old, np.linspace(0, 1, MOST_BINS + 1)[1:-1]))
        old, new = (np.searchsorted(edges, window, side="left").astype(np.float64) for window in (old, new))
        values = np.arange(len(edges) + 1.0)
    shares = []
    for window in (old, new):
        counts = np.array([(window == value).sum() for value in values]) + SMOOTHING
        shares.append(counts / counts.sum())
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def feature_drift(columns: Sequence[str], before: Floats, after: Floats) -> tuple[Finding, ...]:
    """Return one finding a column. before, after: (rows, columns)."""
    if min(len(before), len(after)) < LEAST_ROWS:
        return (_too_few("answers", min(len(before), len(after)), PSI_ALARM),)
    found = []
    for place, name in enumerate(columns):
        index = stability_index(before[:, place], after[:, place])
        verb = "has moved" if index >= PSI_ALARM else "is steady"
        sentence = f"{name} {verb}: stability index {index:.2f}."
        found.append(Finding(f"answers: {name}", index, PSI_ALARM, index >= PSI_ALARM, sentence))
    return tuple(found)


def calibration_drift(stage: str, predicted: Floats, happened: Floats) -> Finding:
    """Return whether the served chances of a recent window still come true, beyond what chance explains.

    The alarm is CALIBRATION_ALARM above the error that right chances would show with as many rows.
    """
    if len(predicted) < LEAST_ROWS:
        return _too_few(f"calibration: {stage}", len(predicted), CALIBRATION_ALARM)
    bins = reliability(predicted, happened)
    by_chance = sum(
        each.count * (2 / np.pi * each.predicted * (1 - each.predicted) / each.count) ** 0.5 for each in bins
    ) / len(predicted)
    error, threshold = expected_error(bins), float(by_chance) + CALIBRATION_ALARM
    verb = "no longer come true" if error >= threshold else "come true"
    sentence = f"The chances of {stage} {verb}: off by {error:.3f}, of which chance explains {by_chance:.3f}."
    return Finding(f"calibration: {stage}", error, threshold, error >= threshold, sentence)


def sample_ratio(counts: Mapping[str, int], expected: Mapping[str, float]) -> Finding:
    """Return whether visits were split as planned. counts, expected: arm -> visits and planned share.

    A wrong split means that the comparison itself is broken. Raises ValueError when the arms differ or the shares do
    not add up to 1.
    """
    if set(counts) != set(expected) or abs(sum(expected.values()) - 1) > 1e-9 or min(expected.values()) <= 0:
        raise ValueError("counts and shares must name the same arms, and the shares add up to 1")
    total = sum(counts.values())
    if total < LEAST_ROWS:
        return _too_few("split", total, RATIO_ALARM)
    distance = sum((counts[arm] - total * share) ** 2 / (total * share) for arm, share in expected.items())
    p_value = float(chi2.sf(distance, len(expected) - 1))
    is_alarm = p_value < RATIO_ALARM
    verb = "do not fit" if is_alarm else "fit"
    return Finding("split", p_value, RATIO_ALARM, is_alarm, f"The visits {verb} the planned split (p = {p_value:.4f}).")


def abstention(before: tuple[int, int], after: tuple[int, int]) -> Finding:
    """Return whether empty lists have become more frequent. Each window: (empty lists, all lists).

    Alarm: at least half as frequent again, and more than chance explains (two-sided 5 %).
    """
    rows = min(before[1], after[1])
    if rows < LEAST_ROWS:
        return _too_few("abstention", rows, ABSTENTION_FACTOR)
    old, new = (empty / lists for empty, lists in (before, after))
    pooled = (before[0] + after[0]) / (before[1] + after[1])
    error = (pooled * (1 - pooled) * (1 / before[1] + 1 / after[1])) ** 0.5
    is_alarm = new - old > 1.96 * error and new > ABSTENTION_FACTOR * old
    sentence = f"{new:.1%} of the lists were empty, {old:.1%} before."
    return Finding("abstention", new, ABSTENTION_FACTOR * old, is_alarm, sentence)


def _too_few(monitor: str, rows: int, threshold: float) -> Finding:
    return Finding(monitor, None, threshold, False, f"{monitor}: {rows} rows are too few to say.")
