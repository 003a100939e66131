"""The places of the list with the numbers behind them, by whichever scorer can be believed."""

from typing import NamedTuple

import numpy as np

from recommender.bits import Bools, Floats
from recommender.candidates import EXPERT, Candidates
from recommender.catalogue import Ints
from recommender.choosing import choose
from recommender.features import FEATURES
from recommender.scorers import PARTS, Scorer
from recommender.seen import Plain

SUM_TOLERANCE = 1e-9
LARGEST = 1e100
"""No score is believed beyond: rounded or squared it would be infinite, and what was chosen would be chosen again."""


class BadScores(ValueError):
    """What a scorer returned cannot be used: the message says why."""


class Listing(NamedTuple):
    """The products of the list, best first, (products,) or (products, parts) each.

    `places` are those in the candidates' rows, `lost` is what each lost to products like it. Of each part: its
    `shares` of the score, the `doubts` about them (standard deviations, rather too large than too small), and whether
    nothing should be said about it because it is `unsure`. `fallback` says why the given scorer was not used.
    """

    places: list[int]
    lost: list[float]
    shares: Floats
    doubts: Floats
    unsure: Bools
    fallback: str | None = None


def list_best(candidates: Candidates, limit: int, scorer: Scorer | None = None) -> Listing:
    """Return the list as `scorer` orders it, or as the expert does where there is none or where it fails in any way."""
    if scorer is None:
        return _by_expert(candidates, limit)
    try:
        with np.errstate(all="ignore"):
            return _listed(candidates, limit, scorer)
    except Exception as problem:  # whatever a scorer raises, the visitor still gets the expert's list
        return _by_expert(candidates, limit)._replace(fallback=f"{type(problem).__name__}: {problem}")


def _by_expert(candidates: Candidates, limit: int) -> Listing:
    """The expert's weights are our own, so there is nothing to check; without a feature a score is its share less."""
    places, lost = _chosen(candidates, EXPERT.score(candidates.seen), limit)
    shares = EXPERT.explain(candidates.seen.only(places))
    nothing = np.zeros_like(shares)
    return Listing(places.tolist(), lost, shares, nothing, nothing.astype(np.bool_))


def _listed(candidates: Candidates, limit: int, scorer: Scorer) -> Listing:
    """Raises BadScores, or whatever the scorer raises."""
    seen = candidates.seen
    scores = _checked(scorer.score(seen), (len(seen.rows),), "scores")
    places, lost = _chosen(candidates, scores, limit)
    few, wanted = seen.only(places), (len(places), len(PARTS))
    shares = _checked(scorer.explain(few), wanted, "shares")
    size = np.maximum(np.abs(shares).sum(axis=1), 1.0)  # senseless product data gives huge shares, which round
    if (np.abs(shares.sum(axis=1) - scores[places]) > SUM_TOLERANCE * size).any():
        raise BadScores("the shares do not sum to the scores")
    doubts = _checked(scorer.doubt(few), wanted, "doubts")
    unsure = (np.abs(shares) <= doubts) | (shares * _effects(scorer, few, scores[places]) <= 0)
    return Listing(places.tolist(), lost, shares, doubts, unsure)


def _chosen(candidates: Candidates, scores: Floats, limit: int) -> tuple[Ints, list[float]]:
    chosen = choose(candidates, scores, limit)
    return np.array([place for place, _ in chosen], dtype=np.intp), [lost for _, lost in chosen]


def _checked(values: object, shape: tuple[int, ...], name: str) -> Floats:
    """Return the numbers as an array of its own. Raises BadScores unless they have the shape and are finite."""
    array = np.array(values, dtype=np.float64)
    if array.shape != shape:
        raise BadScores(f"the {name} are {array.shape} and should be {shape}")
    if not np.isfinite(array).all():
        raise BadScores(f"the {name} are not all finite")
    if (np.abs(array) > LARGEST).any():
        raise BadScores(f"the {name} are too large to be told apart")
    return array


def _effects(scorer: Scorer, few: Plain, scores: Floats) -> Floats:
    """Return (products, parts): what each score loses when one feature is set to 0; 0 for parts that are no feature.

    A reason is only given for what passes this test: without its feature the product would stand lower.
    """
    features = few.matrix()
    number, width = features.shape
    without = np.repeat(features, width, axis=0)
    without.reshape(number, width, width)[:, np.arange(width), np.arange(width)] = 0.0
    left = _checked(scorer.score(Plain(without, few.all_skus, np.repeat(few.rows, width))), (number * width,), "scores")
    effects = np.zeros((number, len(PARTS)))
    effects[:, : len(FEATURES)] = scores[:, None] - left.reshape(number, width)
    return effects
