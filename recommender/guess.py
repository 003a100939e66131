"""What can be said of a product whose type nobody described, from the product itself. Safety never asks here."""

from dataclasses import replace

from recommender.knowledge import KNOWN_TYPES, TypeKnowledge, type_knowledge
from recommender.types import Item

SMALL_MM = 250
"""What is no longer than this is held in the hand."""
_AT_WORK = frozenset({"sitting", "on_the_go"})


def kind_of_tool(item: Item) -> TypeKnowledge:
    """Return what holds for the product's type, or a guess after its size and use for a type nobody described.

    What is held in the hand, seated or on the go, is let go of at will and is hardly noticed; what one only lies on
    is for home.
    """
    known = type_knowledge(item.type)
    if item.type in KNOWN_TYPES:
        return known
    if item.length_mm is not None and item.length_mm <= SMALL_MM and not item.positions.isdisjoint(_AT_WORK):
        return replace(known, control="yes", discretion=4)
    if item.positions and item.positions <= {"lying", "floor"}:
        return replace(known, dexterity=1, discretion=1)
    return known
