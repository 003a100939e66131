"""Keeps near-duplicates from crowding the list."""

import numpy as np

from recommender.bits import Floats
from recommender.catalogue import Catalogue, Ints

SAME_TYPE = 0.15
NEAR_DUPLICATE = 0.45
NEAR_PRESSURE = 1
NEAR_AREAS = 0.8


class Crowd:
    """Some products that may stand in one list, (rows,) each, and what they take from each other.

    `types`: products of different types take nothing.
    """

    def __init__(self, catalogue: Catalogue, rows: Ints) -> None:
        self.types = catalogue.type_number.take(rows)
        self._areas, self._twins = catalogue.areas.take(rows), catalogue.twin_number.take(rows)
        self._low, self._high = catalogue.pressure_min.take(rows), catalogue.pressure_max.take(rows)

    def lost(self, chosen: Ints, others: Ints) -> Floats:
        """Return (pairs,): what each of the others, of the same type, loses in grades once its chosen one is listed.

        What differs in colour or price at most, the chosen one itself included, loses all: infinity.
        """
        areas, mine = self._areas.take(others), self._areas.take(chosen)
        alike = np.bitwise_count(areas & mine) >= NEAR_AREAS * np.bitwise_count(areas | mine)
        gap = np.abs(self._low.take(others) - self._low.take(chosen))
        gap += np.abs(self._high.take(others) - self._high.take(chosen))
        lost = np.where(alike & ~(gap > NEAR_PRESSURE), NEAR_DUPLICATE, SAME_TYPE)  # an unknown pressure is near
        lost[self._twins.take(others) == self._twins.take(chosen)] = np.inf
        return lost
