"""How often each place of the list is looked at, estimated together with the weights.

P(opened) = weight of the place * sigmoid(predictor), the weight of the first place being 1 (position-based model:
Richardson, Dominowska and Ragno, 2007). The world's items appear in several places for several visitors; that tells
the places' part from the items' part (intervention harvesting: Fang, Agarwal and Joachims, 2019).
"""

import numpy as np

from recommender.bits import Floats
from recommender.learning.terms import SMALLEST, StageRows

START_DECAY = 0.7
"""Before data: weight = place ** -START_DECAY, between no bias and one over the place."""
START_SD = 0.7
LEAST = 0.01


def start(places: int) -> Floats:
    """Return (places,): the weights before any data."""
    weights: Floats = np.arange(1, places + 1, dtype=np.float64) ** -START_DECAY
    return weights


def update(rows: StageRows, eta: Floats, weights: Floats) -> Floats:
    """Return (places,): the weights after one Fisher step on their logs, the first held at 1 and none above 1.

    eta: (n,), the linear predictor of each row. The prior of each log weight is normal around `start`.
    """
    p = np.minimum(rows.examined / (1.0 + np.exp(-np.clip(eta, -35.0, 35.0))), 1.0 - SMALLEST)
    slope = np.bincount(rows.place, (rows.won - rows.asked * p) / (1.0 - p), len(weights))
    information = np.bincount(rows.place, rows.asked * p / (1.0 - p), len(weights))
    logs, first = np.log(weights), np.log(start(len(weights)))
    logs += (slope - (logs - first) / START_SD**2) / (information + 1.0 / START_SD**2)
    moved: Floats = np.clip(np.exp(logs), LEAST, 1.0)
    moved[0] = 1.0
    return moved
