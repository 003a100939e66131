"""What every scorer looks like. Each scorer is one file of this folder."""

from typing import Protocol

from recommender.bits import Floats
from recommender.features import FEATURES
from recommender.seen import Seen

ITEM, START = "item", "start"
PARTS = (*FEATURES, ITEM, START)
"""What a score is made of: the features, what is known of this very product, and where every product starts."""


class Scorer(Protocol):
    """Turns what one visitor sees of some products into scores that explain themselves.

    A scorer only reads. What it learned it is given when it is made.
    """

    def score(self, seen: Seen) -> Floats:
        """Return (rows,): one score a product, higher is better. NaN means "cannot score"."""
        ...

    def explain(self, seen: Seen) -> Floats:
        """Return (rows, parts): each part's share of the score. Every row sums to its score (to 1e-9)."""
        ...

    def doubt(self, seen: Seen) -> Floats:
        """Return (rows, parts): the standard deviation of each share or a bound above it; 0 where it is sure."""
        ...
