"""Keeps near-duplicates from crowding the list."""

import numpy as np

from recommender.bits import Floats
from recommender.catalogue import Catalogue, Ints

SAME_TYPE = 0.15
NEAR_DUPLICATE = 0.45
NEAR_PRESSURE = 1
NEAR_AREAS = 0.8


def crowding(catalogue: Catalogue, chosen: int, rows: Ints) -> Floats:
    """Return (rows,): what each of these products, all of one type, loses in grades once `chosen` is in the list.

    What differs in colour or price at most, `chosen` itself included, loses all: infinity.
    """
    areas, mine = catalogue.areas[rows], catalogue.areas[chosen]
    alike = np.bitwise_count(areas & mine) >= NEAR_AREAS * np.bitwise_count(areas | mine)
    low, high = catalogue.pressure_min, catalogue.pressure_max
    gap = np.abs(low[rows] - low[chosen]) + np.abs(high[rows] - high[chosen])
    lost = np.where(alike & ~(gap > NEAR_PRESSURE), NEAR_DUPLICATE, SAME_TYPE)  # an unknown pressure counts as near
    lost[catalogue.twin_number[rows] == catalogue.twin_number[chosen]] = np.inf
    return lost
