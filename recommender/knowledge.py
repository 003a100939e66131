"""What a good physiotherapist and a good shop assistant know before any data: anatomy, habits, kinds of product."""

from dataclasses import dataclass

from recommender.tables import read_table
from recommender.types import Codes

ANY_AREA = "any"
"""The area code of a product that is worn somewhere else than where it is meant for. It reaches nothing by itself."""

POSITIONS = ("lying", "sitting", "standing", "on_the_go", "floor")

POSITION_FIT = {
    "lying": (1.0, 0.3, 0.0, 0.1, 0.5),
    "sitting": (0.15, 1.0, 0.35, 0.5, 0.1),
    "standing": (0.1, 0.35, 1.0, 0.5, 0.3),
    "on_the_go": (0.1, 0.45, 0.35, 1.0, 0.0),
}
"""How near a product's position (in the order of POSITIONS) comes to the one that was asked for."""

_NEIGHBOUR_PAIRS = (
    "head jaw", "head neck", "jaw neck", "neck shoulders", "shoulders upper_back", "shoulders arms",
    "upper_back lower_back", "lower_back hips", "hips legs", "legs calves", "calves feet", "arms hands",
)  # fmt: skip


def _neighbours() -> dict[str, Codes]:
    found: dict[str, set[str]] = {}
    for pair in _NEIGHBOUR_PAIRS:
        one, other = pair.split()
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {area: frozenset(near) for area, near in found.items()}


NEIGHBOURS = _neighbours()

BACK_AREAS = ("neck", "shoulders", "upper_back", "lower_back")
MID_BACK_AREAS = ("upper_back", "lower_back")

PLACELESS_KINDS = ("muscular_tension", "post_sport", "stiffness")
"""Kinds that can be anywhere. Where an area is named, serving one of them helps only at that area."""

DISTANT_KINDS = ("stress_sleep", "nausea", "period_cramps", "tension_headache")
"""Kinds that acupressure customarily meets away from where they are felt, at the wrist or the hand for example."""

RELATED_KINDS = {
    "chronic_low_back": ("muscular_tension", "stiffness"),
    "desk_neck": ("muscular_tension", "stiffness"),
    "glute_hip": ("muscular_tension",),
    "post_sport": ("muscular_tension",),
    "stiffness": ("muscular_tension",),
    "hand_strain": ("muscular_tension",),
    "jaw_tension": ("muscular_tension",),
}
"""For each kind that is named, the kinds of product that are some use for it too, at the same place."""

WARMTH_SUITS = {"period_cramps": 1.0, "stiffness": 0.5, "chronic_low_back": 0.3}
TYPE_SUITS = {
    "node_roller": {"post_sport": 0.8},
    "massage_stick": {"post_sport": 0.8},
    "spike_mat": {"chronic_low_back": 0.3},
    "spike_set": {"chronic_low_back": 0.3, "desk_neck": 0.3},
    "spike_pillow": {"desk_neck": 0.3},
    "p6_band": {"nausea": 0.5},
}
"""For which kinds warmth, or a type, is what studies looked at and found some use in; the more, the better."""

STUDIED_KINDS = frozenset(WARMTH_SUITS).union(*TYPE_SUITS.values())

TRIGGER_KINDS = {
    "desk_work": "desk_neck",
    "standing": "foot_fatigue",
    "sport": "post_sport",
    "sleep": "stress_sleep",
    "stress": "stress_sleep",
    "cycle": "period_cramps",
}
"""What a person who names this trigger often wants a product for, when they did not say so."""

CALM_KIND = "stress_sleep"
CALM_GOALS = ("relax", "sleep")
DESK_GOAL = "focus"
DESK_KINDS = ("desk_neck", "chronic_low_back", "muscular_tension", "stiffness", "hand_strain", "foot_fatigue")
"""What somebody may want to be rid of who only says that they want to sit and work in comfort."""
STRONG_FROM = 7
"""From this answer on, of 10, pain or interference counts as strong (the common cut for "severe")."""


@dataclass(frozen=True, slots=True)
class TypeKnowledge:
    """What holds for every product of one type.

    `self_reach`: yes, wall (with a wall), partly, long (made to reach the own back). `control`: yes, partly, no:
    can the user ease off at once. `discretion`: 1 to 5, at work.
    `hands_free`: once in place it needs no hand. `evidence`: A to D, or N for "no added effect".
    `also_reaches`: areas it can be used at besides its own.
    """

    self_reach: str = "yes"
    control: str = "partly"
    dexterity: int = 2
    discretion: int = 3
    hands_free: bool = False
    evidence: str = ""
    also_reaches: Codes = frozenset()
    contraindications: Codes = frozenset()
    cautions: Codes = frozenset()


def _read_types() -> dict[str, TypeKnowledge]:
    return {
        row["type"]: TypeKnowledge(
            row["self_reach"],
            row["control"],
            int(row["dexterity"]),
            int(row["discretion"]),
            row["hands_free"] == "y",
            row["evidence"],
            _codes(row["also_reaches"]),
            _codes(row["contraindications"]),
            _codes(row["cautions"]),
        )
        for row in read_table("product_types")
    }


def _codes(cell: str) -> Codes:
    return frozenset(cell.split("|")) - {""}


_TYPES = _read_types()
_UNKNOWN_TYPE = TypeKnowledge()
KNOWN_TYPES = frozenset(_TYPES)


def type_knowledge(type_: str) -> TypeKnowledge:
    """Return what is known of a product type: middling values for a type nobody described."""
    return _TYPES.get(type_, _UNKNOWN_TYPE)
