"""Do the chances come true? Reliability by stage, and a correction where they do not.

predicted: (n,) chances in [0, 1], made before the outcomes were seen: held out, or logged when the list was shown.
happened: (n,) outcomes from 0 to 1. All functions raise ValueError when the arrays are empty, differ in length, or
hold anything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from recommender.bits import Floats

ENOUGH_ROWS = 2_000
"""Below it a stage is described by ranges; a figure would pretend to know more."""
ENOUGH_FOR_STEPS = 1_000
"""Positives from which isotonic regression is safer than a sigmoid (scikit-learn's user guide on calibration)."""
BINS = 10
GOAL = 0.03
CLIP = 1e-6
Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows with like predictions: mean predicted chance, share that happened, and its 95 % interval (Wilson 1927)."""

    count: int
    predicted: float
    happened: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class StageReport:
    """How a stage's chances came true. `error` is the ECE, or None below ENOUGH_ROWS; low and high bound the share."""

    stage: str
    rows: int
    positives: float
    predicted: float
    low: float
    high: float
    error: float | None
    bins: tuple[Bin, ...]

    @property
    def is_good(self) -> bool | None:
        """Whether the goal is met; None while that cannot be said."""
        return None if self.error is None else self.error <= GOAL

    @property
    def sentence(self) -> str:
        """What a merchant may read of it."""
        if self.error is None:
            return (
                f"{self.stage}: {self.rows} rows are too few for a figure; the share lies between "
                f"{self.low:.1%} and {self.high:.1%}, predicted were {self.predicted:.1%}."
            )
        verdict = "within" if self.is_good else "outside"
        return (
            f"{self.stage}: over {self.rows} rows the chances are off by {self.error:.3f} on average, "
            f"{verdict} the goal of {GOAL}."
        )


def reliability(predicted: Floats, happened: Floats, *, bins: int = BINS) -> tuple[Bin, ...]:
    """Return bins of equal size by predicted chance, lowest first. Rows with the same chance share a bin."""
    predicted, happened = _checked(predicted, happened)
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, predicted, side="left")
    found = []
    for at in np.unique(place):
        inside = place == at
        share = float(happened[inside].mean())
        low, high = share_interval(float(happened[inside].sum()), int(inside.sum()))
        found.append(Bin(int(inside.sum()), float(predicted[inside].mean()), share, low, high))
    return tuple(found)


def expected_error(bins: tuple[Bin, ...]) -> float:
    """Return the ECE: the mean distance of chance and share, weighted by rows (Naeini, Cooper, Hauskrecht 2015).

    Chance alone makes it positive: with n rows in ten bins, about 0.8 * sqrt(10 * p * (1 - p) / n) for right chances.
    """
    rows = sum(each.count for each in bins)
    return sum(each.count * abs(each.predicted - each.happened) for each in bins) / rows


def share_interval(positives: float, rows: int) -> tuple[float, float]:
    """Return the 95 % limits of a share. Source: Wilson (1927)."""
    share, square = positives / rows, Z * Z
    centre = (share + square / (2 * rows)) / (1 + square / rows)
    half = Z / (1 + square / rows) * (share * (1 - share) / rows + square / (4 * rows * rows)) ** 0.5
    return max(0.0, centre - half), min(1.0, centre + half)


def report(stage: str, predicted: Floats, happened: Floats) -> StageReport:
    """Return what can be said of one stage: a figure from ENOUGH_ROWS rows on, ranges below."""
    predicted, happened = _checked(predicted, happened)
    rows, positives = len(happened), float(happened.sum())
    low, high = share_interval(positives, rows)
    has_enough = rows >= ENOUGH_ROWS
    bins = reliability(predicted, happened, bins=BINS if has_enough else 3)
    error = expected_error(bins) if has_enough else None
    return StageReport(stage, rows, positives, float(predicted.mean()), low, high, error, bins)


def report_stages(stages: Mapping[str, tuple[Floats, Floats]]) -> tuple[StageReport, ...]:
    """Return one report a stage that has rows, in the order given."""
    return tuple(report(stage, *arrays) for stage, arrays in stages.items() if len(arrays[0]))


@dataclass(frozen=True, slots=True)
class Calibration:
    """A map from predicted to corrected chance, as plain numbers.

    sigmoid: intercept and slope on the log odds. steps: (k,) chances and their corrections, lines between them.
    """

    method: Literal["sigmoid", "isotonic"]
    first: Floats
    second: Floats

    def apply(self, predicted: Floats) -> Floats:
        """Return (n,) corrected chances; never turns an order round."""
        if self.method == "isotonic":
            return np.interp(predicted, self.first, self.second).astype(np.float64)
        odds: Floats = self.first[0] + self.second[0] * _log_odds(predicted)
        return 1 / (1 + np.exp(-odds))


def fit_calibration(predicted: Floats, happened: Floats) -> Calibration:
    """Return the correction: a sigmoid below ENOUGH_FOR_STEPS positives (or negatives), isotonic from there on.

    Judge it on other rows than these. Raises ValueError when nothing or everything happened.
    Sources: Platt (1999); Zadrozny and Elkan (2002).
    """
    predicted, happened = _checked(predicted, happened)
    positives = float(happened.sum())
    rarer = min(positives, len(happened) - positives)
    if rarer <= 0:
        raise ValueError("nothing or everything happened: there is nothing to calibrate")
    if rarer >= ENOUGH_FOR_STEPS:
        steps = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(predicted, happened)
        return Calibration("isotonic", steps.X_thresholds_.astype(np.float64), steps.y_thresholds_.astype(np.float64))
    twice = np.tile(_log_odds(predicted), 2)[:, None]  # an outcome of 0.3 is three tenths of a yes
    yes = np.repeat([1, 0], len(happened))
    line = LogisticRegression(C=1e3).fit(twice, yes, sample_weight=np.concatenate([happened, 1 - happened]))
    slope = max(0.0, float(line.coef_[0, 0]))
    share = positives / len(happened)
    intercept = float(line.intercept_[0]) if slope > 0 else float(np.log(share / (1 - share)))
    return Calibration("sigmoid", np.array([intercept]), np.array([slope]))


def _log_odds(chance: Floats) -> Floats:
    inside = np.clip(chance, CLIP, 1 - CLIP)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def _checked(predicted: Floats, happened: Floats) -> tuple[Floats, Floats]:
    predicted, happened = np.asarray(predicted, dtype=np.float64), np.asarray(happened, dtype=np.float64)
    if predicted.ndim != 1 or predicted.shape != happened.shape or not len(predicted):
        raise ValueError("predicted and happened must be equally long and not empty")
    for values in (predicted, happened):
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError("chances and outcomes lie between 0 and 1")
    return predicted, happened
