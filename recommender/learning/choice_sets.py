"""The likelihood of choices: which row of each set was taken, as a softmax of linear utilities.

A set may have an outside option of utility 0 ("none of these"); rows that stand alone always have it, which makes
them a logistic regression without intercept. Source: McFadden (1974).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from recommender.bits import Bools, Floats

Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class ChoiceSets:
    """Rows sorted by set. features: (rows, p); taken: (rows,); starts: (sets,), each set's first row.

    outside: whether "none of these" could be chosen too; its utility is 0. left_out: sets that say nothing.
    """

    features: Floats
    taken: Bools
    starts: Ints
    outside: bool
    left_out: int = 0

    @classmethod
    def alone(cls, features: Floats, taken: Bools) -> Self:
        """Return every row as a set of its own, against the outside option."""
        return cls(features, taken, np.arange(len(taken)), outside=True)

    @classmethod
    def grouped(cls, features: Floats, taken: Bools, groups: npt.NDArray[np.generic]) -> Self:
        """Return the rows with equal `groups` as one set. A set where none or all were taken is left out, counted."""
        _, group = np.unique(groups, return_inverse=True)
        size, chosen = np.bincount(group), np.bincount(group, weights=taken)
        says_something = (chosen > 0) & (chosen < size)
        rows = np.flatnonzero(says_something[group])
        rows = rows[np.argsort(group[rows], kind="stable")]
        starts = np.flatnonzero(np.diff(group[rows], prepend=-1))
        return cls(features[rows], taken[rows], starts, outside=False, left_out=int((~says_something).sum()))

    @property
    def sizes(self) -> Ints:
        """(sets,): how many rows each set has."""
        return np.diff(self.starts, append=len(self.taken))

    @property
    def set_of_row(self) -> Ints:
        """(rows,): the place of each row's set."""
        return np.repeat(np.arange(len(self.starts)), self.sizes)

    def probabilities(self, utility: Floats) -> tuple[Floats, Floats]:
        """Return (rows,) the chance of each row within its set, and (sets,) the log of each set's total."""
        top = np.maximum.reduceat(utility, self.starts)
        if self.outside:
            top = np.maximum(top, 0.0)
        row_top = np.repeat(top, self.sizes)
        total = np.add.reduceat(np.exp(utility - row_top), self.starts)
        if self.outside:
            total = total + np.exp(-top)
        log_total = top + np.log(total)
        return np.exp(utility - np.repeat(log_total, self.sizes)), log_total

    def log_likelihood(self, utility: Floats) -> float:
        """Return the log-likelihood of what was taken; a set with several taken rows counts each of them."""
        _, log_total = self.probabilities(utility)
        return float(utility[self.taken].sum() - log_total @ self._tries)

    def slope_and_curvature(self, utility: Floats) -> tuple[Floats, Floats]:
        """Return the gradient (p,) and the negative Hessian (p, p) of the log-likelihood in the coefficients."""
        chance, _ = self.probabilities(utility)
        tries = np.repeat(self._tries, self.sizes)
        weighted = self.features * chance[:, None]
        mean = np.add.reduceat(weighted, self.starts, axis=0)
        slope: Floats = self.features[self.taken].sum(axis=0) - self._tries @ mean
        curvature: Floats = (weighted * tries[:, None]).T @ self.features - (mean * self._tries[:, None]).T @ mean
        return slope, curvature

    @property
    def _tries(self) -> Floats:
        if self.outside:  # one choice a set, be it of the row or of none
            return np.ones(len(self.starts))
        return np.add.reduceat(self.taken.astype(np.float64), self.starts)
