"""The list a visitor is shown: safe, available, affordable, fitting and varied, best first."""

from collections.abc import Sequence

from recommender.scorers import Scorer
from recommender.types import Answers, Item, Outcome


def rank(answers: Answers, items: Sequence[Item], *, limit: int = 5, scorer: Scorer | None = None) -> Outcome:
    """Return the referral, or at most `limit` products with their reasons and everything left out with its own.

    `scorer` defaults to the expert prior, which also takes over when the given one fails. The order does not
    depend on the order of `items`.
    """
    raise NotImplementedError
