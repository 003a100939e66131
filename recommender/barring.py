"""The safety rules for a whole catalogue at once, worked out by asking the gate itself.

A product's bits name the codes that bar it: each code is put to the gate alone, once a product. For one visitor
the products are out that share a bit with the answers. That is the same as asking the gate about every product,
because each of its rules holds as soon as one code meets it. So there is no second copy of a rule: what fails
closed in `safety` does so here, a product nobody may be shown has the bit that every visitor has, and one with
a missing or unreadable safety field has them all.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recommender.bits import Bits, CodeBits
from recommender.safety import ALLERGY_CODES, HEALTH_CODES, Gate
from recommender.types import Answers, Codes, Item

EVERYBODY = "for everybody"
_NONE: Codes = frozenset()


def _alone(*, health: Codes = _NONE, allergies: Codes = _NONE) -> Gate:
    return Gate(Answers(red_flags=_NONE, health=health, allergies=allergies))


_GATES = (
    (EVERYBODY, _alone()),
    *((f"health {code}", _alone(health=frozenset({code}))) for code in sorted(HEALTH_CODES)),
    *((f"allergies {code}", _alone(allergies=frozenset({code}))) for code in sorted(ALLERGY_CODES)),
)
_BITS = CodeBits([name for name, _ in _GATES])


class Barring(NamedTuple):
    """(items,) each. `bits`: what bars the product. Products of one `group` get the same verdict from any gate."""

    bits: Bits
    group: Bits


def safety_facts(item: Item) -> tuple[object, ...]:
    """Return everything of a product that safety reads: products with equal facts get equal verdicts."""
    facts = (item.type, item.contraindications, item.cautions, item.allergens, item.registration_number)
    return (*facts, type(item.powered), item.powered, type(item.heat), item.heat)  # to Python 1 equals True


def barring(items: Sequence[Item]) -> Barring:
    """Return what bars each product, in the order of `items`."""
    found: dict[tuple[object, ...], tuple[int, int]] = {}
    rows = []
    for item in items:
        facts = safety_facts(item)
        if facts not in found:
            barred = _BITS.mask(name for name, gate in _GATES if gate.check(item) is not None)
            found[facts] = (barred, len(found))
        rows.append(found[facts])
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 2)
    return Barring(columns[:, 0].copy(), columns[:, 1].copy())


def answer_bits(gate: Gate) -> int:
    """Return the bits of one visitor's answers: all of a question's after "prefer not to say" or an unknown code."""
    named = [f"health {code}" for code in gate.health] + [f"allergies {code}" for code in gate.allergies]
    return _BITS.mask([EVERYBODY, *named])
