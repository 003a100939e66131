"""All that training needs of a log, as sums: cells of equal rows with counts, which add up over partitions.

Features and grades are rounded to 1/64, so that every sum is exact: one partition and a hundred give the same cells
to the last bit, in the same order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from recommender.bits import Bools, Floats
from recommender.learning.columns import STAGES

STEPS = 64
"""Features and grades are whole numbers of 1/STEPS."""
LARGEST = 500.0
"""The largest feature that is read; anything beyond is a mistake in the log."""

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int16]
Names = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Trials:
    """One shown candidate a line, for any funnel.

    features: (n, p); items: (n,) names; positions: (n,) from 1; days: (n,) ordinal days.
    tried: (n, stages), whether the stage's question was answered; won: (n, stages), the answer from 0 to 1.
    """

    stages: tuple[str, ...]
    features: Floats
    items: Names
    positions: Ints
    days: Ints
    tried: Bools
    won: Floats


@dataclass(frozen=True)
class Rows:
    """One shown candidate of the shop's log a line.

    features: (n, p); items: (n,) names; positions: (n,) from 1; days: (n,) ordinal days; opened, bought: (n,);
    outcome_known: (n,), bought and followed up; helped: (n,), kept and helpful, read only where outcome_known.
    """

    features: Floats
    items: Names
    positions: Ints
    days: Ints
    opened: Bools
    bought: Bools
    outcome_known: Bools
    helped: Bools

    def trials(self) -> Trials:
        """Return the three questions: opened of all, bought of the opened, helped of the bought and followed up."""
        opened, bought = self.opened.astype(bool), self.bought.astype(bool)
        tried = np.column_stack([np.ones(len(opened), bool), opened, opened & bought & self.outcome_known.astype(bool)])
        won = np.column_stack([opened, bought, self.helped]).astype(np.float64)
        return Trials(STAGES, self.features, self.items, self.positions, self.days, tried, won)


@dataclass(frozen=True)
class SufficientStatistics:
    """Distinct (features, item, position, day) with counts; add them up with `merge`.

    codes: (cells, p), features in 1/64; item: (cells,) places in `items`, which is sorted; position, day: (cells,).
    tried, won, squared: (cells, stages), how many were asked, the sum of their answers and of their squares.
    """

    stages: tuple[str, ...]
    items: tuple[str, ...]
    codes: Codes
    item: Ints
    position: Ints
    day: Ints
    tried: Floats
    won: Floats
    squared: Floats

    @classmethod
    def from_rows(cls, rows: Rows | Trials) -> Self:
        """Return the cells of these rows. Raises ValueError for values no log can hold."""
        trials = rows.trials() if isinstance(rows, Rows) else rows
        _check(trials)
        items, item = np.unique(np.asarray(trials.items, dtype=np.str_), return_inverse=True)
        won = np.where(trials.tried, np.round(trials.won * STEPS) / STEPS, 0.0)
        return cls._of_cells(
            trials.stages,
            tuple(str(name) for name in items),
            _Keys(
                np.round(trials.features * STEPS).astype(np.int16),
                item.astype(np.int64),
                np.asarray(trials.positions, dtype=np.int64),
                np.asarray(trials.days, dtype=np.int64),
            ),
            np.hstack([trials.tried.astype(np.float64), won, won**2]),
        )

    @classmethod
    def merge_all(cls, parts: Iterable[Self]) -> Self:
        """Return the sum of all parts, in one go. Raises ValueError when they speak of different stages or columns."""
        several = list(parts)
        if not several:
            raise ValueError("there is nothing to merge")
        if len({(part.stages, part.codes.shape[1]) for part in several}) != 1:
            raise ValueError("statistics of different stages or columns cannot be added")
        items = tuple(sorted(set().union(*(part.items for part in several))))
        place = {name: number for number, name in enumerate(items)}
        keys = _Keys(
            np.vstack([part.codes for part in several]),
            np.concatenate([np.array([place[name] for name in part.items], np.int64)[part.item] for part in several]),
            np.concatenate([part.position for part in several]),
            np.concatenate([part.day for part in several]),
        )
        counts = np.vstack([np.hstack([part.tried, part.won, part.squared]) for part in several])
        return cls._of_cells(several[0].stages, items, keys, counts)

    def merge(self, other: Self) -> Self:
        """Return the sum of both; the order does not matter."""
        return type(self).merge_all([self, other])

    @classmethod
    def _of_cells(cls, stages: tuple[str, ...], items: tuple[str, ...], keys: "_Keys", counts: Floats) -> Self:
        """Return the cells in one order, whatever the order of the rows."""
        first, cell = keys.cells()
        sums = np.zeros((len(first), counts.shape[1]))
        np.add.at(sums, cell, counts)
        tried, won, squared = np.split(sums, 3, axis=1)
        return cls(
            stages,
            items,
            keys.codes[first],
            keys.item[first],
            keys.position[first],
            keys.day[first],
            tried,
            won,
            squared,
        )

    @cached_property
    def features(self) -> Floats:
        """(cells, p): the features again as numbers."""
        return self.codes / STEPS

    def count(self) -> dict[str, int]:
        """Return how many answers there are to each stage."""
        return {stage: int(total) for stage, total in zip(self.stages, self.tried.sum(axis=0), strict=True)}

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return plain arrays, one entry a field, none of them of objects."""
        return {
            "stages": np.array(self.stages, dtype=np.str_),
            "items": np.array(self.items, dtype=np.str_),
            "codes": self.codes,
            "item": self.item,
            "position": self.position,
            "day": self.day,
            "tried": self.tried,
            "won": self.won,
            "squared": self.squared,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Return what `to_arrays` wrote. Cells may come in any order, and more than once."""
        return cls._of_cells(
            tuple(str(name) for name in arrays["stages"]),
            tuple(str(name) for name in arrays["items"]),
            _Keys(
                arrays["codes"].astype(np.int16),
                arrays["item"].astype(np.int64),
                arrays["position"].astype(np.int64),
                arrays["day"].astype(np.int64),
            ),
            np.hstack([arrays["tried"], arrays["won"], arrays["squared"]]).astype(np.float64),
        )


@dataclass(frozen=True)
class _Keys:
    """What makes two rows equal, column by column."""

    codes: Codes
    item: Ints
    position: Ints
    day: Ints

    def cells(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return the first row of each cell, cells ordered by day, item, position and features, and each row's cell."""
        if not len(self.item):
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        order = np.column_stack([self.day, self.item, self.position]).astype(">i8")
        whole = np.hstack([order.view(np.uint8), self.codes.astype(">i2").view(np.uint8)])
        lines = np.ascontiguousarray(whole).view(np.dtype((np.void, whole.shape[1]))).ravel()
        _, first, cell = np.unique(lines, return_index=True, return_inverse=True)
        return first, cell


def _check(trials: Trials) -> None:
    n, stages = len(trials.items), len(trials.stages)
    if trials.features.ndim != 2 or len(trials.features) != n:
        raise ValueError("features must be (rows, columns)")
    if trials.tried.shape != (n, stages) or trials.won.shape != (n, stages):
        raise ValueError("tried and won must be (rows, stages)")
    if not len(trials.positions) == len(trials.days) == n:
        raise ValueError("every row needs a position and a day")
    if not (np.abs(trials.features) <= LARGEST).all():
        raise ValueError("a feature is missing or beyond all measure")
    if n and min(trials.positions) < 1:
        raise ValueError("positions count from 1")
    asked = trials.won[trials.tried]
    if not ((asked >= 0) & (asked <= 1)).all():
        raise ValueError("an answer must lie between 0 and 1")
