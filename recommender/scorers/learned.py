"""The learned scorer: the log of the chance that a product is opened, bought, and then helps and is kept.

Each stage is a logistic regression, so a score is a sum of log sigmoids. It is counted from a coin's (log 1/2 a
stage): 0 means "nothing known". A stage's part of the score is dealt out in proportion to what each feature adds to
that stage's linear predictor, so the shares sum to the score and none is left over.
"""

from collections.abc import Sequence

import numpy as np

from recommender.bits import Floats
from recommender.features import FEATURES
from recommender.memory import Memory
from recommender.posterior import UNSEEN, Posterior, Rows, log_chance, log_sigmoid
from recommender.scorers import ITEM, PARTS, START
from recommender.seen import Seen

_ITEM, _START = PARTS.index(ITEM), PARTS.index(START)
REMEMBERED = 4
_COIN = float(log_sigmoid(np.zeros(1))[0])


class LearnedScorer:
    """Scores by a posterior whose columns are the features. Raises ValueError for one with other columns.

    Give it a draw of the posterior to explore.
    """

    def __init__(self, posterior: Posterior) -> None:
        self._posterior = posterior = posterior.ordered(FEATURES)
        self._weights, self._covariance = posterior.mean, posterior.covariance
        self._effects = posterior.effects
        self._levels = self._effects + posterior.intercept[:, None]
        self._effects_sd = np.hstack([posterior.item_sd, posterior.unseen_sd[:, None]])

    def score(self, seen: Seen) -> Floats:
        """Return (rows,): the log of the product of the stages' chances, above a coin's."""
        against = seen.weighed(-self._weights)
        places = self._places(seen)
        for line, levels in zip(against, self._levels, strict=True):
            np.subtract(line, levels.take(places), out=line)
        return log_chance(against) - len(against) * _COIN

    def explain(self, seen: Seen) -> Floats:
        """Return (rows, parts)."""
        terms = self._terms(seen, self._weights, self._posterior.intercept, self._of_items(seen)[0])
        shares: Floats = (terms * self._worth(terms)[:, :, None]).sum(axis=0)
        return shares

    def doubt(self, seen: Seen) -> Floats:
        """Return (rows, parts): at least the posterior's standard deviation of each share (delta method).

        Stages that were learned from one log err together, and a model does not keep how much: so their deviations
        are added, as if they all erred the same way. Too much doubt costs a reason; too little would give one that is
        not known. The levels of the stages are taken as known.
        """
        effects, effects_sd = self._of_items(seen)
        terms = self._terms(seen, self._weights, self._posterior.intercept, effects)
        own, with_predictor = self._spread(seen.matrix(), effects_sd)
        worth, bent = self._worth(terms)[:, :, None], terms * self._bend(terms)[:, :, None]
        of_predictor = with_predictor.sum(axis=2, keepdims=True)
        variance = worth**2 * own + 2 * worth * bent * with_predictor + bent**2 * of_predictor
        bound: Floats = np.sqrt(np.maximum(variance, 0.0)).sum(axis=0)
        return bound

    def _spread(self, features: Floats, effects_sd: Floats) -> tuple[Floats, Floats]:
        """Return (stages, rows, parts) each: the variance of each term, and its covariance with the whole predictor."""
        own = np.zeros((len(self._covariance), len(features), len(PARTS)))
        with_predictor, width = np.zeros_like(own), len(FEATURES)
        own[:, :, :width] = features**2 * np.diagonal(self._covariance, axis1=1, axis2=2)[:, None, :]
        with_predictor[:, :, :width] = features * (features @ self._covariance)
        own[:, :, _ITEM] = with_predictor[:, :, _ITEM] = effects_sd**2
        return own, with_predictor

    def _terms(self, seen: Seen, weights: Floats, start: Floats, effects: Floats) -> Floats:
        """Return (stages, rows, parts): what each part adds to each linear predictor."""
        terms = np.zeros((len(weights), len(seen.rows), len(PARTS)))
        terms[:, :, : len(FEATURES)] = seen.matrix()[None, :, :] * weights[:, None, :]
        terms[:, :, _ITEM], terms[:, :, _START] = effects, start[:, None]
        return terms

    def _worth(self, terms: Floats) -> Floats:
        """Return (stages, rows): what one unit of a stage's linear predictor is worth in its log sigmoid."""
        predictor = terms.sum(axis=2)
        flat = np.abs(predictor) < 1e-9  # the slope at 0, where both are 0
        safe = np.where(flat, 1.0, predictor)
        worth: Floats = np.where(flat, 0.5, (log_sigmoid(safe) - _COIN) / safe)
        return worth

    def _bend(self, terms: Floats) -> Floats:
        """Return (stages, rows): by how much `_worth` changes with one unit of the predictor."""
        predictor = terms.sum(axis=2)
        flat = np.abs(predictor) < 1e-4
        safe = np.where(flat, 1.0, predictor)
        bend: Floats = np.where(flat, -0.125, (np.exp(log_sigmoid(-safe)) - self._worth(terms)) / safe)
        return bend

    def _of_items(self, seen: Seen) -> tuple[Floats, Floats]:
        """Return the effects of the products in these rows and their sd, (stages, rows) each."""
        places = self._places(seen)
        return self._effects.take(places, axis=1), self._effects_sd.take(places, axis=1)

    def _places(self, seen: Seen) -> Rows:
        return item_places(self._posterior, seen.all_skus).take(seen.rows)


_memory: Memory[tuple[tuple[str, ...], Sequence[str], Rows]] = Memory(REMEMBERED)


def item_places(posterior: Posterior, skus: Sequence[str]) -> Rows:
    """Return where each SKU stands among the posterior's items, after the last for one never seen.

    Remembered for the last few catalogues and models; all draws of a model have the same items.
    """
    known = _memory.known
    for items, all_skus, places in known:
        if items is posterior.items and all_skus is skus:
            return places
    found = posterior.item_rows(np.array(skus, dtype=np.str_))
    found = np.where(found == UNSEEN, len(posterior.items), found)
    if isinstance(skus, tuple):  # a list may be written into, and would not be found again
        _memory.add((posterior.items, skus, found))
    return found
