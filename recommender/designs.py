"""Which products are one design: alike in everything that a wish is compared with, but for what each has of its own.

What a wish finds in a design is worked out once for all its products. Of its own a product has its price, what
bars it and its cautions, and every trait with so many different values (a length, say) that hardly two share one.
"""

from typing import NamedTuple

import numpy as np

from recommender.bits import Bools, Floats
from recommender.catalogue import Catalogue, Ints, only
from recommender.memory import Memory
from recommender.traits import TRAITS

MANY_VALUES = 64
FEW = 200
"""Up to this many products each is its own design: looking for equal ones would cost more than it saves."""
REMEMBERED = 8
_PRICE = TRAITS.index("price")


class Designs(NamedTuple):
    """`number`: (items,) each product's design; `one_each`: the arrays of one product a design, in that order.

    `own_traits`: (traits,) marks those that differ among the products of a design; `one_each` says nothing of them,
    nor of price, stock, bars and cautions.
    """

    source: Catalogue
    number: Ints
    one_each: Catalogue
    own_traits: Bools


_memory: Memory[Designs] = Memory(REMEMBERED)


def designs_of(catalogue: Catalogue) -> Designs:
    """Return the designs; remembered for the last few catalogues, and taken over where only stock or price changed."""
    known = _memory.known
    for each in known:
        if each.source.areas is catalogue.areas:  # the array that a catalogue with other stock or prices takes over
            return each
    found = _designs(catalogue)
    _memory.add(found)
    return found


def _designs(catalogue: Catalogue) -> Designs:
    if len(catalogue.items) <= FEW:
        own_traits = np.arange(len(TRAITS)) == _PRICE
        return Designs(catalogue, np.arange(len(catalogue.items)), catalogue, own_traits)
    own_traits = np.array([len(np.unique(row)) > MANY_VALUES for row in catalogue.traits], dtype=np.bool_)
    own_traits[_PRICE] = True
    facts = _facts(catalogue, own_traits)
    numbers: dict[bytes, int] = {}
    number = np.array([numbers.setdefault(fact.tobytes(), len(numbers)) for fact in facts], dtype=np.intp)
    first = np.unique(number, return_index=True)[1]
    number.flags.writeable = False
    return Designs(catalogue, number, only(catalogue, first), own_traits)


def _facts(catalogue: Catalogue, own_traits: Bools) -> Floats:
    """Return (items, facts): all that a wish reads of a product beside what each has of its own."""
    codes = (catalogue.areas, catalogue.near, catalogue.kinds, catalogue.related_kinds, catalogue.positions)
    numbers = (catalogue.area_count, catalogue.kind_count, catalogue.discretion, catalogue.is_worn)
    rows = [*codes, *numbers, catalogue.child_size, *catalogue.traits[~own_traits], *catalogue.suited]
    return np.array(rows, dtype=np.float64).T.copy()  # whole numbers stay exact: no list has 53 codes
