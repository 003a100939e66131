"""Gradient-boosted trees over the same rows as the base model: a challenger that is trained and compared, never served.

If the trees beat the linear model on held-out choices by more than chance, a crossed column is missing there.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from recommender.bits import Floats

DIRECTIONS = (-1, 0, 1)


def directions(columns: Sequence[str], known: Mapping[str, int]) -> tuple[int, ...]:
    """Return one direction a column: 1 never hurts, -1 never helps, 0 may do either. `known` names the sure ones.

    Raises ValueError for a name that is no column and for a direction other than -1, 0 and 1.
    """
    unknown = sorted(set(known) - set(columns))
    if unknown:
        raise ValueError(f"no such column: {', '.join(unknown)}")
    if not set(known.values()) <= set(DIRECTIONS):
        raise ValueError("a direction is -1, 0 or 1")
    return tuple(known.get(name, 0) for name in columns)


class TreeChallenger(ClassifierMixin, BaseEstimator):
    """HistGradientBoosting for a yes-or-no outcome of one row, with monotonic constraints.

    directions: (features,) of -1, 0, 1, see `directions`; None leaves every column free. leaf_rows: the least rows a
    leaf holds: with few rows there is no tree to grow and the outcome's mean is predicted. seed makes runs equal.

    Fitted: trees_ (the scikit-learn model), classes_. NaN in X means that the value is not known.
    """

    def __init__(
        self,
        *,
        directions: Sequence[int] | None = None,
        rounds: int = 150,
        learning_rate: float = 0.05,
        leaf_rows: int = 40,
        seed: int = 0,
    ) -> None:
        self.directions = directions
        self.rounds = rounds
        self.learning_rate = learning_rate
        self.leaf_rows = leaf_rows
        self.seed = seed

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn from rows (rows, features) and their outcome y (rows,), which must have two values."""
        matrix, target = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        check_classification_targets(target)
        self.classes_ = np.unique(target)
        if len(self.classes_) != 2:
            kind = "1 class" if len(self.classes_) == 1 else f"{len(self.classes_)} classes"
            raise ValueError(f"Only binary classification is supported: yes or no. y has {kind}.")
        if self.directions is not None and len(self.directions) != matrix.shape[1]:
            raise ValueError("directions must be one a column")
        self.trees_ = HistGradientBoostingClassifier(
            max_iter=self.rounds,
            learning_rate=self.learning_rate,
            min_samples_leaf=self.leaf_rows,
            max_leaf_nodes=15,
            l2_regularization=1.0,
            early_stopping=False,
            monotonic_cst=None if self.directions is None else list(self.directions),
            random_state=self.seed,
        ).fit(matrix, target)
        return self

    def decision_function(self, X: npt.ArrayLike) -> Floats:
        """Return the log odds of each row (rows,)."""
        check_is_fitted(self)
        matrix = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        odds: Floats = self.trees_.decision_function(matrix)
        return odds

    def predict_proba(self, X: npt.ArrayLike) -> Floats:
        """Return (rows, 2): the chances of no and yes."""
        yes = 1.0 / (1.0 + np.exp(-self.decision_function(X)))
        return np.column_stack([1.0 - yes, yes])

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return (rows,): the likelier class."""
        is_yes = self.decision_function(X) > 0
        classes: npt.NDArray[Any] = self.classes_[is_yes.astype(np.intp)]
        return classes

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags
