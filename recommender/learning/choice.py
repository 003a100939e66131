"""A conditional logit that starts as the expert and leaves them only on evidence: learns from which product of a list
was taken. A pairwise logit is the same with sets of two."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from recommender.bits import Floats
from recommender.learning.choice_evidence import Fit, best_scale, best_strengths, fit
from recommender.learning.choice_sets import ChoiceSets

MARGIN = float(np.log(150.0))
"""Log Bayes factor from which evidence is called very strong (Kass and Raftery 1995)."""


class ConditionalLogit(ClassifierMixin, BaseEstimator):
    """Utility = X @ coef_. With `groups` the rows of a set compete; without, each row competes with "none" (utility 0).

    prior_mean: (features,), the expert's coefficients up to a common factor; None means that nothing is known.
    column_groups: (features,) names; the columns of a group share one prior strength. None: all in one group.
    strength: precision of the deviations from the expert; None means that the evidence chooses one a group.
    margin: the log evidence a fit must gain on the expert alone to replace them. Below it `coef_` is the expert's
    times `scale_`, whose order is exactly the expert's: early evidence does no harm. -inf always takes the fit.

    Fitted: coef_ (features,), precision_ (features, features), scale_, strength_ (one a group, by `groups_`),
    evidence_gain_ (log Bayes factor of the fit against the expert alone), is_promoted_, left_out_ (silent sets).
    """

    def __init__(
        self,
        *,
        prior_mean: npt.ArrayLike | None = None,
        column_groups: Sequence[str] | None = None,
        strength: float | None = None,
        margin: float = MARGIN,
    ) -> None:
        self.prior_mean = prior_mean
        self.column_groups = column_groups
        self.strength = strength
        self.margin = margin

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> Self:
        """Learn from rows (rows, features), of which y (rows,) says which were taken; groups: (rows,) set ids.

        Sets in which nothing or everything was taken say nothing and are left out. Raises ValueError when y does not
        have two values, when the prior does not fit the columns, or when no set is left.
        """
        matrix, target = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(target)
        self.classes_ = np.unique(target)
        if len(self.classes_) != 2:
            kind = "1 class" if len(self.classes_) == 1 else f"{len(self.classes_)} classes"
            raise ValueError(f"Only binary classification is supported: taken or not. y has {kind}.")
        taken = target == self.classes_[1]
        prior, column_groups = self._checked_prior(matrix.shape[1])
        self.groups_, group_of_column = np.unique(column_groups, return_inverse=True)
        if groups is None:
            sets = ChoiceSets.alone(matrix, taken)
        else:
            check_consistent_length(matrix, groups)
            sets = ChoiceSets.grouped(matrix, taken, np.asarray(groups))
        if not len(sets.starts):
            raise ValueError("no set has both a taken and an untaken row: there is nothing to learn from")
        self.left_out_ = sets.left_out
        self._learn(sets, prior, group_of_column)
        return self

    def _checked_prior(self, width: int) -> tuple[Floats, Sequence[str]]:
        prior = np.zeros(width) if self.prior_mean is None else np.asarray(self.prior_mean, dtype=np.float64)
        groups = ["all"] * width if self.column_groups is None else list(self.column_groups)
        if prior.shape != (width,) or not np.isfinite(prior).all():
            raise ValueError(f"prior_mean must be {width} finite numbers, one a column")
        if len(groups) != width:
            raise ValueError(f"column_groups must be {width} names, one a column")
        if self.strength is not None and not self.strength > 0:
            raise ValueError("strength must be above 0")
        return prior, groups

    def _learn(self, sets: ChoiceSets, prior: Floats, group_of_column: npt.NDArray[np.intp]) -> None:
        self.scale_ = best_scale(sets, prior)
        expert = self.scale_ * prior
        if self.strength is None:
            strengths, fitted = best_strengths(sets, expert, group_of_column)
        else:
            strengths = np.full(len(self.groups_), float(self.strength))
            fitted = fit(sets, expert, strengths[group_of_column])
        self.strength_ = strengths
        self.evidence_gain_ = fitted.evidence - sets.log_likelihood(sets.features @ expert)
        self.is_promoted_ = bool(self.evidence_gain_ >= self.margin)
        kept = fitted if self.is_promoted_ else Fit(expert, fitted.precision, fitted.evidence)
        self.coef_, self.precision_ = kept.coefficients, kept.precision

    def decision_function(self, X: npt.ArrayLike) -> Floats:
        """Return the utility of each row (rows,): higher is likelier to be taken."""
        check_is_fitted(self)
        matrix = validate_data(self, X, dtype=np.float64, reset=False)
        utility: Floats = matrix @ self.coef_
        return utility

    def predict_proba(self, X: npt.ArrayLike) -> Floats:
        """Return (rows, 2): not taken and taken, each row alone against "none"."""
        taken = 1.0 / (1.0 + np.exp(-np.clip(self.decision_function(X), -500, 500)))
        return np.column_stack([1.0 - taken, taken])

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return (rows,): the class of each row alone, taken when its utility is above 0."""
        is_taken = self.decision_function(X) > 0
        classes: npt.NDArray[Any] = self.classes_[is_taken.astype(np.intp)]
        return classes

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags
