"""Keeps near-duplicates from crowding the list."""

import numpy as np

from recommender.bits import Floats
from recommender.catalogue import Catalogue, Ints

SAME_TYPE = 0.15
NEAR_DUPLICATE = 0.45
NEAR_PRESSURE = 1
NEAR_AREAS = 0.8


class Crowd:
    """Some products that may stand in one list, (rows,) each, and what they take from each other."""

    def __init__(self, catalogue: Catalogue, rows: Ints) -> None:
        self._areas, self._twins = catalogue.areas.take(rows), catalogue.twin_number.take(rows)
        self._low, self._high = catalogue.pressure_min.take(rows), catalogue.pressure_max.take(rows)

    def lost(self, chosen: int, places: Ints) -> Floats:
        """Return (places,): what each of these, all of one type, loses in grades once `chosen` is in the list.

        What differs in colour or price at most, `chosen` itself included, loses all: infinity.
        """
        areas, mine = self._areas[places], self._areas[chosen]
        alike = np.bitwise_count(areas & mine) >= NEAR_AREAS * np.bitwise_count(areas | mine)
        gap = np.abs(self._low[places] - self._low[chosen]) + np.abs(self._high[places] - self._high[chosen])
        lost = np.where(alike & ~(gap > NEAR_PRESSURE), NEAR_DUPLICATE, SAME_TYPE)  # an unknown pressure is near
        lost[self._twins[places] == self._twins[chosen]] = np.inf
        return lost
