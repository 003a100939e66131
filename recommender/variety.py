"""Keeps near-duplicates from crowding the list."""

import numpy as np
import numpy.typing as npt

from recommender.catalogue import Bools, Catalogue
from recommender.scorers import Floats

SAME_TYPE = 0.15
NEAR_DUPLICATE = 0.6
NEAR_PRESSURE = 1
NEAR_AREAS = 0.8


def crowding(catalogue: Catalogue, chosen: int) -> Floats:
    """Return (items,): what each product loses, in grades, once `chosen` is in the list."""
    same_type = _same_type(catalogue, chosen)
    near = same_type & (_pressure_gap(catalogue, chosen) <= NEAR_PRESSURE) & _like_areas(catalogue, chosen)
    return np.where(near, NEAR_DUPLICATE, np.where(same_type, SAME_TYPE, 0.0))


def twins(catalogue: Catalogue, chosen: int) -> Bools:
    """Mark what differs from `chosen` in colour or price at most; never `chosen` itself."""
    alike = _same_type(catalogue, chosen) & (_pressure_gap(catalogue, chosen) == 0)
    rows = np.flatnonzero(alike)
    if len(rows) == 1:
        return np.zeros_like(alike)
    same = np.ones(len(rows), dtype=np.bool_)
    for table in (catalogue.areas, catalogue.kinds, catalogue.positions):
        same &= (table[rows] == table[chosen]).all(axis=1)
    for marks in (catalogue.portability, catalogue.dexterity, catalogue.is_whole, catalogue.is_expert):
        same &= marks[rows] == marks[chosen]
    same &= catalogue.child_size[rows] == catalogue.child_size[chosen]
    length = np.nan_to_num(catalogue.length[rows], nan=-1.0)  # unknown lengths are alike
    same &= length == np.nan_to_num(catalogue.length[chosen], nan=-1.0)
    alike[rows] = same
    alike[chosen] = False
    return _marks(alike)


def _same_type(catalogue: Catalogue, chosen: int) -> Bools:
    return _marks(catalogue.type_number == catalogue.type_number[chosen])


def _pressure_gap(catalogue: Catalogue, chosen: int) -> Floats:
    low, high = catalogue.pressure_min, catalogue.pressure_max
    gap = np.abs(low - low[chosen]) + np.abs(high - high[chosen])
    return np.where(np.isnan(gap), 0, gap)


def _like_areas(catalogue: Catalogue, chosen: int) -> Bools:
    shared = catalogue.areas @ catalogue.areas[chosen]
    both = catalogue.areas.sum(axis=1) + catalogue.areas[chosen].sum() - shared
    return _marks(shared >= NEAR_AREAS * both)


def _marks(values: npt.ArrayLike) -> Bools:
    return np.asarray(values, dtype=np.bool_)
