"""What a scorer is given: some products as one visitor's answers see them, as features that it may weigh.

The features of a large catalogue are never laid out as a matrix. What is the same for all products of a design is
weighed once a design (`designs`), the answers being folded into it; the few features in which the products of a
design differ are added one by one.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from recommender.bits import Floats
from recommender.catalogue import Catalogue, Ints
from recommender.designs import Designs
from recommender.features import FEATURES, Asked, asked_traits, caution_count, feature_matrix
from recommender.wish import Wish

BLOCK = 2_048
KEPT = 4 * BLOCK
"""The features of up to so many designs are kept between two uses; those of more are cheaper made again."""
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
        self._at = place.take(number)
        self._wish, self._designs, self._present, self._asked = wish, designs.one_each, present, asked_traits(wish)
        own = [each for each in self._asked if designs.own_traits[each[1]]]
        self._own = _own_features(wish, catalogue, rows, own)
        self._few = self._in_blocks(lambda block: block) if len(present) <= KEPT else None

    def _shared(self, present: Ints) -> Floats:
        """Return (designs, features) for these designs, 0 in the features that are a product's own."""
        features = feature_matrix(self._wish, self._designs, present, self._asked)
        features[:, [feature for feature, _ in self._own]] = 0.0
        return features

    def _in_blocks(self, work: Callable[[Floats], Floats]) -> Floats:
        """Return (designs, columns): `work` done with the features of some designs at a time, all in the cache."""
        starts = range(0, max(len(self._present), 1), BLOCK)
        done = [work(self._shared(self._present[start : start + BLOCK])) for start in starts]
        return done[0] if len(done) == 1 else np.concatenate(done)

    def _of(self, at: Ints) -> Floats:
        """Return (places, features) of the designs in these places of `_present`, without what is a product's own."""
        return self._shared(self._present[at]) if self._few is None else self._few[at]

    def matrix(self) -> Floats:
        """Return (rows, features)."""
        features = self._of(self._at)
        for feature, values in self._own:
            features[:, feature] = values
        return features

    def weighed(self, weights: Floats) -> Floats:
        """Return (k, rows)."""
        by_design = (self._in_blocks(lambda block: block @ weights.T) if self._few is None else self._few @ weights.T).T
        found: Floats = by_design.take(self._at, axis=1)
        for feature, values in self._own:
            for line, weight in zip(found, weights[:, feature].tolist(), strict=True):
                if weight:
                    np.add(line, weight * values, out=line)
        return found

    def only(self, places: Ints) -> Plain:
        """Return the products in these places of `rows`."""
        features = self._of(self._at[places])
        for feature, values in self._own:
            features[:, feature] = values[places]
        return Plain(features, self.all_skus, self.rows[places])


def _own_features(wish: Wish, catalogue: Catalogue, rows: Ints, asked: list[Asked]) -> list[tuple[int, Floats]]:
    """Return the features in which products of one design differ, (rows,) values each."""
    own = [(feature, catalogue.traits[trait].take(rows) * weight) for feature, trait, weight in asked]
    if wish.health:
        own.append((_CAUTIONS, caution_count(wish, catalogue.cautions.take(rows))))
    return own
