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
    if limit > len(best):
        return strong
    lowest = np.partition(best, -limit)[-limit]
    rivals: Ints = strong[standing >= lowest - 10.0**-SAME_TO_DIGITS]
    return rivals
