"""Small made-up worlds whose truth is known, as logs for the learner."""

from dataclasses import dataclass, field

import numpy as np

from recommender.learning.columns import STAGES, Columns
from recommender.learning.statistics import Rows

PLACES = np.array([1.0, 0.6, 0.35, 0.2])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@dataclass
class World:
    """A truth. weights: (stages, p); effects: (stages, items), one effect an item for every stage."""

    weights: np.ndarray
    effects: np.ndarray
    level: np.ndarray = field(default_factory=lambda: np.array([-0.5, 0.0, 0.5]))
    places: np.ndarray = field(default_factory=lambda: PLACES)

    def rows(self, n, seed, *, day=0, best_on_top=False):
        """Return a log of n lists with one candidate a place; `best_on_top` shows as a good ranker would."""
        rng = np.random.default_rng(seed)
        k, (_, p), m = len(self.places), self.weights.shape, self.effects.shape[1]
        features = rng.integers(-64, 65, (n, k, p)) / 64
        items = rng.integers(0, m, (n, k))
        if best_on_top:
            appeal = features @ self.weights[0] + self.effects[0][items] + rng.normal(0, 0.5, (n, k))
            order = np.argsort(-appeal, axis=1)
            features = np.take_along_axis(features, order[:, :, None], axis=1)
            items = np.take_along_axis(items, order, axis=1)
        features, items, places = features.reshape(n * k, p), items.ravel(), np.tile(np.arange(k), n)
        eta = features @ self.weights.T + self.effects[:, items].T + self.level
        luck = rng.random((n * k, 4))
        opened = luck[:, 0] < self.places[places] * sigmoid(eta[:, 0])
        bought = opened & (luck[:, 1] < sigmoid(eta[:, 1]))
        return Rows(
            features=features,
            items=np.array([f"item{i:03d}" for i in items]),
            positions=places + 1,
            days=np.full(n * k, day),
            opened=opened,
            bought=bought,
            outcome_known=bought & (luck[:, 3] < 0.7),
            helped=bought & (luck[:, 2] < sigmoid(eta[:, 2])),
        )


def make_world(seed=0, p=3, items=12, item_sd=0.5):
    rng = np.random.default_rng(seed)
    return World(rng.normal(0, 0.8, (len(STAGES), p)), np.tile(rng.normal(0, item_sd, items), (len(STAGES), 1)))


def make_columns(p=3, prior_mean=None, **options):
    names = tuple(f"x{place}" for place in range(p))
    mean = np.zeros((len(STAGES), p)) if prior_mean is None else prior_mean
    return Columns(names, options.pop("groups", ("main",) * p), mean, **options)
