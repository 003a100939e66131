"""Weights fitted to graded visits, held near the expert prior: to see what the grades say, never to serve from."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recommender.bits import Floats
from recommender.candidates import find_candidates
from recommender.catalogue import prepare
from recommender.features import FEATURES
from recommender.personas import Persona
from recommender.safety import Gate
from recommender.types import Item
from recommender.wish import read_wish

SHARPNESS = 2.0
"""How surely one grade of difference decides between two products, as a factor of the logit."""
LEAST_SCALE = 0.3
"""A weight may move about as far as it is large; small ones as far as this."""
MOST_STEPS = 50
CONVERGED = 1e-9


class Comparisons(NamedTuple):
    """Pairs of products, the better graded less the other. differences: (pairs, features); weights: (pairs,)."""

    differences: Floats
    weights: Floats


def comparisons(persona: Persona, items: Sequence[Item]) -> Comparisons:
    """Return every pair of this visit's candidates with unequal grades.

    A pair counts by the gain it decides about (2^grade - 1), a whole visit as much as any other: the weights sum to
    1, or there are none.
    """
    gate = Gate(persona.answers)
    if gate.referral is not None:
        return _NONE
    candidates = find_candidates(gate, read_wish(persona.answers), prepare(items))
    features = candidates.seen.matrix()
    skus = [candidates.catalogue.skus[row] for row in candidates.rows.tolist()]
    gains = np.array([2.0 ** persona.grades.get(sku, 0) - 1 for sku in skus])
    better, other = np.nonzero(gains[:, None] > gains[None, :])
    if not len(better):
        return _NONE
    at_stake = gains[better] - gains[other]
    return Comparisons(features[better] - features[other], at_stake / at_stake.sum())


def refitted(seen: Sequence[Comparisons], prior: Floats) -> Floats:
    """Return (features,): the weights that order the pairs best, for a normal prior about `prior` (ridge).

    Minimises the pairwise logistic loss by Newton's steps; with no pairs it is the prior. Source of the loss:
    Burges and others (2005), RankNet.
    """
    differences = np.vstack([_NONE.differences, *(each.differences for each in seen)]) * SHARPNESS
    counts = np.concatenate([_NONE.weights, *(each.weights for each in seen)])
    precision = 1 / np.maximum(np.abs(prior), LEAST_SCALE) ** 2
    weights = prior.copy()
    for _ in range(MOST_STEPS):
        wrong = 0.5 * (1 - np.tanh(differences @ weights / 2))  # the chance of the wrong order
        slope = precision * (weights - prior) - differences.T @ (counts * wrong)
        bend = (differences.T * (counts * wrong * (1 - wrong))) @ differences + np.diag(precision)
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if np.abs(step).max() < CONVERGED:
            break
    return weights


_NONE = Comparisons(np.zeros((0, len(FEATURES))), np.zeros(0))
