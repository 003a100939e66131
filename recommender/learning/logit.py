"""Logistic regression around an expert's guess: the maximum a posteriori and its Laplace covariance, for scikit-learn.

scikit-learn's own LogisticRegression takes neither a prior mean nor an offset. This estimator is one stage of the
funnel on its own, solved by the same Newton steps; pipelines, cross-validation and calibration take it as any other.
"""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from recommender.bits import Floats
from recommender.learning import newton
from recommender.learning.newton import Prior, Weights
from recommender.learning.terms import StageRows

CLASSES = 2


class BayesianLogit(ClassifierMixin, BaseEstimator):
    """Binary logistic regression with a normal prior on each weight.

    prior_mean: (p,) or None for zeros; prior_sd: one number or (p,), in logits; intercept_sd: that of the
    intercept, around 0.

    After `fit`: classes_: (2,); coef_: (1, p); intercept_: (1,); covariance_: (p + 1, p + 1) of the weights and, last,
    the intercept; n_iter_. Source: MacKay (1992); Chapelle and Li (2011), algorithm 3.
    """

    def __init__(
        self,
        prior_mean: npt.ArrayLike | None = None,
        prior_sd: npt.ArrayLike = 1.0,
        intercept_sd: float = 10.0,
        max_iter: int = 100,
    ) -> None:
        self.prior_mean = prior_mean
        self.prior_sd = prior_sd
        self.intercept_sd = intercept_sd
        self.max_iter = max_iter

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None) -> Self:
        """Return the estimator, fitted. X: (n, p); y: (n,) of two classes; sample_weight: (n,) counts, or None."""
        features, targets = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(targets)
        self.classes_, won = np.unique(targets, return_inverse=True)
        if len(self.classes_) != CLASSES:
            raise ValueError(f"Only binary classification is supported: y has {len(self.classes_)} class(es)")
        n, p = features.shape
        mean = np.zeros(p) if self.prior_mean is None else np.asarray(self.prior_mean, dtype=np.float64)
        sd = np.broadcast_to(np.asarray(self.prior_sd, dtype=np.float64), (p,))
        if mean.shape != (p,) or not (sd > 0).all() or self.intercept_sd <= 0:
            raise ValueError("the prior needs one mean a column and standard deviations above 0")
        counts = np.ones(n) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        if counts.shape != (n,) or not (np.isfinite(counts) & (counts >= 0)).all() or not counts.any():
            raise ValueError("sample_weight must be one number of at least 0 a row, and not zero weight for all")
        rows = _rows(np.column_stack([features, np.ones(n)]), features @ mean, won * counts, counts)
        precision = np.append(sd, self.intercept_sd)[:, None, None] ** -2.0
        nothing = Weights(np.zeros((1, p + 1)), np.zeros((1, 1)))
        prior = Prior(precision, np.full((1, 1), 1e12))  # no item effects here
        weights, curvature, self.n_iter_ = newton.maximum([rows], prior, nothing, self.max_iter)
        self.coef_ = weights.columns[:, :p] + mean
        self.intercept_ = weights.columns[:, p]
        self.covariance_ = curvature.columns[0, :, 0, :]
        return self

    def decision_function(self, X: npt.ArrayLike) -> Floats:
        """Return (n,): the log odds of the second class."""
        check_is_fitted(self)
        features = validate_data(self, X, dtype=np.float64, reset=False)
        odds: Floats = features @ self.coef_[0] + self.intercept_[0]
        return odds

    def predict_proba(self, X: npt.ArrayLike) -> Floats:
        """Return (n, 2): the probability of each class at the most likely weights."""
        p = 1.0 / (1.0 + np.exp(-np.clip(self.decision_function(X), -35.0, 35.0)))
        return np.column_stack([1.0 - p, p])

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[np.generic]:
        """Return (n,): the more likely class."""
        check_is_fitted(self)
        chosen: npt.NDArray[np.generic] = self.classes_[(self.decision_function(X) > 0).astype(np.intp)]
        return chosen

    def predict_sd(self, X: npt.ArrayLike) -> Floats:
        """Return (n,): the posterior sd of the log odds."""
        check_is_fitted(self)
        features = validate_data(self, X, dtype=np.float64, reset=False)
        design = np.column_stack([features, np.ones(len(features))])
        spread: Floats = np.sqrt(np.einsum("np,pq,nq->n", design, self.covariance_, design, optimize=True))
        return spread

    def __sklearn_tags__(self) -> Any:
        """Say that there are two classes, no more."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


def _rows(design: Floats, offset: Floats, won: Floats, asked: Floats) -> StageRows:
    n = len(design)
    nowhere = np.zeros(n, dtype=np.int64)
    return StageRows(design, offset, nowhere, nowhere, asked, won, won, np.ones(n))
