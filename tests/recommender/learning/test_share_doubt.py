"""The doubt about the shares of a trained model, beside draws of all its stages at once."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.features import FEATURES
from recommender.learning.expert_columns import expert_columns
from recommender.learning.funnel import fit_funnel, posterior_of
from recommender.learning.statistics import SufficientStatistics
from recommender.scorers import ITEM, PARTS
from recommender.scorers.learned import LearnedScorer
from recommender.seen import Plain
from tests.recommender.learning.worlds import make_world

DRAWS = 1_500
COLUMNS = expert_columns(FEATURES)


def roots_of(covariance):
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]


def drawn(fit, posterior, rng):
    """Yield the model as it might be as well, by the joint covariance of its stages, which no stored model holds."""
    stages, p = posterior.mean.shape
    back = np.zeros((stages, p + 1, p + 2))  # the level, the weights and the trust in the expert, as training has them
    back[:, p, 0], back[:, np.arange(p), np.arange(1, p + 1)] = 1.0, 1.0
    back[:, :p, p + 1] = COLUMNS.prior_mean
    joint = np.einsum("sip,sptq,tjq->sitj", back, fit.curvature.columns, back).reshape(2 * [stages * (p + 1)])
    of_columns, of_items = roots_of((joint + joint.T) / 2), roots_of(fit.curvature.items)
    for _ in range(DRAWS):
        moved = (of_columns @ rng.standard_normal(len(joint))).reshape(stages, p + 1)
        effects = np.einsum("mst,mt->sm", of_items, rng.standard_normal(of_items.shape[:2]))
        yield replace(
            posterior,
            mean=posterior.mean + moved[:, :p],
            intercept=posterior.intercept + moved[:, p],
            item_mean=posterior.item_mean + effects,
        )


@pytest.mark.parametrize("lists", [150, 1_500])
def test_it_is_never_less_than_their_spread(lists):
    log = make_world(3, p=len(FEATURES)).rows(lists, seed=4)
    fit = fit_funnel(SufficientStatistics.from_rows(log), COLUMNS, today=0)
    posterior = posterior_of(fit, COLUMNS)
    seen = Plain(log.features[:30], log.items[:30].tolist())

    shares = [LearnedScorer(each).explain(seen) for each in drawn(fit, posterior, np.random.default_rng(5))]
    parts = [*range(len(FEATURES)), PARTS.index(ITEM)]
    spread, doubt = (each[:, parts] for each in (np.std(shares, axis=0), LearnedScorer(posterior).doubt(seen)))

    is_there = doubt > 1e-3
    ratios = doubt[is_there] / spread[is_there]
    assert is_there.mean() > 0.9
    assert ratios.min() >= 1
    assert np.median(ratios) < 2, "and not so large that nothing could be said"
