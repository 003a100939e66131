"""How likely each product stood just where it was shown, when lists are made by random draws of a model."""

from collections.abc import Iterator, Sequence

import numpy as np

from recommender.bits import Floats
from recommender.candidates import Candidates, find_candidates
from recommender.catalogue import Ints, prepare
from recommender.choosing import NOBODY, Contest
from recommender.listing import LARGEST
from recommender.outlook import Numbers, Outlook
from recommender.policy import DRAWS, drawn_values, further
from recommender.posterior import Posterior
from recommender.safety import Gate
from recommender.types import Answers, Item
from recommender.wish import read_wish

AT_ONCE = 1 << 17
"""So many scores are worked out at once, or those of one draw: all draws of 100,000 products would take gigabytes."""
ELSEWHERE = NOBODY - 1
"""The place of a shown product that is none of the candidates."""


def place_chances(
    answers: Answers,
    items: Sequence[Item],
    shown: Sequence[str],
    posterior: Posterior,
    *,
    exploration: float,
    seed: int,
) -> Floats:
    """Return (len(shown),): the share of DRAWS further lists with the same product in the same place.

    shown: SKUs, best first, of the list that `policy.drawn` made of the posterior from a generator of `seed`. That list
    counts too, so that no chance is 0. The whole way to a place is drawn, near-duplicates making room for others
    included. A draw whose scores cannot be believed counts as another list: the expert would have made it.
    """
    candidates = find_candidates(Gate(answers), read_wish(answers), prepare(items))
    contest = Contest(candidates)
    mine, same = _places_of(shown, candidates, contest), np.ones(len(shown))
    with np.errstate(all="ignore"):  # a number that is none breaks no page: such a draw is not believed
        outlook = Outlook(posterior, candidates.seen.only(contest.places))
        for numbers in _parts(outlook, seed):
            scores = drawn_values(outlook, numbers, exploration)
            believed = np.abs(scores).max(axis=1, initial=0.0) <= LARGEST
            lists = contest.lists(scores, len(shown))[believed]
            same[: lists.shape[1]] += (lists == mine[: lists.shape[1]]).sum(axis=0)
    return same / (DRAWS + 1)


def _places_of(shown: Sequence[str], candidates: Candidates, contest: Contest) -> Ints:
    skus, wanted = candidates.catalogue.skus, set(shown)
    rows = candidates.rows.take(contest.places).tolist()
    place_of = {skus[row]: place for place, row in enumerate(rows) if skus[row] in wanted}
    return np.array([place_of.get(sku, ELSEWHERE) for sku in shown], dtype=np.intp)


def _parts(outlook: Outlook, seed: int) -> Iterator[Numbers]:
    """The numbers of all draws, some at a time."""
    again = further(seed)
    at_once = max(AT_ONCE // max(outlook.a_draw, len(outlook.is_known)), 1)
    for done in range(0, DRAWS, at_once):
        yield outlook.numbers(again, min(at_once, DRAWS - done))
