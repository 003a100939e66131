"""How likely each product stood just where it was shown, when lists are made by random draws of a scorer."""

from collections.abc import Callable, Sequence

import numpy as np

from recommender.bits import Floats
from recommender.candidates import find_candidates
from recommender.catalogue import prepare
from recommender.choosing import choose
from recommender.policy import DRAWS, further
from recommender.safety import Gate
from recommender.scorers import Scorer
from recommender.types import Answers, Item
from recommender.wish import read_wish


def place_chances(
    answers: Answers,
    items: Sequence[Item],
    shown: Sequence[str],
    draw: Callable[[np.random.Generator], Scorer],
    *,
    seed: int,
    draws: int = DRAWS,
) -> Floats:
    """Return (len(shown),): the share of `draws` further lists with the same product in the same place.

    shown: SKUs, best first, of the list that `draw` made from a generator of `seed`. That list counts too, so that no
    chance is 0. The whole way to a place is drawn, near-duplicates making room for others included.
    """
    candidates = find_candidates(Gate(answers), read_wish(answers), prepare(items))
    skus = candidates.catalogue.skus
    again = further(seed)
    same = np.ones(len(shown))
    for _ in range(draws):
        with np.errstate(all="ignore"):
            scores = np.asarray(draw(again).score(candidates.seen), dtype=np.float64)
        other = [skus[candidates.rows[place]] for place, _ in choose(candidates, scores, len(shown))]
        same[: len(other)] += [mine == theirs for mine, theirs in zip(shown, other, strict=False)]
    return same / (draws + 1)
