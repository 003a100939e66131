"""Answers between no and yes, such as 0 to 10: they say more than yes or no does, and serve as "good enough or not"."""

import numpy as np

from recommender.bits import Floats
from recommender.learning.terms import StageRows

START, FEW = 0.25, 4.0
"""Before data: grades that scatter with an sd of a quarter around 1/2, which counts for FEW answers."""
SPAN = 2.5
"""The line below is drawn through predictors from -SPAN to SPAN."""


def dispersion(rows: StageRows, eta: Floats, fitted: float) -> float:
    """Return the variance of grades as a share of that of yes and no, START without data. eta: (n,).

    Pearson's statistic over its count less the parameters that were `fitted` with these grades, shrunk towards START
    (McCullagh and Nelder, 1989, section 4.5): residuals of what was fitted to them are smaller than the scatter. As one
    step of EM, whose fixed point that is: the count may be smaller than the parameters.
    """
    p = 1.0 / (1.0 + np.exp(-np.clip(eta, -35.0, 35.0)))
    squares = rows.squared - 2.0 * p * rows.won + p**2 * rows.asked
    pearson = float((squares / np.maximum(p * (1.0 - p), 0.01)).sum())
    expected = pearson + rows.dispersion * fitted
    return float(np.clip((expected + START * FEW) / (float(rows.asked.sum()) + FEW), 0.02, 1.0))


def threshold_line(grade: float, spread: float) -> tuple[float, float]:
    """Return (a, b): logit P(answer >= grade) is about a + b * eta, where sigmoid(eta) is the mean answer.

    An answer's sd is sqrt(spread * p * (1 - p)); the normal tail is taken as a logistic one (factor 1.702). Least
    squares over the span of predictors that occur; the served posterior thereby stays a product of sigmoids.
    """
    eta = np.linspace(-SPAN, SPAN, 101)
    p = 1.0 / (1.0 + np.exp(-eta))
    logit = 1.702 * (p - grade) / np.sqrt(spread * p * (1.0 - p))
    slope, level = np.polyfit(eta, logit, 1)
    return float(level), float(slope)
