"""The expert prior as a model of chances: where learning starts, and what is drawn from before anything was learned.

The one place that says what a grade of the expert is worth in log odds. The order is the expert's own: every stage
weighs the features alike, and a higher sum makes every stage more likely.
"""

from collections.abc import Collection

import numpy as np

from recommender.bits import Floats
from recommender.features import FEATURES
from recommender.posterior import Posterior
from recommender.scorers.content import ContentScorer

LOGITS_A_GRADE = 0.4
"""One grade of an adviser (they give 0 to 3) makes the odds of every stage e^0.4, or 1.5 times, as good: a guess that
the log corrects first of all, by one factor for all weights (the learner's "trust")."""
USUAL_SCORE = 3.4
"""The middle score of what is shown: measured on 400 drawn questionnaires over the demo catalogue."""
START_CHANCES = {"opened": 0.25, "bought": 0.1, "helped": 0.75}
"""How often a usual product passes each stage, of those that reached it. It changes no order, and soon gives way."""
START_SD = 0.3
"""How far a weight may lie from the expert's, in log odds: what is drawn from while nothing was learned."""
NEW_ITEM_SD = 0.4


def expert_means(stages: int) -> Floats:
    """Return (stages, features): the expert's weights in log odds, alike for every stage."""
    return np.tile(LOGITS_A_GRADE * ContentScorer().weights, (stages, 1))


def start_levels() -> Floats:
    """Return (stages,): the level at which a usual product has its START_CHANCES."""
    chances = np.array(list(START_CHANCES.values()))
    levels: Floats = np.log(chances / (1 - chances)) - LOGITS_A_GRADE * USUAL_SCORE
    return levels


def day_one_posterior(learned: Collection[str]) -> Posterior:
    """Return the expert as a posterior of no log at all. Only the weights of `learned` are in doubt."""
    stages = tuple(START_CHANCES)
    doubt = np.diag([START_SD**2 if name in learned else 0.0 for name in FEATURES])
    none = np.zeros((len(stages), 0))
    return Posterior(
        stages=stages,
        columns=FEATURES,
        mean=expert_means(len(stages)),
        covariance=np.repeat(doubt[None], len(stages), axis=0),
        intercept=start_levels(),
        items=(),
        item_mean=none,
        item_sd=none,
        unseen_sd=np.full(len(stages), NEW_ITEM_SD),
        position_weight=np.ones(1),
    )
