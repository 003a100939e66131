"""How strongly the expert is believed against the choices seen: the fit, its evidence, and the strength that wins.

Utility = x @ (scale * prior + deviation). The scale is one number and never changes an order; the deviations of a
column group share one precision ("strength"), chosen by the evidence in Laplace's approximation. An infinite
strength is the expert alone. Sources: MacKay (1992); Nabi et al. (2020) for group-wise empirical Bayes.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from recommender.bits import Floats
from recommender.learning.choice_sets import ChoiceSets

Ints = npt.NDArray[np.intp]
STRENGTHS = np.geomspace(1.0, 1e5, 21)
"""Candidate strengths, per squared unit of a deviation: a quarter of a power of ten apart."""
SCALES = np.geomspace(1e-3, 1e2, 201)
SCALE_SD = 1.5
"""How sure we are, on the log scale, that one standard deviation of the expert's utility is worth one logit."""
SPREAD_SD = 0.5
"""How far the groups' strengths are thought to lie apart, in powers of ten: few choices cannot tell them apart."""
MAX_STEPS = 60
MAX_ROUNDS = 12


@dataclass(frozen=True)
class Fit:
    """Coefficients (p,), their precision (p, p) and the log evidence of the model they come from."""

    coefficients: Floats
    precision: Floats
    evidence: float


def best_scale(sets: ChoiceSets, prior: Floats) -> float:
    """Return how far utilities spread, given the expert's order: the posterior mode on a fine grid, never 0."""
    utility = sets.features @ prior
    spread = float(np.std(utility))
    if spread == 0.0:
        return 1.0
    values = [sets.log_likelihood(scale / spread * utility) - 0.5 * (np.log(scale) / SCALE_SD) ** 2 for scale in SCALES]
    return float(SCALES[int(np.argmax(values))] / spread)


def fit(sets: ChoiceSets, centre: Floats, strength: Floats, start: Floats | None = None) -> Fit:
    """Return the mode under deviations from `centre` (p,) with precisions `strength` (p,), by damped Newton steps."""
    weights = centre if start is None else start
    value = _penalised(sets, weights, centre, strength)
    for _ in range(MAX_STEPS):
        slope, curvature = sets.slope_and_curvature(sets.features @ weights)
        step = np.linalg.solve(curvature + np.diag(strength), slope - strength * (weights - centre))
        weights, new = _climb(sets, weights, step, (centre, strength, value))
        is_done = new - value <= 1e-10 * (1 + abs(value))
        value = new
        if is_done:
            break
    precision = sets.slope_and_curvature(sets.features @ weights)[1] + np.diag(strength)
    evidence = value + 0.5 * float(np.log(strength).sum()) - 0.5 * float(np.linalg.slogdet(precision)[1])
    return Fit(weights, precision, evidence)


def _penalised(sets: ChoiceSets, weights: Floats, centre: Floats, strength: Floats) -> float:
    deviation = weights - centre
    return sets.log_likelihood(sets.features @ weights) - 0.5 * float(strength @ deviation**2)


def _climb(
    sets: ChoiceSets, weights: Floats, step: npt.NDArray[np.floating], target: tuple[Floats, Floats, float]
) -> tuple[Floats, float]:
    centre, strength, value = target
    for halvings in range(30):
        moved = weights + step / 2**halvings
        new = _penalised(sets, moved, centre, strength)
        if new >= value:
            return moved, new
    return weights, value


def best_strengths(sets: ChoiceSets, centre: Floats, group_of_column: Ints) -> tuple[Floats, Fit]:
    """Return (groups,) strengths with the highest evidence found, and their fit. Deterministic.

    The evidence counts how plausible the strengths are together, so that many groups buy no fit by chance.

    In turns: the likelihood is taken as a parabola around the last fit, in which every rung of the ladder of strengths
    is cheap to try; then the winner is fitted in full. Ends when a fit no longer gains.
    """
    groups = int(group_of_column.max()) + 1
    rungs = np.full(groups, len(STRENGTHS) - 1)
    best = fit(sets, centre, STRENGTHS[rungs][group_of_column])
    for _ in range(MAX_ROUNDS):
        tried_rungs = _climb_ladder(_Parabola.around(sets, centre, best.coefficients), group_of_column, rungs)
        tried = fit(sets, centre, STRENGTHS[tried_rungs][group_of_column], best.coefficients)
        tried = replace(tried, evidence=tried.evidence + _plausibility(tried_rungs))
        if tried.evidence <= best.evidence:
            break
        rungs, best = tried_rungs, tried
    return STRENGTHS[rungs], best


@dataclass(frozen=True)
class _Parabola:
    """The log-likelihood of a deviation d (p,) from the centre: slope @ d - d @ curvature @ d / 2 and a constant."""

    slope: Floats
    curvature: Floats

    @classmethod
    def around(cls, sets: ChoiceSets, centre: Floats, weights: Floats) -> Self:
        slope, curvature = sets.slope_and_curvature(sets.features @ weights)
        return cls(slope + curvature @ (weights - centre), curvature)

    def evidence(self, strength: Floats) -> float:
        """Return the log evidence under these strengths (p,), exact for a parabola, less the constant."""
        precision = self.curvature + np.diag(strength)
        gain = self.slope @ np.linalg.solve(precision, self.slope)
        return 0.5 * float(gain + np.log(strength).sum() - np.linalg.slogdet(precision)[1])


def _climb_ladder(parabola: _Parabola, group_of_column: Ints, rungs: Ints) -> Ints:
    """Return the rungs (groups,) at the top: first all groups together, then each in turn until none moves."""

    def evidence(at: Ints) -> float:
        return parabola.evidence(STRENGTHS[at][group_of_column]) + _plausibility(at)

    together = [np.full_like(rungs, rung) for rung in range(len(STRENGTHS) - 1, -1, -1)]
    rungs = max([rungs, *together], key=evidence)
    for _ in range(MAX_ROUNDS):
        before = rungs
        for group in range(len(rungs)):
            rungs = max((_with(rungs, group, rung) for rung in range(len(STRENGTHS) - 1, -1, -1)), key=evidence)
        if (rungs == before).all():
            break
    return rungs


def _plausibility(rungs: Ints) -> float:
    """Return the log prior of the groups' strengths, up to a constant: they scatter around a common one."""
    powers = np.log10(STRENGTHS[rungs])
    return -0.5 * float((((powers - powers.mean()) / SPREAD_SD) ** 2).sum())


def _with(rungs: Ints, group: int, rung: int) -> Ints:
    changed = rungs.copy()
    changed[group] = rung
    return changed
