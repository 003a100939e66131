"""Why not this product: one reason for everything that is not in the list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import overload

import numpy as np
import numpy.typing as npt

from recommender.barring import answer_bits
from recommender.bits import has
from recommender.candidates import Candidates
from recommender.catalogue import Catalogue, Ints
from recommender.fit import NONE, Levels, needs_floor, too_small
from recommender.safety import Gate
from recommender.types import Exclusion, ExclusionKind
from recommender.wish import Wish

Reasons = npt.NDArray[np.int8]


class Why(IntEnum):
    """Why a product is not in the list; the smallest that holds is said. The gate words the first one itself."""

    IN_THE_LIST = 0
    SAFETY = 1
    NO_REACH = 2
    FLOOR_ONLY = 3
    CHILD_SIZE = 4
    SOLD_OUT = 5
    OVER_BUDGET = 6
    NEXT_TO_IT = 7
    WEAK_FIT = 8
    TWIN = 9
    LOWER = 10


SAID = {
    Why.NO_REACH: (ExclusionKind.NO_FIT, "Not for the places or the use you named."),
    Why.FLOOR_ONLY: (ExclusionKind.NO_FIT, "Used on the floor, which is hard for you."),
    Why.CHILD_SIZE: (ExclusionKind.NO_FIT, "Made in a child's size."),
    Why.SOLD_OUT: (ExclusionKind.SOLD_OUT, "Sold out at the moment."),
    Why.OVER_BUDGET: (ExclusionKind.OVER_BUDGET, "Costs more than the most you want to spend."),
    Why.NEXT_TO_IT: (ExclusionKind.NO_FIT, "Made for a place next to the one you named."),
    Why.WEAK_FIT: (ExclusionKind.NO_FIT, "Fits what you told us much less well than the others."),
    Why.TWIN: (ExclusionKind.NEAR_DUPLICATE, "The same but for colour or price as one in the list."),
    Why.LOWER: (ExclusionKind.LOWER_RANKED, "Fits too, but others fit better."),
}

NOTHING_BARRED: Mapping[int, Why] = {}
_SAID: dict[int, tuple[ExclusionKind, str]] = {int(why): said for why, said in SAID.items()}


def why_not(gate: Gate, wish: Wish, catalogue: Catalogue, levels: Levels) -> Reasons:
    """Return (items,): why each product cannot be in the list, as numbers of Why; 0 for those that can."""
    limit = wish.answers.max_budget_minor
    checks = (
        (None if limit is None else catalogue.price > limit, Why.OVER_BUDGET),
        (~catalogue.available, Why.SOLD_OUT),
        (too_small(wish, catalogue), Why.CHILD_SIZE),
        (needs_floor(wish, catalogue), Why.FLOOR_ONLY),
        (levels == NONE, Why.NO_REACH),
        (has(catalogue.bars, answer_bits(gate)), Why.SAFETY),
    )
    found = np.zeros(len(catalogue.items), dtype=np.int8)
    for holds, why in checks:  # a later check overwrites an earlier one
        if holds is not None:
            found[holds] = why
    return found


def last_look(candidates: Candidates, row: int) -> Why:
    """Return why a product must not stay in the finished list, by the product itself: no array has a say in it."""
    item, limit = candidates.catalogue.items[row], candidates.wish.answers.max_budget_minor
    if candidates.gate.check(item) is not None:
        return Why.SAFETY
    if not item.available:
        return Why.SOLD_OUT
    return Why.IN_THE_LIST if limit is None or item.price_minor <= limit else Why.OVER_BUDGET


def why_left_out(candidates: Candidates, shown: Sequence[int], barred: Mapping[int, Why] = NOTHING_BARRED) -> Reasons:
    """Return (items,): why each product is not in the list, 0 for those that are: the products in the rows `shown`.

    `barred` are the rows that the last look took out of the finished list.
    """
    catalogue, rows, strong = candidates.catalogue, candidates.rows, candidates.is_strong
    found = why_not(candidates.gate, candidates.wish, catalogue, candidates.levels)
    found[rows] = np.where(candidates.is_near, Why.NEXT_TO_IT, np.where(strong, Why.LOWER, Why.WEAK_FIT))
    rivals = rows[strong]
    found[rivals[np.isin(catalogue.twin_number[rivals], catalogue.twin_number[shown])]] = Why.TWIN
    for row, why in barred.items():
        found[row] = why
    found[np.array(shown, dtype=np.intp)] = Why.IN_THE_LIST  # an empty tuple would mean every product
    return found


@dataclass(frozen=True, slots=True)
class LeftOutTogether:
    """Products left out for one reason in the same words: how many, and the first few in the catalogue's order."""

    kind: ExclusionKind
    sentence: str
    count: int
    skus: tuple[str, ...]


