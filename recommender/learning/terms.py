"""One stage's rows, and what they say about its linear predictor: log likelihood, slope and information."""

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np

from recommender.bits import Floats
from recommender.learning.statistics import Ints
from recommender.posterior import log_sigmoid

SMALLEST = 1e-12


class Terms(NamedTuple):
    """(n,) each: slope and information of the log likelihood in the linear predictor."""

    slope: Floats
    information: Floats


@dataclass(frozen=True)
class StageRows:
    """The cells that reached one stage, sorted by item.

    design: (n, q); offset: (n,), the expert's part of the predictor; item, place: (n,), counted from 0.
    asked, won, squared: (n,), weighted counts of answers, their sum and the sum of their squares.
    examined: (n,), the chance that the place was looked at: 1 beyond the first stage.
    dispersion: 1 for yes or no; below 1 where grades say more than one yes or no does.
    """

    design: Floats
    offset: Floats
    item: Ints
    place: Ints
    asked: Floats
    won: Floats
    squared: Floats
    examined: Floats
    dispersion: float = 1.0

    def with_places(self, weights: Floats) -> Self:
        """Return the rows under other position weights. weights: (places,)."""
        return replace(self, examined=weights[self.place])

    def terms(self, eta: Floats) -> Terms:
        """Return the terms at the linear predictor eta: (n,).

        p = examined * sigmoid(eta) (position-based model: Richardson, Dominowska and Ragno, 2007; Chuklin, Markov and
        de Rijke, 2015); the information is Fisher's, which is never negative. Grades: quasi-likelihood, Wedderburn
        (1974); Papke and Wooldridge (1996).
        """
        passed = 1.0 / (1.0 + np.exp(-np.clip(eta, -35.0, 35.0)))
        p = self.examined * passed
        pull = (1.0 - passed) / np.maximum(1.0 - p, SMALLEST)
        slope = (self.won - self.asked * p) * pull / self.dispersion
        information = self.asked * p * (1.0 - passed) * pull / self.dispersion
        return Terms(slope, information)

    def log_likelihood(self, eta: Floats) -> Floats:
        """Return (n,): each row's part of the log likelihood at eta: (n,)."""
        log_passed = log_sigmoid(eta)
        missed = np.log(np.maximum(1.0 - self.examined * np.exp(log_passed), SMALLEST))
        likelihood: Floats = self.won * (np.log(self.examined) + log_passed) + (self.asked - self.won) * missed
        return likelihood / self.dispersion
