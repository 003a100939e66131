"""Who is sent to a clinician, and which products are out for whom. It removes; nothing puts back."""

from collections.abc import Iterable

from recommender.types import Answers, Exclusion, Item, Referral


def referral(answers: Answers) -> Referral | None:
    """Return where the visitor is sent instead of being shown products, or None."""
    raise NotImplementedError


def excluded_for(answers: Answers, item: Item) -> Exclusion | None:
    """Return why `item` must not be offered to this visitor, or None. Safety only: no stock, no budget."""
    raise NotImplementedError


def caution_sentences(codes: Iterable[str]) -> tuple[str, ...]:
    """Return one sentence for each caution code, in the questionnaire's order."""
    raise NotImplementedError
