"""What a scorer is given: some products as one visitor's answers see them, as features that it may weigh.

The features of a large catalogue are never laid out as a matrix. What is the same for all products of a design is
weighed once a design (`designs`), the answers being folded into it; the few features in which the products of a
design differ are added one by one.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from recommender.bits import Floats
from recommender.catalogue import Catalogue, Ints
from recommender.designs import Designs
from recommender.features import FEATURES, Asked, asked_traits, caution_count, feature_matrix
from recommender.wish import Wish

BLOCK = 4_096
_CAUTIONS = FEATURES.index("cautions")


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


class Folded:
    """Products of a prepared catalogue before one wish. `number`: (rows,) the design of each."""

    def __init__(self, wish: Wish, catalogue: Catalogue, designs: Designs, rows: Ints) -> None:
        self.number = number = designs.number.take(rows)
        present = np.flatnonzero(np.bincount(number, minlength=len(designs.one_each.items)))
        place = np.empty(len(designs.one_each.items), dtype=np.intp)
        place[present] = np.arange(len(present))
        self.all_skus, self.rows = catalogue.skus, rows.copy()
        self._at = place[number]
        asked = asked_traits(wish)
        self._shared = _in_blocks(wish, designs.one_each, present, asked)
        self._own = _own_features(wish, catalogue, rows, [each for each in asked if designs.own_traits[each[1]]])
        self._shared[:, [feature for feature, _ in self._own]] = 0.0

    def matrix(self) -> Floats:
        """Return (rows, features)."""
        features = self._shared[self._at]
        for feature, values in self._own:
            features[:, feature] = values
        return features

    def weighed(self, weights: Floats) -> Floats:
        """Return (k, rows)."""
        by_design = weights @ self._shared.T
        found: Floats = by_design.take(self._at, axis=1)
        for feature, values in self._own:
            for line, weight in zip(found, weights[:, feature].tolist(), strict=True):
                if weight:
                    np.add(line, weight * values, out=line)
        return found

    def only(self, places: Ints) -> Plain:
        """Return the products in these places of `rows`."""
        features = self._shared[self._at[places]]
        for feature, values in self._own:
            features[:, feature] = values[places]
        return Plain(features, self.all_skus, self.rows[places])


def _in_blocks(wish: Wish, catalogue: Catalogue, rows: Ints, asked: list[Asked]) -> Floats:
    """Return the feature matrix, made of blocks that stay in the processor's cache."""
    if len(rows) <= BLOCK:
        return feature_matrix(wish, catalogue, rows, asked)
    by_feature = np.empty((len(FEATURES), len(rows)))
    for start in range(0, len(rows), BLOCK):
        block = slice(start, start + BLOCK)
        by_feature[:, block] = feature_matrix(wish, catalogue, rows[block], asked).T
    return by_feature.T


def _own_features(wish: Wish, catalogue: Catalogue, rows: Ints, asked: list[Asked]) -> list[tuple[int, Floats]]:
    """Return the features in which products of one design differ, (rows,) values each."""
    own = [(feature, catalogue.traits[trait].take(rows) * weight) for feature, trait, weight in asked]
    if wish.health:
        own.append((_CAUTIONS, caution_count(wish, catalogue.cautions.take(rows))))
    return own
