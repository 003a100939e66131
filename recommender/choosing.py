"""From scores to the places of the list: best first, without near-duplicates crowding it."""

import numpy as np

from recommender.bits import Bools, Floats
from recommender.candidates import Candidates
from recommender.catalogue import Ints
from recommender.variety import Crowd

NEAR_PLACES = (2, 3)
"""The places, counted from 0, where a product for a neighbouring area may stand."""
SAME_TO_DIGITS = 9
"""Scores are compared after rounding to so many digits: the order must not hang on how a sum was rounded."""
FEW = 100
"""Up to this many products it costs more to look for those that cannot win than to compare them all."""
SHARE_TO_SORT = 1 / 32
"""To sort so small a share of the catalogue costs less than to go through all of it once."""
NOBODY = -1

Chosen = list[tuple[int, float]]


def choose(candidates: Candidates, scores: Floats, limit: int) -> Chosen:
    """Return the place in `candidates.rows` of each product of the list, best first, and what it lost to those like it.

    The rule is that of `in_places`; of equals the cheapest comes first.
    """
    places = _cheapest_first(candidates, _rivals(candidates, scores, limit))
    crowd = Crowd(candidates.catalogue, candidates.rows.take(places))
    order, lost = in_places(scores.take(places)[None], crowd, candidates.is_near.take(places), limit)
    chosen = [best for best in order[0].tolist() if best != NOBODY]
    return list(zip(places[chosen].tolist(), lost[0].tolist(), strict=False))


class Contest:
    """The products that the lists of one visitor are chosen from, for many lists under different scores.

    `places` are theirs in `candidates.rows`: those for a neighbouring area last, and else those of one type together.
    """

    def __init__(self, candidates: Candidates) -> None:
        strong, self._catalogue = candidates.is_strong.nonzero()[0], candidates.catalogue
        types, is_near = self._catalogue.type_number.take(candidates.rows.take(strong)), candidates.is_near.take(strong)
        by_type = np.lexsort([types, is_near])
        self.places: Ints = strong.take(by_type)
        self._rows, self._is_near = candidates.rows.take(self.places), is_near.take(by_type)
        self._cheapest_first = self._catalogue.tie_order.take(self._rows).argsort()
        self._fair = int((~is_near).sum())
        self._first_of_type = np.unique(types.take(by_type[: self._fair]), return_index=True)[1]

    def lists(self, scores: Floats, limit: int) -> Ints:
        """Return (lists, places of the list): the number in `places` of what `choose` would put there, or NOBODY.

        scores: (lists, products), those of `places`. Scores that are no numbers spoil their own list only.
        """
        rivals = self._rivals(scores, limit)
        crowd = Crowd(self._catalogue, self._rows.take(rivals))
        order, _ = in_places(scores.take(rivals, axis=1), crowd, self._is_near.take(rivals), limit)
        order[order != NOBODY] = rivals.take(order[order != NOBODY])
        return order

    def _rivals(self, scores: Floats, limit: int) -> Ints:
        """Return those that can come into any of the lists, the cheapest first; the reason is that of the function."""
        if len(self.places) <= FEW or limit <= 0 or not self._fair:
            return self._cheapest_first
        best = np.maximum.reduceat(scores[:, : self._fair], self._first_of_type, axis=1)
        may_come = (scores >= _lowest(best, limit)[:, None]).any(axis=0)
        rivals: Ints = self._cheapest_first[may_come.take(self._cheapest_first)]
        return rivals


def in_places(scores: Floats, crowd: Crowd, is_near: Bools, limit: int) -> tuple[Ints, Floats]:
    """Return the lists that some products make under different scores: which stands in each place, and what it lost.

    scores: (lists, products), finite; is_near: (products,). Both answers are (lists, places), best first, with `limit`
    places or as many as there are products, NOBODY from where no product may stand. Of equals the first comes first. A
    product for a neighbouring area comes third or fourth at best, behind two that reach or serve what was named.
    """
    (lists, products), start = scores.shape, np.arange(len(scores)) * scores.shape[1]
    standing, loss = scores.round(SAME_TO_DIGITS), np.zeros(scores.size)  # loss: the lists one behind the other
    places = max(min(limit, products), 0)
    order, lost = np.full((lists, places), NOBODY, dtype=np.intp), np.zeros((lists, places))
    held_back = np.where(is_near, -np.inf, 0.0) if is_near.any() else None
    for place in range(places):
        may_stand = standing - loss.reshape(scores.shape)
        if held_back is not None and place not in NEAR_PLACES:
            may_stand += held_back
        best = may_stand.argmax(axis=1)
        at = start + best
        over = (may_stand.take(at) == -np.inf).nonzero()[0]
        if len(over) == lists:
            break
        order[:, place], lost[:, place] = best, loss.take(at)
        if len(over):
            order[over, place], standing[over] = NOBODY, -np.inf  # for all further places
        if place + 1 < places:
            alike = (crowd.types == crowd.types.take(best)[:, None]).ravel().nonzero()[0]
            of, others = np.divmod(alike, products)
            loss[alike] += crowd.lost(best.take(of), others) if len(alike) > lists else np.inf
    return order, lost


def _cheapest_first(candidates: Candidates, places: Ints) -> Ints:
    """Return the places in the order in which equals come."""
    ties = candidates.catalogue.tie_order.take(candidates.rows.take(places))
    if len(places) <= max(FEW, SHARE_TO_SORT * len(candidates.catalogue.items)):
        return places.take(ties.argsort())
    in_turn = np.full(len(candidates.catalogue.items), NOBODY)
    in_turn[ties] = places
    standing: Ints = in_turn.take((in_turn != NOBODY).nonzero()[0])
    return standing


def _rivals(candidates: Candidates, scores: Floats, limit: int) -> Ints:
    """Return the places of the products that can come into the list at all.

    A product only ever loses to others of its type. So as long as fewer than `limit` are chosen, one of the best
    products of the `limit` best types still stands where it stood, and whatever stands lower is never chosen.
    """
    strong = candidates.is_strong.nonzero()[0]
    if len(strong) <= FEW or limit <= 0:
        return strong
    types = candidates.catalogue.type_number.take(candidates.rows.take(strong))
    standing = scores.take(strong)
    fair = np.where(candidates.is_near.take(strong), -np.inf, standing)
    best = np.full(int(types.max()) + 1, -np.inf)
    np.maximum.at(best, types, fair)
    rivals: Ints = strong[standing >= _lowest(best, limit)]
    return rivals


def _lowest(best: Floats, limit: int) -> Floats:
    """Return (...,): the score below which nothing is chosen. best: (..., types), that of the best of each type."""
    if limit > best.shape[-1]:
        return np.full(best.shape[:-1], -np.inf)
    lowest: Floats = np.partition(best, -limit)[..., -limit] - 10.0**-SAME_TO_DIGITS
    return lowest
