"""How a list strays from what is known best, to find out: the one policy of the shop and of the bench.

The seed is stored with the impression: the same posterior, candidates and seed give the same list for ever.
"""

import numpy as np
import numpy.typing as npt

from recommender.bits import Floats
from recommender.outlook import Numbers, Outlook
from recommender.posterior import Posterior

DRAWS = 256
"""Draws behind a logged probability: its smallest step is 1 / (DRAWS + 1)."""
HOPE = 1.5
"""By how many of its sds an item is taken to be better than its mean, where there is exploration."""

Order = npt.NDArray[np.intp]


def drawn(posterior: Posterior, rng: np.random.Generator, exploration: float) -> Posterior:
    """Return what one list of an explored visit is ordered by; the posterior itself, its mean, where exploration is 0.

    Two parts. Hope: what was shown too rarely to be known is taken to be better than its mean, so that it is found out
    soon; it costs little, for it ends with the doubt. Chance: one draw whose distance from the mean is shrunk by
    `exploration` (1 is Thompson sampling); without it a log could not say what another order would have earned.
    Raises ValueError for a factor outside 0 to 1.

    Source: Li, Chu and others (2010), upper confidence bounds; Chapelle and Li (2011), draws and their shrinking;
    Bastani, Bayati and Khosravi (2021), that little is enough where visitors differ.
    """
    if not 0.0 <= exploration <= 1.0:
        raise ValueError("exploration must lie between 0 and 1")
    return posterior.draw(rng, exploration).hopeful(HOPE) if exploration else posterior


def drawn_values(outlook: Outlook, numbers: Numbers, exploration: float) -> Floats:
    """Return (draws, products): the log values of these products under many `drawn` at once, one a line of numbers."""
    return outlook.log_values(numbers, scale=exploration, hope=HOPE if exploration else 0.0)


def further(seed: int) -> np.random.Generator:
    """Return what the DRAWS further lists are drawn from that tell how likely the list of this seed was.

    Other numbers than the list itself, which is drawn from `np.random.default_rng(seed)`.
    """
    return np.random.default_rng([seed, 1])


def best_first(values: Floats, k: int) -> Order:
    """Return the k best places, best first; of equals the earlier candidate. NaN is never chosen."""
    order: Order = np.argsort(-values, kind="stable")[:k]
    return order[~np.isnan(values[order])]
