"""Why one product of the list stands before the next: from the very shares that ordered them."""

from collections.abc import Callable, Sequence

import numpy as np

from recommender.bits import Floats
from recommender.features import FEATURES
from recommender.reasons import PLACES, WORTH_SAYING
from recommender.scorers import ITEM, PARTS
from recommender.types import Ahead, Answers, Item
from recommender.wish import is_held_gentle

_ITEM = PARTS.index(ITEM)
Words = Callable[[Answers, Item, Item], str]


def ahead_of(answers: Answers, items: Sequence[Item], shares: Floats, doubts: Floats) -> list[Ahead | None]:
    """Return for each product of the list what puts it before the next one; None for the last and where nothing does.

    items: the list, best first; shares, doubts: (items, parts). A difference counts when it is worth saying and
    above its own uncertainty, that of the whole scores as well as that of the one part which is named.
    """
    lead = shares[:-1] - shares[1:]
    same_side = shares[:-1] * shares[1:] > 0  # one weight is behind both shares: its doubt counts once
    unsure = np.where(same_side, np.abs(doubts[:-1] - doubts[1:]), doubts[:-1] + doubts[1:])
    unsure[:, _ITEM] = np.hypot(doubts[:-1, _ITEM], doubts[1:, _ITEM])  # what two products are by themselves is two
    whole, whole_unsure = lead.sum(axis=1), np.sqrt((unsure**2).sum(axis=1))
    is_real = (whole >= WORTH_SAYING) & (whole > whole_unsure)
    said = np.where((lead >= WORTH_SAYING) & (lead > unsure), lead, 0.0)[:, : len(FEATURES)]
    found: list[Ahead | None] = [None] * len(items)
    for place in np.flatnonzero(is_real).tolist():
        for part in np.argsort(-said[place], kind="stable").tolist():
            words = BETTER.get(FEATURES[part])
            if said[place, part] and words is not None:
                because = words if isinstance(words, str) else words(answers, items[place], items[place + 1])
                found[place] = Ahead(items[place + 1].sku, FEATURES[part], float(said[place, part]), because)
                break
    return found


def _area(answers: Answers, better: Item, other: Item) -> str:
    reached, missed = answers.areas & better.areas, answers.areas & other.areas
    return "it reaches more of the places you named" if reached > missed else "it is better for the places you named"


def _position(answers: Answers, better: Item, other: Item) -> str:
    asked = answers.position or ""
    fits = f"it fits {PLACES.get(asked, 'how you would use it')}"
    return fits if asked in better.positions and asked not in other.positions else f"{fits} better"


def _firmness(answers: Answers, better: Item, other: Item) -> str:
    if is_held_gentle(answers):
        return "its pressure is milder, which is the better choice with what you told us"
    asked = "what you asked for" if answers.pressure is not None else "what is good to start with"
    return f"its pressure is nearer to {asked}"


def _experience(answers: Answers, better: Item, other: Item) -> str:
    return "it suits a first try better" if answers.experience == "new" else "it suits how well you know such tools"


BETTER: dict[str, str | Words | None] = {
    "area": _area,
    "focus": "it is made more for that spot",
    "purpose": "it is made for fewer uses, yours among them",
    "breadth": "more of the body can rest on it",
    "kind": "it matches more of what you want it for",
    "trigger": "it suits the situation you named",
    "position": _position,
    "firmness": _firmness,
    "gentle": "it stays milder",
    "control": "its pressure is easier to ease off",
    "experience": _experience,
    "carry": "it is easier to carry",
    "pocket": "it is smaller to carry",
    "travel": "it is easier to take along",
    "discretion": "others notice it less",
    "hands_free": "it leaves your hands free",
    "grip": "it needs less grip",
    "ease": "it takes less practice",
    "self_reach": "it is easier to bring to your own back",
    "calm": "it is better for resting with",
    "coverage": "its one surface meets several areas",
    "suited": None,
    "flat": "it is used lying flat less",
    "floor": "it is used on the floor less",
    "child": "its size suits a child better",
    "price": "it costs less",
    "evidence": None,
    "plain": "it contains none of the materials that some people react to",
    "cautions": "fewer cautions apply to it",
}
"""The end of the sentence for each feature; None where the comparison would say more than is known."""
