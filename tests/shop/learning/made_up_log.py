"""A log of made-up visits: lists drawn by the day-one ranking, and buyers with a taste of their own."""

from datetime import date, timedelta

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from recommender.expert import day_one_posterior
from recommender.features import FEATURES
from shop.learning.models import Candidate, Impression
from shop.learning.rules import LOGGED_FEATURES
from shop.learning.states import Fate
from shop.recommendations.logged import day_one_id
from tests.make import make_product

SKUS = tuple(f"P{number}" for number in range(6))
PLACES, DAYS = 3, 20
USED = ("trigger", "discretion", "plain", "price")
"""The expert thinks little of these, so that chance makes most of the order."""
LIKED = {"P0": 1.0, "P1": 0.6, "P2": 0.2, "P3": -0.2, "P4": -0.6, "P5": -1.0}
"""What the log can teach: some products are liked for reasons that no feature knows."""


def fill_log(session: Session, lists: int, *, until: date, exploration: float = 1.0, seed: int = 1) -> None:
    """So many lists over the last DAYS days, ending yesterday; who looks further down buys less."""
    for sku in SKUS:
        make_product(session, sku, type=f"type_{sku}")  # no two alike: none makes room for another
    rng, expert = np.random.default_rng(seed), day_one_posterior(LOGGED_FEATURES)
    impressions, candidates = [], []
    for number in range(lists):
        name = f"{number:032d}"
        day = until - timedelta(days=1 + (number * DAYS) // lists)
        impressions.append(
            {
                "id": name, "visit": f"visit-{number}", "turn": 1, "day": day, "erase_on": day + timedelta(days=400),
                "consent": "2026-06", "model_id": day_one_id(), "rules_id": "1-rules", "seed": number,
                "exploration": exploration,
            }
        )  # fmt: skip
        fits = np.zeros((PLACES, len(FEATURES)))
        fits[:, [FEATURES.index(each) for each in USED]] = rng.integers(-64, 65, (PLACES, len(USED))) / 64
        skus = rng.permutation(SKUS)[:PLACES]
        order = np.argsort(-expert.draw(np.random.default_rng(number), exploration).log_value(fits, skus))
        for place, row in enumerate(order):
            is_bought = rng.random() < 1 / (1 + np.exp(1.0 - LIKED[str(skus[row])])) / (1 + place)
            candidates.append(
                {
                    "impression_id": name, "position": place + 1, "sku": str(skus[row]), "propensity": 0.5,
                    "features": {each: round(64 * fits[row, FEATURES.index(each)]) for each in USED},
                    "opened": is_bought or rng.random() < 0.5, "added": is_bought, "bought": is_bought,
                    "sent": is_bought, "fate": Fate.KEPT if is_bought else Fate.OPEN, "helped": None,
                }
            )  # fmt: skip
    session.execute(insert(Impression), impressions)
    session.execute(insert(Candidate), candidates)
