"""Why this product: the very numbers that ranked it, in sentences that speak of fit and never of healing."""

from collections.abc import Callable, Sequence, Set

from recommender.knowledge import TRIGGER_KINDS, type_knowledge
from recommender.questionnaire import AREAS
from recommender.types import Answers, Codes, Contribution, Item
from recommender.wish import is_held_gentle

MOST_REASONS = 4
WORTH_SAYING = 0.05
FIRMNESS = ("very mild", "mild", "medium", "firm", "very firm")
PLACES = {
    "lying": "lying down",
    "sitting": "sitting",
    "standing": "standing",
    "on_the_go": "on the go",
    "floor": "on the floor",
}
SITUATIONS = {"desk_work": "desk work", "standing": "standing", "sport": "sport"}
"""What brings it on and may be said beside a product. Complaints may not: that would read as a claim (R20)."""
SITUATION_KINDS = {words: TRIGGER_KINDS[code] for code, words in SITUATIONS.items()}
_AREA_ORDER = tuple(choice.code for choice in AREAS.choices)
_AREA_WORDS = {choice.code: f"the {choice.wording.lower()}" for choice in AREAS.choices}

Sentence = Callable[[Answers, Item], str]


def contributions(shares: Sequence[tuple[str, float]], answers: Answers, item: Item) -> tuple[Contribution, ...]:
    """Return each share that is not 0 with its sentence, in the order given. The values are not changed."""
    parts = []
    for feature, value in shares:
        if value:
            said = (IN_FAVOUR if value > 0 else AGAINST).get(feature)
            parts.append(Contribution(feature, value, said(answers, item) if callable(said) else said))
    return tuple(parts)


def reasons(shares: Sequence[Contribution], unsure: Set[str] = frozenset()) -> tuple[Contribution, ...]:
    """Return the contributions worth showing in favour, strongest first; none of an `unsure` feature."""
    good = [part for part in shares if part.value >= WORTH_SAYING and part.sentence and part.feature not in unsure]
    return tuple(sorted(good, key=lambda part: -part.value)[:MOST_REASONS])


def against(shares: Sequence[Contribution], unsure: Set[str] = frozenset()) -> Contribution | None:
    """Return the contribution that lowers the score most, if there is one worth saying and no `unsure` one."""
    bad = [part for part in shares if part.value <= -WORTH_SAYING and part.sentence and part.feature not in unsure]
    return min(bad, key=lambda part: part.value, default=None)


def _area(answers: Answers, item: Item) -> str:
    reached = answers.areas & item.areas
    if not reached:
        return f"Made for {_areas(item.areas)}, next to where you would use it."
    missed = (answers.areas & _AREA_WORDS.keys()) - reached
    return f"Reaches {_areas(reached)}{f', but not {_areas(missed)}' if missed else ''}."


def _focus(answers: Answers, item: Item) -> str:
    """A thing that serves more other places than yours is not made mainly for yours, however small its share."""
    is_main = len(item.areas - answers.areas) <= len(item.areas & answers.areas)
    return "Made mainly for that spot." if is_main else "Made for that spot, among others."


def _areas(codes: Codes) -> str:
    words = [_AREA_WORDS[code] for code in _AREA_ORDER if code in codes]
    return _listed(words, "and") if words else "other places"


def _position(answers: Answers, item: Item) -> str:
    asked = answers.position
    if asked not in PLACES or asked not in item.positions:
        return f"Used {_positions(item)}."
    others = _listed([words for code, words in PLACES.items() if code in item.positions and code != asked], "or")
    return f"Used {PLACES[asked]}, as you asked{f'; {others} too' if others else ''}."


def _other_position(answers: Answers, item: Item) -> str:
    return f"Used {_positions(item)} rather than {PLACES.get(answers.position or '', 'as you would like')}."


def _positions(item: Item) -> str:
    return _listed([words for code, words in PLACES.items() if code in item.positions], "or") or "as its maker says"


def _firmness(answers: Answers, item: Item) -> str:
    felt = _felt(item)
    if is_held_gentle(answers):
        return f"{felt}; mild is the better choice with what you told us."
    if not answers.pressure:
        return f"{felt}."
    asked, mildest, firmest = _firm(answers.pressure), item.pressure_min or 3, item.pressure_max or 3
    if not mildest <= answers.pressure <= firmest:
        return f"{felt}, near the {asked} you asked for."
    return f"{felt}, as you asked." if mildest == firmest else f"{felt}; you asked for {asked}."


