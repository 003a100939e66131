"""What a world hands to the learner: named columns, the expert's prior on them, and which of them belong together.

The shop has one world, the synthetic one of the bench another; the learner knows neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from recommender.bits import Floats

STAGES = ("opened", "bought", "helped")
"""The shop's funnel. A stage is asked only of rows that passed the one before; the first also depends on the place."""

START_SD = 0.3
"""How far a weight may lie from the expert's before any data has said how far it does (logits)."""
AGREEMENT = 0.5
"""The correlation between stages to start with: what attracts mostly also sells, and what sells mostly helps."""
OWN = 0.05
"""How much of a profile's variance each stage has for itself."""
LEVEL, TRUST, ITEM = "(level)", "(trust)", "(item)"
"""Groups that every world has: the level of each stage, how far the expert's score is believed, the items."""
_LEVEL_SD, _TRUST_SD, _ITEM_SD = 2.0, 0.5, 0.4


@dataclass(frozen=True)
class Columns:
    """The p columns of the linear predictor, without item effects.

    prior_mean: (stages, p), the expert prior on the logit scale. prior_intercept: (stages,), the level of each stage.
    groups: one group a column; columns of a group share the variance that is estimated from the log.
    fixed: columns that are never learned: they stay at the prior.
    start_sd: group -> the sd its weights start with; START_SD where it is not named.
    profile: group -> (stages, k) loadings of k causes with sd 1: the stages then do not only agree somewhat, but move
    as the causes do (a benefit that shows late in the funnel, an appeal that shows early).
    graded: stage -> the grade (0 to 1) from which an answer counts as a success; other stages are yes or no.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    prior_mean: Floats
    fixed: frozenset[str] = frozenset()
    stages: tuple[str, ...] = STAGES
    prior_intercept: Floats | None = None
    start_sd: Mapping[str, float] = field(default_factory=dict)
    profile: Mapping[str, Floats] = field(default_factory=dict)
    graded: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.names):
            raise ValueError("two columns have the same name")
        if len(self.groups) != len(self.names):
            raise ValueError("every column needs one group")
        if self.prior_mean.shape != (len(self.stages), len(self.names)):
            raise ValueError(f"prior_mean must be {(len(self.stages), len(self.names))}, not {self.prior_mean.shape}")
        if not np.isfinite(self.prior_mean).all():
            raise ValueError("prior_mean must be finite")
        if not self.fixed <= set(self.names):
            raise ValueError("a fixed column is not a column")
        if not set(self.graded) <= set(self.stages[1:]):
            raise ValueError("only a later stage can be graded")
        if any(len(loadings) != len(self.stages) for loadings in self.profile.values()):
            raise ValueError("a profile needs one line a stage")

    @cached_property
    def start_intercept(self) -> Floats:
        """(stages,): the level before any data, 0 (even odds) unless the world says otherwise."""
        return np.zeros(len(self.stages)) if self.prior_intercept is None else self.prior_intercept

    @cached_property
    def learned(self) -> tuple[int, ...]:
        """The places of the columns that are learned."""
        return tuple(place for place, name in enumerate(self.names) if name not in self.fixed)

    def start_covariance(self, group: str) -> Floats:
        """Return (stages, stages): how the weights of a group vary around the expert's before any data."""
        stages = len(self.stages)
        usual = {LEVEL: _LEVEL_SD, TRUST: _TRUST_SD, ITEM: _ITEM_SD}.get(group, START_SD)
        variance = self.start_sd.get(group, usual) ** 2
        if group not in self.profile:
            together = (1 - AGREEMENT) * np.eye(stages) + AGREEMENT
        else:
            caused = self.profile[group] @ self.profile[group].T
            together = caused + OWN * np.trace(caused) / stages * np.eye(stages)
        covariance: Floats = variance * together
        return covariance
