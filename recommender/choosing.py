"""From scores to the places of the list: best first, without near-duplicates crowding it."""

import numpy as np

from recommender.bits import Floats
from recommender.candidates import Candidates
from recommender.catalogue import Ints
from recommender.variety import Crowd

NEAR_PLACES = (2, 3)
"""The places, counted from 0, where a product for a neighbouring area may stand."""
SAME_TO_DIGITS = 9
"""Scores are compared after rounding to so many digits: the order must not hang on how a sum was rounded."""
FEW = 100
"""Up to this many products it costs more to look for those that cannot win than to compare them all."""

Chosen = list[tuple[int, float]]


def choose(candidates: Candidates, scores: Floats, limit: int) -> Chosen:
    """Return the place in `candidates.rows` of each product of the list, best first, and what it lost to those like it.

    Of equals the cheapest comes first. A product for a neighbouring area comes third or fourth at best, behind two
    that reach or serve what was named.
    """
    catalogue, places = candidates.catalogue, _rivals(candidates, scores, limit)
    rows, near = candidates.rows.take(places), candidates.is_near.take(places)
    types, standing, loss = catalogue.type_number.take(rows), scores.take(places), np.zeros(len(rows))
    standing, crowd = standing.round(SAME_TO_DIGITS), Crowd(catalogue, rows)
    held_back = np.where(near, -np.inf, 0.0) if near.any() else None
    chosen: Chosen = []
    while len(chosen) < limit and len(rows):
        open_standing = standing if held_back is None or len(chosen) in NEAR_PLACES else standing + held_back
        top = open_standing.max()
        if top == -np.inf:
            break
        equals = (open_standing == top).nonzero()[0]
        best = int(equals[catalogue.tie_order[rows[equals]].argmin()] if len(equals) > 1 else equals[0])
        chosen.append((int(places[best]), float(loss[best])))
        like_it = (types == types[best]).nonzero()[0]
        lost = crowd.lost(best, like_it) if len(like_it) > 1 else np.inf
        loss[like_it] += lost
        standing[like_it] -= lost
    return chosen


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
