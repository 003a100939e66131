"""How likely a ranking would put the products of a shown list into each place: what a log can say of another order.

A log holds the products that were shown, not those that might have been. So every ranking is judged on the same
products, by the order it gives them: what it would have fetched from elsewhere stays unknown. Lists are padded to one
width; a place beyond a list's end has SKU "" and is never counted.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.bits import Floats
from recommender.policy import DRAWS, drawn
from recommender.posterior import Posterior

LISTS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists as they were shown. features: (lists, places, p); items: (lists, places) SKUs, "" beyond the end."""

    features: Floats
    items: npt.NDArray[np.str_]

    @property
    def is_there(self) -> npt.NDArray[np.bool_]:
        """(lists, places): whether something stood there."""
        there: npt.NDArray[np.bool_] = self.items != ""
        return there

    def part(self, which: slice) -> "Lists":
        """Some of the lists."""
        return Lists(self.features[which], self.items[which])


def values(posterior: Posterior, lists: Lists) -> Floats:
    """Return (lists, places): the log value of each product, -inf beyond the end."""
    count, places, p = lists.features.shape
    flat = posterior.log_value(lists.features.reshape(-1, p), lists.items.reshape(-1))
    return np.where(lists.is_there, flat.reshape(count, places), -np.inf)


def chances(posterior: Posterior, lists: Lists, *, exploration: float, seed: int) -> Floats:
    """Return (lists, places, places): [l, i, k] is how likely product i of list l comes to place k.

    exploration: the factor of `policy.drawn`, which made or would make the lists; 0 gives 0 and 1. The same seed gives
    the same numbers.
    """
    count, places, _ = lists.features.shape
    found = np.zeros((count, places, places))
    rng = np.random.default_rng(seed)
    for first in range(0, count, LISTS_AT_ONCE):
        which = slice(first, first + LISTS_AT_ONCE)
        found[which] = _of_some(posterior, lists.part(which), exploration, rng)
    return found


def _of_some(posterior: Posterior, lists: Lists, exploration: float, rng: np.random.Generator) -> Floats:
    count, places = lists.items.shape
    line, place = np.arange(count)[:, None], np.arange(places)[None, :]
    found = np.zeros((count, places, places))
    draws = DRAWS if exploration > 0 else 1
    for _ in range(draws):
        order = np.argsort(-values(drawn(posterior, rng, exploration), lists), axis=1, kind="stable")
        found[line, order, place] += 1
    return found / draws


def as_shown(logged: Floats) -> Floats:
    """Return (lists, places): the chance of each product to stand where it stood, what was shown counted in once.

    logged: what `chances` gives for the ranking that made the lists.
    """
    stood = np.diagonal(logged, axis1=1, axis2=2)
    found: Floats = (stood * DRAWS + 1) / (DRAWS + 1)
    return found


def expected(posterior: Posterior, lists: Lists) -> Floats:
    """Return (lists, places, places): [l, i, k] is the chance that product i in place k is looked at and earns."""
    looked = posterior.position_weight
    weights = np.full(lists.items.shape[1], looked[-1] if len(looked) else 1.0)
    known = min(len(weights), len(looked))
    weights[:known] = looked[:known]
    earned: Floats = np.exp(values(posterior, lists))[:, :, None] * weights[None, None, :]
    return earned
