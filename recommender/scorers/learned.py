"""The learned scorer: the log of the chance that a product is opened, bought, and then helps and is kept.

Each stage is a logistic regression, so a score is a sum of log sigmoids. It is counted from a coin's (log 1/2 a
stage): 0 means "nothing known". A stage's part of the score is dealt out in proportion to what each feature adds to
that stage's linear predictor, so the shares sum to the score and none is left over.
"""

from collections.abc import Sequence

import numpy as np

from recommender.bits import Floats
from recommender.features import FEATURES
from recommender.posterior import Posterior, log_sigmoid
from recommender.scorers import ITEM, PARTS, START
from recommender.seen import Seen

_ITEM, _START = PARTS.index(ITEM), PARTS.index(START)
_COIN = float(log_sigmoid(np.zeros(1))[0])


class LearnedScorer:
    """Scores by a posterior whose columns are the features. Raises ValueError for one with other columns.

    Give it a draw of the posterior to explore.
    """

    def __init__(self, posterior: Posterior) -> None:
        if set(posterior.columns) != set(FEATURES) or len(posterior.columns) != len(FEATURES):
            raise ValueError("the model was trained on other features")
        order = [posterior.columns.index(name) for name in FEATURES]
        self._weights = posterior.mean[:, order]
        variance = np.diagonal(posterior.covariance, axis1=1, axis2=2)[:, order]
        self._sd = np.sqrt(np.maximum(variance, 0.0))
        self._posterior = posterior
        self._known: tuple[Sequence[str], Floats, Floats] = ((), _no_items(posterior), _no_items(posterior))

    def score(self, seen: Seen) -> Floats:
        """Return (rows,): the log of the product of the stages' chances, above a coin's."""
        predictor = seen.weighed(self._weights)
        predictor += self._of_items(seen)[0]
        predictor += self._posterior.intercept[:, None]
        scores: Floats = (log_sigmoid(predictor) - _COIN).sum(axis=0)
        return scores

    def explain(self, seen: Seen) -> Floats:
        """Return (rows, parts)."""
        terms = self._terms(seen, self._weights, self._posterior.intercept, self._of_items(seen)[0])
        shares: Floats = (terms * self._worth(terms)[:, :, None]).sum(axis=0)
        return shares

    def doubt(self, seen: Seen) -> Floats:
        """Return (rows, parts): the posterior's standard deviation of each share."""
        effects, effects_sd = self._of_items(seen)
        terms = self._terms(seen, self._weights, self._posterior.intercept, effects)
        unsure = self._terms(seen, self._sd, np.zeros(len(effects)), effects_sd)
        spread: Floats = np.sqrt(((unsure * self._worth(terms)[:, :, None]) ** 2).sum(axis=0))
        return spread

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

    def _of_items(self, seen: Seen) -> tuple[Floats, Floats]:
        """Return the effects of the products in these rows and their sd, (stages, rows) each."""
        known = self._known
        if known[0] is not seen.all_skus:
            places = self._posterior.item_rows(np.array(seen.all_skus, dtype=np.str_))
            mean = np.pad(self._posterior.item_mean, ((0, 0), (0, 1)))[:, places]
            sd = np.hstack([self._posterior.item_sd, self._posterior.unseen_sd[:, None]])[:, places]
            known = self._known = (seen.all_skus, mean, sd)
        return known[1].take(seen.rows, axis=1), known[2].take(seen.rows, axis=1)


def _no_items(posterior: Posterior) -> Floats:
    return np.zeros((len(posterior.stages), 0))
