"""What one model makes of the same products under many draws at once."""

from typing import NamedTuple

import numpy as np

from recommender.bits import Bools, Floats
from recommender.features import FEATURES
from recommender.posterior import Posterior, log_chance
from recommender.scorers.learned import item_places
from recommender.seen import Seen


class Numbers(NamedTuple):
    """The normal numbers of some draws. shared: (draws, p), those of the weights; own: (draws, n), those of n items."""

    shared: Floats
    own: Floats


class Outlook:
    """Some products as a posterior sees them. Raises ValueError for one whose columns are not the features.

    `is_known` marks those (n,) that have an effect of their own, which can be drawn.
    """

    def __init__(self, posterior: Posterior, seen: Seen) -> None:
        self._posterior, self._seen = posterior, seen
        self._order = posterior.places_of(FEATURES)
        places = item_places(posterior, seen.all_skus).take(seen.rows)
        self.is_known: Bools = places < len(posterior.items)
        self._levels = posterior.effects.take(places, axis=1) + posterior.intercept[:, None]
        self._doubt = np.hstack([posterior.item_sd, posterior.unseen_sd[:, None]]).take(places, axis=1)
        self._own_sd = np.where(self.is_known, self._doubt, 0.0)
        self._own_numbers = len(posterior.columns) + places[self.is_known]

    @property
    def a_draw(self) -> int:
        """How many numbers one draw takes."""
        return len(self._posterior.columns) + len(self._posterior.items)

    def numbers(self, rng: np.random.Generator, draws: int) -> Numbers:
        """Return the numbers that so many `Posterior.draw`, one after the other, would take; 0 for what is unknown."""
        drawn = rng.standard_normal((draws, self.a_draw))
        own = np.zeros((draws, len(self.is_known)))
        own[:, self.is_known] = drawn.take(self._own_numbers, axis=1)
        return Numbers(drawn[:, : len(self._posterior.columns)], own)

    def log_values(self, numbers: Numbers, *, scale: float, hope: float) -> Floats:
        """Return (draws, n): what `Posterior.draw`, with each line of these numbers, and `hopeful` give `log_value`."""
        shape = (len(self._levels), *numbers.own.shape)
        weights = self._posterior.mean[:, None, :] + scale * (numbers.shared @ self._posterior.roots)
        against = self._seen.weighed(-weights[:, :, self._order].reshape(-1, len(FEATURES))).reshape(shape)
        against -= (self._levels + hope * self._doubt)[:, None, :]
        if self.is_known.any():
            for line, sd in zip(against, scale * self._own_sd, strict=True):
                np.subtract(line, sd * numbers.own, out=line)
        return log_chance(against)
