"""Made-up posteriors over the shop's features."""

from typing import Any

import numpy as np

from recommender.features import FEATURES
from recommender.posterior import Posterior
from recommender.scorers.content import PRIOR

STAGES = ("opened", "bought", "helped")


def make_posterior(seed: int = 1, *, sd: float = 0.1, noise: float = 0.3, **changed: Any) -> Posterior:
    """The expert prior on a logit scale, moved about at random, with effects for some products of the demo."""
    rng = np.random.default_rng(seed)
    weights = {weight.feature: weight.value for weight in PRIOR}
    prior = np.array([weights[name] for name in FEATURES])
    items = ("A", "B", "MAT01", "PIL01")
    size = (len(STAGES), len(FEATURES))
    roots = sd * (np.eye(len(FEATURES)) + 0.1 * rng.normal(size=(len(STAGES), len(FEATURES), len(FEATURES))))
    fields: dict[str, Any] = {
        "stages": STAGES,
        "columns": FEATURES,
        "mean": 0.4 * prior + noise * rng.normal(size=size),
        "covariance": roots @ roots.transpose(0, 2, 1),
        "intercept": np.array([-1.0, -2.0, 0.5]),
        "items": items,
        "item_mean": 0.2 * rng.normal(size=(len(STAGES), len(items))),
        "item_sd": np.full((len(STAGES), len(items)), 0.1),
        "unseen_sd": np.full(len(STAGES), 0.3),
        "position_weight": np.array([1.0, 0.8, 0.6]),
    }
    return Posterior(**fields | changed)
