"""From scores to the places of the list: best first, without near-duplicates crowding it."""

import numpy as np

from recommender.bits import Floats
from recommender.candidates import Candidates
from recommender.catalogue import Ints
from recommender.variety import crowding

NEAR_PLACES = (2, 3)
"""The places, counted from 0, where a product for a neighbouring area may stand."""
SAME_TO_DIGITS = 9
"""Scores are compared after rounding to so many digits: the order must not hang on how a sum was rounded."""
FIRST_LOOK = 128
"""How many of the best are looked at first. Crowding only lowers, so what is below them may wait."""

Chosen = list[tuple[int, float]]


def choose(candidates: Candidates, scores: Floats, limit: int) -> Chosen:
    """Return the place in `candidates.rows` of each product of the list, best first, and what it lost to those like it.

    Of equals the cheapest comes first. A product for a neighbouring area comes third or fourth at best, behind two
    that reach or serve what was named.
    """
    places = np.flatnonzero(candidates.is_strong)
    number = max(FIRST_LOOK, 4 * limit)
    while number < len(places):
        cut = len(places) - number
        order = np.argpartition(scores[places], cut)
        unseen_best = float(scores[places[order[:cut]]].max())
        chosen = _choose(candidates, np.sort(places[order[cut:]]), scores, limit, floor=unseen_best)
        if chosen is not None:
            return chosen
        number *= 8
    return _choose(candidates, places, scores, limit, floor=-np.inf) or []


def _choose(candidates: Candidates, places: Ints, scores: Floats, limit: int, *, floor: float) -> Chosen | None:
    """Return the choice among these places; None when one not above `floor` would be chosen, or too few are there."""
    catalogue, rows, near = candidates.catalogue, candidates.rows[places], candidates.is_near[places]
    types, standing, loss = catalogue.type_number[rows], scores[places].round(SAME_TO_DIGITS), np.zeros(len(rows))
    held_back = np.where(near, -np.inf, 0.0)
    chosen: Chosen = []
    while len(chosen) < limit and len(rows):
        open_standing = standing if len(chosen) in NEAR_PLACES else standing + held_back
        top = open_standing.max()
        if top <= floor + 10.0**-SAME_TO_DIGITS:
            return None if floor > -np.inf else chosen
        equals = np.flatnonzero(open_standing == top)
        best = int(equals[catalogue.tie_order[rows[equals]].argmin()])
        chosen.append((int(places[best]), float(loss[best])))
        like_it = np.flatnonzero(types == types[best])
        lost = crowding(catalogue, int(rows[best]), rows[like_it]) if len(like_it) > 1 else np.inf
        loss[like_it] += lost
        standing[like_it] -= lost
    return chosen
