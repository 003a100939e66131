"""Answers and items for the recommender's tests, with only what a test cares about spelled out."""

from pathlib import Path
from typing import Any

from recommender.types import Answers, Item, Outcome, Ranking

PERSONAS = Path(__file__).parent / "data" / "gold_public.jsonl"
JUDGE_PERSONAS = PERSONAS.with_name("judge_personas.jsonl")
JUDGE_CATALOGUE = PERSONAS.with_name("judge_catalogue.csv")
COVER_PERSONAS = PERSONAS.with_name("cover_personas.jsonl")
MERCHANT_PERSONAS = PERSONAS.with_name("merchant_personas.jsonl")
MERCHANT_CATALOGUE = PERSONAS.with_name("merchant_catalogue.csv")
SECOND_GRADES = PERSONAS.with_name("second_grades.jsonl")
UNSEEN_PERSONAS = PERSONAS.with_name("unseen_personas.jsonl")
OTHER_CATALOGUE = PERSONAS.with_name("other_catalogue.csv")
CATALOGUE = Path(__file__).parents[2] / "shop" / "demo_data" / "catalogue.csv"
NO_CODES: frozenset[str] = frozenset()


def make_answers(**changed: Any) -> Answers:
    """A healthy visitor with a sore lower back."""
    given: dict[str, Any] = {
        "red_flags": NO_CODES,
        "health": NO_CODES,
        "allergies": NO_CODES,
        "areas": frozenset({"lower_back"}),
        "pain_kinds": frozenset({"muscular_tension"}),
    }
    return Answers(**given | changed)


def make_item(sku: str = "A", **changed: Any) -> Item:
    """An affordable, available product for the lower back whose safety fields are filled in and empty."""
    given: dict[str, Any] = {
        "sku": sku,
        "title": "Lower back tool",
        "type": "a_new_type",
        "price_minor": 2000,
        "available": True,
        "contraindications": NO_CODES,
        "cautions": NO_CODES,
        "allergens": NO_CODES,
        "powered": False,
        "areas": frozenset({"lower_back"}),
        "pain_kinds": frozenset({"muscular_tension"}),
        "positions": frozenset({"sitting"}),
        "pressure_min": 1,
        "pressure_max": 3,
    }
    return Item(**given | changed)


def shown(outcome: Outcome) -> list[str]:
    """The SKUs of the list, best first."""
    assert isinstance(outcome, Ranking)
    return [each.sku for each in outcome.ranked]


def reasons_out(outcome: Outcome) -> dict[str, str]:
    """Why each product is out, by SKU."""
    assert isinstance(outcome, Ranking)
    return {each.sku: str(each.kind) for each in outcome.excluded}
