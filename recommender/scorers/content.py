"""The expert prior: one weight a feature, each with its reason. 1.0 is about one grade of a careful adviser."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recommender.bits import Floats
from recommender.features import FEATURES
from recommender.scorers import PARTS
from recommender.seen import Seen


@dataclass(frozen=True, slots=True)
class Weight:
    """How much one feature counts, and why that much."""

    feature: str
    value: float
    why: str


PRIOR = (
    Weight("area", 2.0, "A tool that does not reach the spot is no use, whatever else fits."),
    Weight("focus", 0.9, "Made for this spot beats made for everything, when both reach it."),
    Weight("purpose", 0.5, "A product for one use is usually better at it than one for many."),
    Weight("breadth", 1.2, "For winding down with no sore spot, lying, the more of the body rests on it the better."),
    Weight("kind", 1.6, "What it is wanted for comes right after where."),
    Weight("trigger", 0.2, "What brings it on hints at a use nobody named; a hint is worth less than an answer."),
    Weight("position", 0.75, "The position asked for is when it will be used; another one can do."),
    Weight("firmness", 0.7, "Too strong is given up, too mild disappoints a little; inside the range all will do."),
    Weight("gentle", 0.8, "When it is strong and long, or health delicate, what cannot press hard is safer advice."),
    Weight("control", 0.4, "A first-timer, or somebody in much pain, should be able to ease off at once."),
    Weight("experience", 1.5, "Tools for the experienced put beginners off, and regular users may want them."),
    Weight("carry", 0.8, "What must fit in a bag and does not will stay at home."),
    Weight("pocket", 0.3, "Of two that can be carried, the smaller is the one that is carried."),
    Weight("travel", 0.3, "Who is on the road much is glad of something small."),
    Weight("discretion", 0.55, "At a desk or among people, what is noticed stays in the drawer."),
    Weight("hands_free", 0.55, "Somebody who goes on working wants it to stay in place by itself."),
    Weight("grip", 0.9, "A weak or painful hand cannot use what has to be squeezed or pulled."),
    Weight("ease", 0.7, "What takes strength or skill is used less, above all as a first tool."),
    Weight("self_reach", 0.7, "What one cannot bring to the spot alone needs a helper."),
    Weight("calm", 0.8, "For relaxing and sleep, products made for resting and mild enough to rest on come first."),
    Weight("coverage", 0.3, "Many sore areas are better met by one large surface than one place after the other."),
    Weight("suited", 0.7, "Where studies looked at this use of it and found some, such as warmth for cramps."),
    Weight("flat", 0.6, "Lying flat for long is uncomfortable in pregnancy and often advised against."),
    Weight("floor", 1.0, "Of what is also used on the floor, somebody who cannot get down there has less."),
    Weight("child", 1.0, "Made in a child's size fits a child; adult sizes mostly do not."),
    Weight("price", 0.35, "Of two that fit equally, the cheaper is the better advice."),
    Weight("evidence", 0.4, "Studies are weak for all of it: a nudge; a grade down where they found no added effect."),
    Weight("plain", 0.15, "Many learn that they react to rubber, nickel or plaster only by using it."),
    Weight("cautions", 0.9, "Each caution that applies makes it about one grade worse: possible, with care."),
)


class ContentScorer:
    """Scores by the prior alone: needs no data and learns nothing."""

    def __init__(self, prior: tuple[Weight, ...] = PRIOR) -> None:
        by_name = {weight.feature: weight.value for weight in prior}
        self.weights = np.array([by_name[name] for name in FEATURES])

    @classmethod
    def weighing(cls, weights: Floats) -> Self:
        """Return a scorer with other weights. weights: (features,), in the order of FEATURES."""
        scorer = cls()
        scorer.weights = weights.copy()
        return scorer

    def score(self, seen: Seen) -> Floats:
        """Return (rows,): the weighted sum of each row."""
        scores: Floats = seen.weighed(self.weights[None, :])[0]
        return scores

    def explain(self, seen: Seen) -> Floats:
        """Return (rows, parts): value times weight."""
        shares = np.zeros((len(seen.rows), len(PARTS)))
        shares[:, : len(FEATURES)] = seen.matrix() * self.weights
        return shares

    def doubt(self, seen: Seen) -> Floats:
        """Return (rows, parts) zeros: how sure an expert is was never measured."""
        return np.zeros((len(seen.rows), len(PARTS)))
