"""What every scorer looks like. Each scorer is one file of this folder."""

from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Scorer(Protocol):
    """Turns the feature matrix of one visitor into scores that explain themselves."""

    def fit(self, features: Floats, reward: Floats) -> Self:
        """Return a scorer that has learned from the rows. features: (rows, features); reward: (rows,)."""
        ...

    def score(self, features: Floats) -> Floats:
        """Return one score an item, higher is better. features: (items, features). NaN means "cannot score"."""
        ...

    def explain(self, features: Floats) -> Floats:
        """Return (items, features): each feature's share of the score. Every row sums to its score (to 1e-9)."""
        ...
