"""The facts of products in groups that each have few different values, even where no two products are alike.

What a wish makes of a group is worked out once a value and looked up for every product, and a score is a sum of a few
such numbers. A wish meets the places that a product reaches and the uses it has; the traits stand together as far as
their values are few. Of its own a product keeps its price, what bars it and its cautions, and every trait with so many
different values (a length, say) that hardly two products share one.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from recommender.bits import Floats
from recommender.catalogue import Catalogue, Ints
from recommender.memory import Memory
from recommender.traits import TRAITS

MANY_VALUES = 64
FEW = 200
"""Up to this many products each is its own value: looking for equal ones would cost more than it saves."""
SHARE = 32
SMALL = 2_048
"""A group of traits has as many different values as a 32nd of the products, or this many, at most: working them out
must stay cheaper than looking one more group up."""
MOST_MARKS = 1 << 18
REMEMBERED = 8
_PRICE = TRAITS.index("price")


class Group(NamedTuple):
    """`number`: (items,) which value each has; `first`: (values,) the place of one that has it."""

    number: Ints
    first: Ints


class TraitGroup(NamedTuple):
    """`traits`: rows of TRAITS; `number`: (items,) which value each product has; `values`: (traits, values)."""

    traits: list[int]
    number: Ints
    values: Floats


class FactGroups(NamedTuple):
    """`places` holds what `matching.reach_of` reads, `uses` what `matching.service_of` does, and `both` tells apart
    whatever one of them does; where its values are few, so does the first of `traits`, with the same `number`.
    `own_traits` are in no group. `few`: so many values a group may have to be worked out value by value.
    """

    source: Catalogue
    few: int
    places: Group
    uses: Group
    both: Group
    traits: tuple[TraitGroup, ...]
    own_traits: frozenset[int]


_memory: Memory[FactGroups] = Memory(REMEMBERED)


def fact_groups(catalogue: Catalogue) -> FactGroups:
    """Return the groups; remembered for the last few catalogues, and taken over where only stock or price changed."""
    for each in _memory.known:
        if each.source.areas is catalogue.areas:  # the array that a catalogue with other stock or prices takes over
            return each
    found = _each_alone(catalogue) if len(catalogue.items) <= FEW else _grouped(catalogue)
    for array in (found.places.number, found.uses.number, found.both.number, *(group.number for group in found.traits)):
        array.flags.writeable = False
    _memory.add(found)
    return found


def joint(columns: Sequence[npt.NDArray[Any]], *, most_marks: int = MOST_MARKS) -> Group:
    """Return the different combinations that the columns come in. columns: (items,) small whole numbers from 0 on.

    Each combination that could be has a mark, as long as that is no more than `most_marks`; then they are sorted.
    """
    code, size = columns[0], 1 + int(columns[0].max(initial=0))
    for column in columns[1:]:
        width = 1 + int(column.max(initial=0))
        code, size = code * width + column, size * width
    code = code.astype(np.intp)
    if size > most_marks:
        _, first, number = np.unique(code, return_index=True, return_inverse=True)
        return Group(number, first)
    marks = np.full(size, -1, dtype=np.intp)
    marks[code] = np.arange(len(code))
    present = (marks >= 0).nonzero()[0]
    first = marks[present]
    marks[present] = np.arange(len(present))
    return Group(marks.take(code), first)


def _each_alone(catalogue: Catalogue) -> FactGroups:
    alone = Group(np.arange(len(catalogue.items)), np.arange(len(catalogue.items)))
    shared = [trait for trait in range(len(TRAITS)) if trait != _PRICE]
    traits = TraitGroup(shared, alone.number, catalogue.traits[shared])
    return FactGroups(catalogue, FEW, alone, alone, alone, (traits,), frozenset({_PRICE}))


def _grouped(catalogue: Catalogue) -> FactGroups:
    ranks = [_ranks(row) for row in catalogue.traits]
    own = frozenset(trait for trait, rank in enumerate(ranks) if trait == _PRICE or rank.max() >= MANY_VALUES)
    shared = {trait: rank for trait, rank in enumerate(ranks) if trait not in own}
    few = max(len(catalogue.items) // SHARE, SMALL)
    places = _group([catalogue.areas, catalogue.near, catalogue.area_count, catalogue.is_worn])
    uses = _group([catalogue.kinds, catalogue.related_kinds, catalogue.kind_count, *catalogue.suited])
    both = joint([places.number, uses.number])
    packed = _first_fit(shared, few, both)
    traits = tuple(
        TraitGroup(traits, group.number, catalogue.traits[traits].take(group.first, axis=1))
        for traits, group in packed
        if traits
    )
    return FactGroups(catalogue, few, places, uses, packed[0][1], traits, own)


def _first_fit(ranks: dict[int, Ints], few: int, both: Group) -> list[tuple[list[int], Group]]:
    """Put each trait into the first group whose values stay few; the first of all is `both`, where there is room."""
    groups: list[tuple[list[int], Group]] = [([], both)]
    for trait, rank in ranks.items():
        for place, (traits, group) in enumerate(groups):
            if len(group.first) <= few and len((more := joint([group.number, rank])).first) <= few:
                groups[place] = ([*traits, trait], more)
                break
        else:
            groups.append(([trait], joint([rank])))
    return groups


def _group(columns: Sequence[npt.NDArray[Any]]) -> Group:
    number = reduce(lambda so_far, ranks: joint([so_far, ranks]).number, map(_ranks, columns))
    return joint([number])


def _ranks(values: npt.NDArray[Any]) -> Ints:
    """Return (items,): the place of each value among the different ones; NaN equals NaN."""
    ranks: Ints = np.unique(values, return_inverse=True)[1]
    return ranks