def _firmness_off(answers: Answers, item: Item) -> str:
    if is_held_gentle(answers):
        return f"{_felt(item)}; milder is the better choice with what you told us."
    wanted = f"you asked for {_firm(answers.pressure)}" if answers.pressure else "something else is good to start with"
    return f"{_felt(item)}; {wanted}."


def _felt(item: Item) -> str:
    low, high = _firm(item.pressure_min), _firm(item.pressure_max)
    return f"Pressure is {low}" if low == high else f"Pressure goes from {low} to {high}"


def _firm(mark: int | None) -> str:
    return FIRMNESS[min(max(mark or 3, 1), 5) - 1]


def _trigger(answers: Answers, item: Item) -> str:
    named = [words for code, words in SITUATIONS.items() if code in answers.triggers]
    met = [words for words in named if SITUATION_KINDS[words] in item.pain_kinds]
    return f"Suits what you named: {_listed(met, 'and')}." if met else "Suits the situation you named."


def _known(answers: Answers, item: Item) -> str:
    as_you_do = ", as you do" if answers.experience in ("some", "regular") else ""
    return f"Made for people who know such tools{as_you_do}."


def _carry(answers: Answers, item: Item) -> str:
    return f"Small enough to carry{_size(item)}."


def _too_big(answers: Answers, item: Item) -> str:
    return f"Large to carry{_size(item)}."


def _size(item: Item) -> str:
    facts = []
    if item.length_mm is not None and item.width_mm is not None:
        facts.append(f"{item.length_mm / 10:g} by {item.width_mm / 10:g} cm")
    if item.weight_grams is not None:
        facts.append(f"{item.weight_grams} g")
    return f": {', '.join(facts)}" if facts else ""


def _experience(answers: Answers, item: Item) -> str:
    if item.level == "experienced":
        return "Meant for people who already know such tools."
    return "Even at its mildest it is rather firm for a first try."


def _self_reach(answers: Answers, item: Item) -> str:
    if type_knowledge(item.type).self_reach == "wall":
        return "You have to place it behind you, against a wall for example."
    return "Hard to bring to your own back without help."


def _price(answers: Answers, item: Item) -> str:
    limit = "Within your budget, and one" if answers.max_budget_minor is not None else "One"
    return f"{limit} of the less expensive products here."


def _listed(words: Sequence[str], joint: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}" if words else ""


IN_FAVOUR: dict[str, str | Sentence] = {
    "area": _area,
    "focus": _focus,
    "purpose": "Made for few uses, yours among them.",
    "breadth": "Large enough to rest much of the body on.",
    "kind": "Matches what you want it for.",
    "trigger": _trigger,
    "position": _position,
    "firmness": _firmness,
    "gentle": "Stays on the mild side.",
    "control": "You can ease off at any moment.",
    "experience": _known,
    "carry": _carry,
    "pocket": "Small enough for a pocket or a small bag.",
    "travel": "Easy to take along.",
    "discretion": "Hardly noticed by others.",
    "hands_free": "Stays in place by itself, so your hands are free.",
    "grip": "Needs next to no grip.",
    "self_reach": "Reaches your back without help.",
    "calm": "Made for resting with it.",
    "coverage": "One surface for several areas.",
    "suited": "This sort of product has been studied for such use; the studies are small.",
    "child": "Made in a child's size.",
    "price": _price,
}
AGAINST: dict[str, str | Sentence] = {
    "position": _other_position,
    "firmness": _firmness_off,
    "gentle": "Can press hard; take it slowly.",
    "control": "The pressure cannot be eased at will.",
    "experience": _experience,
    "carry": _too_big,
    "travel": "Not easy to take along.",
    "discretion": "Others will notice it.",
    "grip": "Needs some strength in the hand.",
    "ease": "Takes a little practice.",
    "self_reach": _self_reach,
    "calm": "Rather firm for resting on.",
    "flat": "Mostly used lying flat.",
    "floor": "Partly used on the floor, which is hard for you.",
    "child": "Made for adults.",
    "price": "One of the more expensive products here.",
    "plain": "Contains a material that some people react to.",
    "evidence": "Little or no research on this kind of product.",
    "cautions": "A caution applies; please read it first.",
    "variety": "Much like a product further up.",
}
