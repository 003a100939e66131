"""The trees: they obey their directions, find what a line cannot, and keep the estimator contract."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.utils.estimator_checks import check_estimator

from recommender.learning.challenger import TreeChallenger, directions


def crossed(seed: int, rows: int = 3_000) -> tuple[np.ndarray, np.ndarray]:
    """An outcome that hangs on the product of two columns, which no line follows."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, 3))
    outcome = rng.random(rows) < 1 / (1 + np.exp(-2 * features[:, 0] * features[:, 1]))
    return features, outcome


def test_it_keeps_the_contract_of_a_scikit_learn_estimator():
    found = check_estimator(TreeChallenger(rounds=30, leaf_rows=5), on_fail=None, on_skip=None)

    assert [each["check_name"] for each in found if each["status"] == "failed"] == []
    assert sum(each["status"] == "passed" for each in found) > 40


def test_a_column_that_never_helps_never_raises_the_chance():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(500, 2))
    outcome = rng.random(500) < 0.5 + 0.2 * np.sin(5 * features[:, 0])  # a wave: free trees go up and down
    steps = np.column_stack([np.linspace(-2, 2, 81), np.zeros(81)])

    free = TreeChallenger(leaf_rows=10).fit(features, outcome).predict_proba(steps)[:, 1]
    bound = TreeChallenger(leaf_rows=10, directions=(-1, 0)).fit(features, outcome).predict_proba(steps)[:, 1]

    assert (np.diff(free) > 1e-6).any()
    assert (np.diff(bound) <= 1e-12).all()


def test_it_finds_a_cross_that_the_line_misses():
    rows, outcome = crossed(2)
    unseen, truth = crossed(3)

    trees = log_loss(truth, TreeChallenger().fit(rows, outcome).predict_proba(unseen))
    line = log_loss(truth, LogisticRegression().fit(rows, outcome).predict_proba(unseen))

    assert trees < line - 0.05


def test_too_few_rows_grow_no_tree():
    rows, outcome = crossed(4, rows=30)

    found = TreeChallenger().fit(rows, outcome).predict_proba(rows)[:, 1]

    assert found == pytest.approx(np.full(30, outcome.mean()))


def test_same_rows_same_trees():
    data = crossed(5, rows=400)

    one, two = (TreeChallenger().fit(*data).decision_function(data[0]) for _ in range(2))

    assert one.tobytes() == two.tobytes()


def test_directions_are_named():
    assert directions(("area", "over_budget"), {"over_budget": -1}) == (0, -1)


@pytest.mark.parametrize("known", [{"prize": -1}, {"area": 2}])
def test_a_direction_that_means_nothing_is_refused(known):
    with pytest.raises(ValueError, match=r"no such column|-1, 0 or 1"):
        directions(("area",), known)


def test_one_direction_a_column():
    with pytest.raises(ValueError, match="one a column"):
        TreeChallenger(directions=(1,)).fit(*crossed(6, rows=100))