class Exclusions(Sequence[Exclusion]):
    """Everything left out, in the catalogue's order: a tuple that is worked out when it is read.

    Equal to every sequence of the same exclusions. `together` gives a summary without going through them all.
    """

    def __init__(self, candidates: Candidates, shown: Sequence[int], barred: Mapping[int, Why]) -> None:
        self._gate, self._catalogue = candidates.gate, candidates.catalogue
        self._candidates, self._shown, self._barred = candidates, shown, barred

    @cached_property
    def _all_why(self) -> Reasons:
        return why_left_out(self._candidates, self._shown, self._barred)

    @cached_property
    def _rows(self) -> Ints:
        return np.flatnonzero(self._all_why)

    @cached_property
    def _why(self) -> Reasons:
        return self._all_why[self._rows]

    def __len__(self) -> int:
        return len(self._catalogue.items) - len(self._shown)

    @overload
    def __getitem__(self, place: int) -> Exclusion: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Exclusion, ...]: ...
    def __getitem__(self, place: int | slice) -> Exclusion | tuple[Exclusion, ...]:
        if isinstance(place, slice):
            return tuple(self[each] for each in range(*place.indices(len(self))))
        return self._exclusion(int(self._rows[place]), int(self._why[place]))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence) and not isinstance(other, str | bytes):
            return len(self) == len(other) and all(one == another for one, another in zip(self, other, strict=True))
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __iter__(self) -> Iterator[Exclusion]:
        for row, why in zip(self._rows.tolist(), self._why.tolist(), strict=True):
            yield self._exclusion(row, why)

    def together(self, *, named: int) -> tuple[LeftOutTogether, ...]:
        """Return the products by reason and sentence, at most `named` SKUs each; the largest group first."""
        rows_of = self._barred_rows()
        for why, said in SAID.items():
            rows = self._rows[self._why == why]
            if len(rows):
                rows_of[said] = rows
        items = self._catalogue.items
        found = [
            LeftOutTogether(kind, sentence, len(rows), tuple(items[row].sku for row in rows[:named].tolist()))
            for (kind, sentence), rows in rows_of.items()
        ]
        return tuple(sorted(found, key=lambda group: (-group.count, group.sentence)))

    def _barred_rows(self) -> dict[tuple[ExclusionKind, str], Ints]:
        """The rows safety leaves out, by what the gate says: it is asked once about products with equal facts."""
        rows = self._rows[self._why == Why.SAFETY]
        _, first, group = np.unique(self._catalogue.safety_group[rows], return_index=True, return_inverse=True)
        numbers: dict[tuple[ExclusionKind, str], int] = {}
        said = []
        for row in rows[first].tolist():
            barred = self._exclusion(row, Why.SAFETY)
            said.append(numbers.setdefault((barred.kind, barred.sentence), len(numbers)))
        number = np.array(said, dtype=np.intp)[group]
        return {words: rows[number == place] for words, place in numbers.items()}

    def _exclusion(self, row: int, why: int) -> Exclusion:
        item = self._catalogue.items[row]
        if why == Why.SAFETY:
            barred = self._gate.check(item)
            if barred is None:
                raise AssertionError("the gate lets through what its own bits bar")
            return barred
        kind, sentence = _SAID[why]
        return Exclusion(item.sku, kind, (), sentence)
