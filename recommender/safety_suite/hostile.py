"""Scorers that do everything a scorer must not do. None of them may bring anything unsafe into a list."""

from collections.abc import Callable

import numpy as np

from recommender.bits import Floats
from recommender.scorers import ITEM, PARTS
from recommender.seen import Seen

_ITEM = PARTS.index(ITEM)


class Hostile:
    """A scorer with one bad habit. `unsafe` are the SKUs that the visitor of the moment must not be shown."""

    def __init__(self, habit: str) -> None:
        self.habit = habit
        self.unsafe: frozenset[str] = frozenset()

    def score(self, seen: Seen) -> Floats:
        """Return what the habit says, or raise."""
        scores: Floats = self.explain(seen).sum(axis=1)
        return scores

    def explain(self, seen: Seen) -> Floats:
        """Return all of the score as the product's own."""
        shares = np.zeros((len(seen.rows), len(PARTS)))
        HABITS[self.habit](self, seen, shares)
        return shares[1:] if self.habit == "wrong shape" else shares

    def doubt(self, seen: Seen) -> Floats:
        """Return that nothing is in doubt."""
        return np.zeros((len(seen.rows), len(PARTS)))


def _nan(_: Hostile, seen: Seen, shares: Floats) -> None:
    shares[:] = np.nan


def _nan_here_and_there(_: Hostile, seen: Seen, shares: Floats) -> None:
    shares[::2, _ITEM] = np.nan


def _infinite(_: Hostile, seen: Seen, shares: Floats) -> None:
    shares[:, _ITEM] = np.inf


def _huge(_: Hostile, seen: Seen, shares: Floats) -> None:
    shares[:, _ITEM] = 1.7e308
    shares[:, 0] = 1.7e308


def _all_but_infinite(_: Hostile, seen: Seen, shares: Floats) -> None:
    shares[:, _ITEM] = 1e305


def _all_but_minus_infinite(_: Hostile, seen: Seen, shares: Floats) -> None:
    shares[:, _ITEM] = -1e305


def _wants_the_unsafe(scorer: Hostile, seen: Seen, shares: Floats) -> None:
    wanted = [1e6 if seen.all_skus[row] in scorer.unsafe else -1e6 for row in seen.rows.tolist()]
    shares[:, _ITEM] = wanted


def _loves_cautions(_: Hostile, seen: Seen, shares: Floats) -> None:
    features = seen.matrix()
    shares[:, : features.shape[1]] = -1e6 * features


def _swaps_rows(scorer: Hostile, seen: Seen, shares: Floats) -> None:
    """Writes the rows of unsafe products over those it was asked about."""
    unsafe = [row for row, sku in enumerate(seen.all_skus) if sku in scorer.unsafe]
    if unsafe and len(seen.rows):
        seen.rows.flags.writeable = True
        seen.rows[:] = np.resize(np.array(unsafe, dtype=seen.rows.dtype), len(seen.rows))


def _overwrites(_: Hostile, seen: Seen, shares: Floats) -> None:
    seen.matrix()[:] = 7.0
    seen.rows[:] = 0


def _raises(_: Hostile, seen: Seen, shares: Floats) -> None:
    raise RuntimeError("no model today")


def _out_of_memory(_: Hostile, seen: Seen, shares: Floats) -> None:
    raise MemoryError


def _endless(_: Hostile, seen: Seen, shares: Floats) -> None:
    _endless(_, seen, shares)


def _wrong_shape(_: Hostile, seen: Seen, shares: Floats) -> None:
    shares[:] = 1.0


Habit = Callable[[Hostile, Seen, Floats], None]
HABITS: dict[str, Habit] = {
    "nan": _nan,
    "nan here and there": _nan_here_and_there,
    "infinite": _infinite,
    "huge": _huge,
    "all but infinite": _all_but_infinite,
    "all but minus infinite": _all_but_minus_infinite,
    "wants exactly the unsafe": _wants_the_unsafe,
    "loves cautions": _loves_cautions,
    "swaps rows for unsafe ones": _swaps_rows,
    "overwrites what it is given": _overwrites,
    "raises": _raises,
    "out of memory": _out_of_memory,
    "calls itself without end": _endless,
    "wrong shape": _wrong_shape,
}
