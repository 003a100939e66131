"""The only door to the recommender: the catalogue as it sees it, the ranked list, and what a visitor must not see."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from recommender.types import Answers, Exclusion


def exclusion_for(session: Session, answers: Answers, sku: str) -> Exclusion | None:
    """Why the product (named by its own or a variant's SKU) is out for these answers, or None. Safety only."""
    raise NotImplementedError


def visible(session: Session, answers: Answers | None, skus: Iterable[str]) -> set[str]:
    """Those of the product SKUs that may be shown beside these answers: all without answers, none after a warning sign."""
    raise NotImplementedError
