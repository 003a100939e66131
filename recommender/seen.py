"""What a scorer is given: some products as one visitor's answers see them, as features that it may weigh.

The features of a large catalogue are never laid out as a matrix to be weighed: what many products share is weighed once
(`fact_groups`), the answers being folded into it, and what is a product's own is added.
"""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple, Protocol

import numpy as np

from recommender.bits import Floats
from recommender.catalogue import Catalogue, Ints
from recommender.fact_groups import FactGroups, TraitGroup
from recommender.features import CAUTIONS, FEATURES, Asked, asked_traits, caution_count, met
from recommender.ways import Ways
from recommender.wish import Wish


class Seen(Protocol):
    """Some products, one a row. Whoever asks gets arrays of their own: writing into them changes nothing here.

    `all_skus` names every product of the catalogue (the same tuple again for the same products), `rows` are the
    places in it of the products that are meant.
    """

    @property
    def all_skus(self) -> Sequence[str]: ...

    @property
    def rows(self) -> Ints: ...

    def matrix(self) -> Floats:
        """Return (rows, features): column j is `FEATURES[j]`."""
        ...

    def weighed(self, weights: Floats) -> Floats:
        """Return (k, rows): what `weights @ matrix().T` is, without the matrix. weights: (k, features)."""
        ...


class Plain:
    """Products whose features are given as a matrix, from a log for example. `rows` default to all of `skus`."""

    def __init__(self, features: Floats, skus: Sequence[str], rows: Ints | None = None) -> None:
        self.all_skus, self.rows = skus, np.arange(len(skus)) if rows is None else rows
        self._features = features

    def matrix(self) -> Floats:
        """Return (rows, features): a copy."""
        return self._features.copy()

    def weighed(self, weights: Floats) -> Floats:
        """Return (k, rows)."""
        found: Floats = weights @ self._features.T
        return found


class Prepared:
    """Products of a prepared catalogue before one wish."""

    def __init__(self, wish: Wish, catalogue: Catalogue, groups: FactGroups, ways: Ways, rows: Ints) -> None:
        self.all_skus, self.rows = catalogue.skus, rows.copy()
        asked = asked_traits(wish)
        shared = [_of_ways(ways), *(_of_traits(group, asked) for group in groups.traits)]
        self._shared = [each.only(rows) for each in _joined(shared)]
        self._own_features, self._own = _own_features(wish, catalogue, groups, asked, rows)

    def matrix(self) -> Floats:
        """Return (rows, features)."""
        return self.only(np.arange(len(self.rows))).matrix()

    def weighed(self, weights: Floats) -> Floats:
        """Return (k, rows)."""
        found: Floats = weights[:, self._own_features] @ self._own
        for features, values, number in self._shared:
            for line, table in zip(found, weights[:, features] @ values, strict=True):
                np.add(line, table.take(number), out=line)
        return found

    def only(self, places: Ints) -> Plain:
        """Return the products in these places of `rows`."""
        by_feature = np.zeros((len(FEATURES), len(places)))
        by_feature[self._own_features] = self._own.take(places, axis=1)
        for features, values, number in self._shared:
            by_feature[features] = values.take(number.take(places), axis=1)
        return Plain(by_feature.T, self.all_skus, self.rows.take(places))


class _Shared(NamedTuple):
    """Features of which many products have the same: (features, values), and (items,) which value each has."""

    features: list[int]
    values: Floats
    number: Ints

    def only(self, rows: Ints) -> "_Shared":
        return self._replace(number=self.number.take(rows))


def _of_ways(ways: Ways) -> _Shared:
    features = met(ways.match)
    values = np.empty((len(features), *ways.shape))
    for line, (_, each) in zip(values, features, strict=True):
        line[...] = each
    return _Shared([place for place, _ in features], values.reshape(len(features), prod(ways.shape)), ways.number)


def _of_traits(group: TraitGroup, asked: Sequence[Asked]) -> _Shared:
    mine = [each for each in asked if each[1] in group.traits]
    places = [group.traits.index(trait) for _, trait, _ in mine]
    values = group.values[places] * np.array([weight for _, _, weight in mine])[:, None]
    return _Shared([feature for feature, _, _ in mine], values, group.number)


def _joined(shared: Sequence[_Shared]) -> list[_Shared]:
    """Return those that number the products alike as one: each is looked up for every product."""
    alike: dict[int, list[_Shared]] = {}
    for each in shared:
        if each.features:
            alike.setdefault(id(each.number), []).append(each)
    return [
        _Shared(
            [feature for each in same for feature in each.features],
            np.concatenate([each.values for each in same]),
            same[0].number,
        )
        for same in alike.values()
    ]


def _own_features(
    wish: Wish, catalogue: Catalogue, groups: FactGroups, asked: Sequence[Asked], rows: Ints
) -> tuple[list[int], Floats]:
    """Return the features in which hardly two products agree, and their (features, rows) values."""
    own = [each for each in asked if each[1] in groups.own_traits]
    features = [feature for feature, _, _ in own] + ([CAUTIONS] if wish.health else [])
    values = np.empty((len(features), len(rows)))
    for line, (_, trait, weight) in zip(values, own, strict=False):
        catalogue.traits[trait].take(rows, out=line, mode="clip")  # no row lies outside; "raise" would use a buffer
        np.multiply(line, weight, out=line)
    if wish.health:
        values[-1] = caution_count(wish, catalogue.cautions.take(rows))
    return features, values
