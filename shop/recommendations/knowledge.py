"""What the merchant's pages may know of the recommender: the questions, and what holds for each type of product."""

from collections.abc import Mapping
from functools import cache

from recommender.knowledge import KNOWN_TYPES, type_knowledge
from recommender.questionnaire import PAGES, PAIN_KIND, RED_FLAGS, Page
from recommender.safety import LABELS
from recommender.types import Contribution, Referral
from shop.catalogue.rules import TypeSafety

__all__ = [
    "PAGES",
    "Contribution",
    "Page",
    "Referral",
    "TypeSafety",
    "kind_wordings",
    "label_of_answer",
    "type_safety",
    "types_safety",
]


def type_safety(product_type: str) -> TypeSafety:
    """The least that a product of this type excludes and warns of; nothing for a type nobody described."""
    return types_safety().get(product_type, TypeSafety())


@cache
def types_safety() -> Mapping[str, TypeSafety]:
    """The same for every type there is."""
    return {
        name: TypeSafety(
            tuple(sorted(type_knowledge(name).contraindications)), tuple(sorted(type_knowledge(name).cautions))
        )
        for name in sorted(KNOWN_TYPES)
    }


@cache
def kind_wordings() -> Mapping[str, str]:
    """What a product is for, by code, as the questionnaire words it."""
    return {choice.code: choice.wording for choice in PAIN_KIND.choices}


def label_of_answer(code: str) -> str:
    """A health condition, an allergy or a warning sign in words; the code itself for one nobody described."""
    return LABELS.get(code) or _flag_wordings().get(code, code)


@cache
def _flag_wordings() -> Mapping[str, str]:
    return {choice.code: choice.wording for choice in RED_FLAGS.choices}
