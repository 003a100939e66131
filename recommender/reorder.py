"""How likely a ranking would put the products of a shown list into each place: what a log can say of another order.

A log holds the products that were shown, not those that might have been. So every ranking is judged on the same
products, by the list that it makes of them alone, near-duplicates apart and neighbours third or fourth (`choosing`).
What it would have fetched from elsewhere stays unknown. Lists are padded to one width; a place beyond a list's end has
SKU "" and is never counted.

A list is drawn from its seed, and so are the further ones that tell how likely it was (`policy.further`): every ranking
is asked with these very numbers. The list itself is one of them, as likely as any other, so under the ranking that made
it the share of the draws that agree is its chance without an error, and that ranking against itself weighs 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recommender.bits import Bools, Floats
from recommender.catalogue import Catalogue, Ints
from recommender.choosing import in_places
from recommender.fit import near_by_features
from recommender.outlook import Numbers, Outlook
from recommender.policy import DRAWS, drawn_values, further
from recommender.posterior import Posterior
from recommender.seen import Plain
from recommender.variety import Crowd


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """Lists as they were shown. features: (lists, places, p), those that the log holds; items: (lists, places) SKUs, ""
    beyond the end; rows: (lists, places), where each product stands in the catalogue; seeds: (lists,)."""

    features: Floats
    items: npt.NDArray[np.str_]
    rows: Ints
    seeds: Sequence[int]
    catalogue: Catalogue

    @property
    def is_there(self) -> Bools:
        """(lists, places): whether something stood there."""
        there: Bools = self.items != ""
        return there

    def only(self, which: Bools) -> "Lists":
        """Some of the lists."""
        seeds = [seed for seed, is_kept in zip(self.seeds, which.tolist(), strict=True) if is_kept]
        return Lists(self.features[which], self.items[which], self.rows[which], seeds, self.catalogue)


class Chances(NamedTuple):
    """made_by: (lists, places, places); [l, i, k] is how likely product i of list l comes to place k under the ranking
    that made the lists. others: (rankings, lists, places, places), the same under each other one.

    is_made_again: (lists,), whether the ranking makes the same list again of what the log holds. Where it does not,
    something else decided, and the chances of that list are not those it had.
    """

    made_by: Floats
    others: Floats
    is_made_again: Bools


def values(posterior: Posterior, lists: Lists) -> Floats:
    """Return (lists, places): the log value of each product, -inf beyond the end."""
    count, places, p = lists.features.shape
    flat = posterior.log_value(lists.features.reshape(-1, p), lists.items.reshape(-1))
    return np.where(lists.is_there, flat.reshape(count, places), -np.inf)


def chances(made_by: Posterior, others: Sequence[Posterior], lists: Lists, *, exploration: float) -> Chances:
    """Return how `made_by`, which made the lists, and the other rankings would order them, each with the same numbers.

    exploration: the factor of `policy.drawn` with which the lists were made; every ranking is taken to use it.
    """
    count, places = lists.items.shape
    rankings = [made_by, *(other for other in others if other is not made_by)]
    found, again = np.zeros((len(rankings), count, places, places)), np.zeros(count, dtype=np.bool_)
    for line, length in enumerate(lists.is_there.sum(axis=1).tolist()):
        rows = lists.rows[line, :length]
        cheapest_first = lists.catalogue.tie_order.take(rows).argsort()
        features, items = lists.features[line, cheapest_first], lists.items[line, cheapest_first]
        crowd, is_near = Crowd(lists.catalogue, rows[cheapest_first]), near_by_features(features)
        outlooks = [Outlook(posterior, Plain(features, items)) for posterior in rankings]
        numbers = _numbers(outlooks[0], lists.seeds[line])
        for ranking, outlook in enumerate(outlooks):
            scores = drawn_values(outlook, numbers, exploration)
            order = in_places(scores, crowd, is_near, length)[0]
            stands = order[:, None, :] == cheapest_first.argsort()[None, :, None]
            found[ranking, line, :length, :length] = stands.mean(axis=0)
            if ranking == 0:
                again[line] = bool(stands[0].diagonal().all())
    number = {id(posterior): place for place, posterior in enumerate(rankings)}
    return Chances(found[0], found[[number[id(other)] for other in others]], again)


def _numbers(made_by: Outlook, seed: int) -> Numbers:
    """Return the numbers of the list itself, in the first line, and of the further ones.

    What `made_by` did not know by name had no number of its own; other rankings that know it get one that is new.
    """
    first, others = made_by.numbers(np.random.default_rng(seed), 1), made_by.numbers(further(seed), DRAWS)
    own = np.concatenate([first.own, others.own])
    fresh = np.random.default_rng([seed, 2]).standard_normal(own.shape)
    return Numbers(np.concatenate([first.shared, others.shared]), np.where(made_by.is_known, own, fresh))


def expected(posterior: Posterior, lists: Lists) -> Floats:
    """Return (lists, places, places): [l, i, k] is the chance that product i in place k is looked at and earns."""
    looked = posterior.position_weight
    weights = np.full(lists.items.shape[1], looked[-1] if len(looked) else 1.0)
    known = min(len(weights), len(looked))
    weights[:known] = looked[:known]
    earned: Floats = np.exp(values(posterior, lists))[:, :, None] * weights[None, None, :]
    return earned
