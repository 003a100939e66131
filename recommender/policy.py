"""Which order is shown: greedy, or a little exploration by shrunk posterior draws, with its probabilities.

The seed is stored with the impression: the same posterior, candidates and seed give the same list for ever.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from recommender.bits import Floats

DRAWS = 256
"""Draws behind a logged probability: its smallest step is 1 / (DRAWS + 1)."""

Order = npt.NDArray[np.intp]


class Sampler(Protocol):
    """Gives the values of all candidates: the posterior's own at scale 0, else of one draw."""

    def __call__(self, rng: np.random.Generator, scale: float) -> Floats: ...


@dataclass(frozen=True)
class Choice:
    """One list: order: (k,) places of the candidates, best first; propensity: (k,), see `choose`."""

    order: Order
    propensity: Floats
    seed: int


def best_first(values: Floats, k: int) -> Order:
    """Return the k best places, best first; of equals the earlier candidate. NaN is never chosen."""
    order: Order = np.argsort(-values, kind="stable")[:k]
    return order[~np.isnan(values[order])]


def choose(sample: Sampler, k: int, *, seed: int, exploration: float = 0.0, sure: int = 0) -> Choice:
    """Return the list of one visitor and, for each of its places, the chance that just this candidate stood there.

    exploration: 0 shows the posterior mean's order, with probability 1; above it the draw's distance from the mean is
    shrunk by this factor (1 is Thompson sampling). sure: so many places at the top always show what is best by the
    mean; the draw fills the rest. Raises ValueError for a factor outside 0 to 1.

    Probabilities are the share of DRAWS further draws that put the candidate in the same place, the shown draw counted
    in, so that none is 0; they hold for the randomisation of this list, the posterior given.
    Source: Chapelle and Li (2011); shrinking: Bastani, Bayati and Khosravi (2021) on greed under diverse contexts.
    """
    if not 0.0 <= exploration <= 1.0:
        raise ValueError("exploration must lie between 0 and 1")
    drawn = np.random.default_rng(seed)
    mean = sample(drawn, 0.0)
    if exploration == 0.0:
        order = best_first(mean, k)
        return Choice(order, np.ones(len(order)), seed)
    top = best_first(mean, min(sure, k))
    order = _after(top, sample(drawn, exploration), k)
    again = np.random.default_rng([seed, 1])  # other numbers than the list itself
    same = np.ones(len(order))
    for _ in range(DRAWS):
        other = _after(top, sample(again, exploration), k)
        n = min(len(order), len(other))
        same[:n] += order[:n] == other[:n]
    return Choice(order, same / (DRAWS + 1), seed)


def _after(top: Order, values: Floats, k: int) -> Order:
    """Return the k places: those of `top`, then the best of the others."""
    others = values.copy()
    others[top] = np.nan
    return np.concatenate([top, best_first(others, k - len(top))])
