"""What was learned, as plain numbers: all that serving needs, in numpy alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from recommender.bits import Floats

Rows = npt.NDArray[np.intp]
Names = npt.NDArray[np.str_]
UNSEEN = -1
SAFE = 600.0
"""The exponential of this is still a number, with some room."""


def log_sigmoid(x: Floats) -> Floats:
    """Return log(1 / (1 + exp(-x))) without overflow."""
    value: Floats = -np.logaddexp(0.0, -x)
    return value


def log_chance(against: Floats) -> Floats:
    """Return the sum over stages of the log sigmoid, with one logarithm a product where nothing can overflow.

    against: (stages, ...), the linear predictors with their signs turned, which are overwritten.
    """
    if against.size and not against.max() <= SAFE / len(against):  # nor where one is no number
        sums: Floats = log_sigmoid(-against).sum(axis=0)
        return sums
    np.exp(against, out=against)
    against += 1.0
    product = against.prod(axis=0)
    logs: Floats = np.negative(np.log(product, out=product), out=product)
    return logs


@dataclass(frozen=True)
class Posterior:
    """One logistic regression a stage: probability = sigmoid(intercept + features @ mean + item effect).

    mean: (stages, p); covariance: (stages, p, p) of those weights; intercept: (stages,).
    items: sorted names; item_mean, item_sd: (stages, items). An item that was never seen has effect unseen_mean (0
    unless somebody hopes) with sd unseen_sd: (stages,). position_weight: (places,), the chance that a place is looked
    at, 1 for the first.
    """

    stages: tuple[str, ...]
    columns: tuple[str, ...]
    mean: Floats
    covariance: Floats
    intercept: Floats
    items: tuple[str, ...]
    item_mean: Floats
    item_sd: Floats
    unseen_sd: Floats
    position_weight: Floats
    unseen_mean: Floats | None = None

    def __post_init__(self) -> None:
        stages, p, m = len(self.stages), len(self.columns), len(self.items)
        wanted = {
            "mean": (stages, p),
            "covariance": (stages, p, p),
            "intercept": (stages,),
            "item_mean": (stages, m),
            "item_sd": (stages, m),
            "unseen_sd": (stages,),
        }
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} must be {shape}, not {getattr(self, name).shape}")
        for name in (*wanted, "position_weight"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} must be finite")
        if list(self.items) != sorted(set(self.items)):
            raise ValueError("items must be sorted, each once")

    @cached_property
    def _names(self) -> Names:
        return np.array(self.items, dtype=np.str_)

    @cached_property
    def effects(self) -> Floats:
        """(stages, items + 1): the effect of each item, the last that of one never seen (UNSEEN reads it)."""
        unseen = np.zeros(len(self.stages)) if self.unseen_mean is None else self.unseen_mean
        return np.column_stack([self.item_mean, unseen])

    def item_rows(self, items: Names) -> Rows:
        """Return (n,): each item's place in `self.items`, UNSEEN for one that was never shown."""
        wanted = np.asarray(items, dtype=np.str_)
        if not self.items:
            return np.full(len(wanted), UNSEEN, dtype=np.intp)
        place = np.minimum(np.searchsorted(self._names, wanted), len(self.items) - 1)
        found: Rows = np.where(self._names[place] == wanted, place, UNSEEN)
        return found

    def linear(self, features: Floats, items: Names) -> Floats:
        """Return (stages, n): the linear predictor of every stage. features: (n, p); items: (n,) names."""
        eta: Floats = self.mean @ features.T
        eta += self.effects[:, self.item_rows(items)]
        eta += self.intercept[:, None]
        return eta

    def log_value(self, features: Floats, items: Names) -> Floats:
        """Return (n,): the log of `value`."""
        logs: Floats = log_sigmoid(self.linear(features, items)).sum(axis=0)
        return logs

    def value(self, features: Floats, items: Names) -> Floats:
        """Return (n,): the probability of passing every stage once looked at, the product of the stages'."""
        product: Floats = np.exp(self.log_value(features, items))
        return product

    def linear_sd(self, features: Floats, items: Names) -> Floats:
        """Return (stages, n): the posterior sd of `linear`, the level of the stage aside."""
        rows = self.item_rows(items)
        own = np.hstack([self.item_sd, self.unseen_sd[:, None]])[:, rows]
        shared = np.einsum("np,spq,nq->sn", features, self.covariance, features, optimize=True)
        spread: Floats = np.sqrt(np.maximum(shared, 0.0) + own**2)
        return spread

    def places_of(self, columns: Sequence[str]) -> list[int]:
        """Return where each of these columns stands in the model's. Raises ValueError unless they are the very same."""
        if sorted(columns) != sorted(self.columns):
            raise ValueError("the model was trained on other features")
        return [self.columns.index(name) for name in columns]

    def ordered(self, columns: Sequence[str]) -> Self:
        """Return the same model with its columns in this order. Raises ValueError unless they are the very same."""
        if tuple(columns) == self.columns:
            return self
        order = self.places_of(columns)
        covariance = self.covariance[:, order][:, :, order]
        return replace(self, columns=tuple(columns), mean=self.mean[:, order], covariance=covariance)

    def hopeful(self, by: float) -> Self:
        """Return a posterior that takes each item to be `by` of its sd better than its mean: optimism finds out.

        Of items never seen all are taken to be as much better. Source: upper confidence bounds (Li, Chu and others,
        2010).
        """
        if by == 0.0:
            return self
        unseen = self.effects[:, UNSEEN] + by * self.unseen_sd
        return replace(self, item_mean=self.item_mean + by * self.item_sd, unseen_mean=unseen)

    @cached_property
    def roots(self) -> Floats:
        """(stages, p, p): the symmetric root of each covariance."""
        values, vectors = np.linalg.eigh(self.covariance)
        scaled = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
        roots: Floats = scaled @ vectors.transpose(0, 2, 1)
        return roots

    def draw(self, rng: np.random.Generator, scale: float) -> Self:
        """Return a posterior whose means are one draw, its distance from the mean times `scale`; 0 gives the mean.

        All stages use the same normal numbers: what makes an item better at one stage mostly does at the others.
        Source: Thompson sampling, shrunk (Chapelle and Li, 2011).
        """
        if scale == 0.0:
            return self
        shared, own = rng.standard_normal(len(self.columns)), rng.standard_normal(len(self.items))
        return replace(
            self, mean=self.mean + scale * (self.roots @ shared), item_mean=self.item_mean + scale * self.item_sd * own
        )
