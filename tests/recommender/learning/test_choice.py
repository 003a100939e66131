"""The choice model: the right likelihood, a start that early evidence does not spoil, the estimator contract."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import check_estimator

from recommender.learning.choice import ConditionalLogit
from recommender.learning.choice_evidence import best_scale, best_strengths, fit
from recommender.learning.choice_sets import ChoiceSets

TRUTH = np.array([1.0, -0.8, 0.5, 0.0])


def choices(people: int, *, truth: np.ndarray = TRUTH, seed: int = 0, size: int = 5):
    """Rows, taken and set ids of people who choose one of `size` by a logit with these coefficients."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(people, size, len(truth)))
    chosen = (features @ truth + rng.gumbel(size=(people, size))).argmax(axis=1)
    taken = chosen[:, None] == np.arange(size)
    return features.reshape(-1, len(truth)), taken.ravel(), np.repeat(np.arange(people), size)


def share_found(coefficients: np.ndarray, rows: np.ndarray, taken: np.ndarray, groups: np.ndarray) -> float:
    """How often the product with the highest utility is the one that was taken."""
    size = int(np.bincount(groups)[0])
    best = (rows @ coefficients).reshape(-1, size).argmax(axis=1)
    return float((best == taken.reshape(-1, size).argmax(axis=1)).mean())


def test_it_keeps_the_contract_of_a_scikit_learn_estimator():
    found = check_estimator(ConditionalLogit(), on_fail=None, on_skip=None)

    assert [each["check_name"] for each in found if each["status"] == "failed"] == []
    assert sum(each["status"] == "passed" for each in found) > 40


def test_a_fixed_strength_gives_the_mode_a_general_optimiser_finds():
    rows, taken, groups = choices(60)
    prior = np.array([0.7, -0.2, 0.0, 0.1])
    learner = ConditionalLogit(prior_mean=prior, strength=3.0, margin=-np.inf)

    learner.fit(rows, taken, groups=groups)

    def loss(weights: np.ndarray) -> float:
        utility = (rows @ weights).reshape(-1, 5)
        own = utility[taken.reshape(-1, 5)]
        away = weights - learner.scale_ * prior
        return float(np.log(np.exp(utility).sum(axis=1)).sum() - own.sum() + 1.5 * away @ away)

    expected = minimize(loss, np.zeros(4), tol=1e-10).x
    assert learner.coef_ == pytest.approx(expected, abs=1e-4)


def test_rows_alone_are_a_logistic_regression_without_intercept():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(300, 3))
    taken = rng.random(300) < 1 / (1 + np.exp(-rows @ [1.0, -1.0, 0.3]))

    ours = ConditionalLogit(strength=2.0, margin=-np.inf).fit(rows, taken)
    theirs = LogisticRegression(C=0.5, fit_intercept=False, tol=1e-10).fit(rows, taken)

    assert ours.coef_ == pytest.approx(theirs.coef_[0], abs=1e-5)
    assert ours.predict_proba(rows) == pytest.approx(theirs.predict_proba(rows), abs=1e-5)


def test_sets_of_two_are_the_pairwise_logit_of_their_difference():
    rows, taken, groups = choices(200, size=2)
    first, second = rows[0::2], rows[1::2]
    swap = np.where(np.arange(200) % 2, 1, -1)[:, None]  # so that both classes occur

    in_sets = ConditionalLogit(strength=1.0, margin=-np.inf).fit(rows, taken, groups=groups)
    of_differences = ConditionalLogit(strength=1.0, margin=-np.inf).fit(
        swap * (first - second), np.where(swap[:, 0] > 0, taken[0::2], taken[1::2])
    )

    assert in_sets.coef_ == pytest.approx(of_differences.coef_, abs=1e-8)


def test_the_slope_and_the_curvature_are_those_of_the_likelihood():
    rows, taken, groups = choices(30)
    weights, step = np.array([0.3, -0.1, 0.2, 0.4]), 1e-5
    for sets in (ChoiceSets.grouped(rows, taken, groups), ChoiceSets.alone(rows, taken)):

        def slope_at(at: np.ndarray, sets: ChoiceSets = sets) -> np.ndarray:
            moves = np.eye(4) * step
            values = [sets.log_likelihood(rows @ (at + m)) - sets.log_likelihood(rows @ (at - m)) for m in moves]
            return np.array(values) / (2 * step)

        slope, curvature = sets.slope_and_curvature(rows @ weights)

        numeric = [(slope_at(weights + m) - slope_at(weights - m)) / (2e-3) for m in np.eye(4) * 1e-3]
        assert slope == pytest.approx(slope_at(weights), rel=1e-5)
        assert curvature == pytest.approx(-np.array(numeric), rel=1e-2, abs=1e-2)


def test_the_evidence_is_the_integral_over_the_deviations():
    rows, taken, groups = choices(25, truth=np.array([0.8]))
    sets = ChoiceSets.grouped(rows, taken, groups)
    grid = np.linspace(-6, 6, 2_001)

    found = fit(sets, np.array([0.2]), np.array([4.0])).evidence

    log_values = [
        sets.log_likelihood(rows[:, 0] * w) - 2 * (w - 0.2) ** 2 + 0.5 * np.log(4 / (2 * np.pi)) for w in grid
    ]
    assert found == pytest.approx(float(np.log(np.trapezoid(np.exp(log_values), grid))), abs=0.02)


@pytest.mark.parametrize("people", [5, 10, 30, 100, 300])
def test_no_amount_of_evidence_makes_a_right_expert_worse(people):
    rows, taken, groups = choices(2_000, seed=99)
    start = share_found(TRUTH, rows, taken, groups)

    found = [
        share_found(learned.coef_, rows, taken, groups)
        for seed in range(10)
        for learned in [ConditionalLogit(prior_mean=TRUTH).fit(*choices(people, seed=seed)[:2], choices(people)[2])]
    ]

    assert np.mean(found) >= start - 0.002


def test_few_choices_leave_the_experts_order_exactly():
    rows, taken, groups = choices(10, truth=-TRUTH)
    expert = np.array([1.0, -1.0, 1.0, 0.0])

    learner = ConditionalLogit(prior_mean=expert).fit(rows, taken, groups=groups)

    assert not learner.is_promoted_
    assert learner.coef_ == pytest.approx(learner.scale_ * expert)


def test_a_wrong_expert_is_left_once_the_choices_say_so():
    rows, taken, groups = choices(600, truth=np.array([1.0, 0.8, -0.5, 0.0]))

    learner = ConditionalLogit(prior_mean=[1.0, -1.0, 1.0, 0.0]).fit(rows, taken, groups=groups)

    assert learner.is_promoted_
    assert np.sign(learner.coef_[:3]).tolist() == [1, 1, -1]


def test_the_groups_get_strengths_of_their_own():
    rng = np.random.default_rng(7)
    truth = np.concatenate([rng.normal(0, 1, 6), np.zeros(20)])  # six columns matter, twenty do not
    rows, taken, groups = choices(1_500, truth=truth)
    names = ["main"] * 6 + ["cross"] * 20

    learner = ConditionalLogit(column_groups=names).fit(rows, taken, groups=groups)

    strength = dict(zip(learner.groups_, learner.strength_, strict=True))
    assert strength["cross"] > 30 * strength["main"]


def test_the_chosen_strength_has_the_highest_evidence_of_its_neighbours():
    rows, taken, groups = choices(200)
    sets, centre = ChoiceSets.grouped(rows, taken, groups), np.zeros(4)

    strengths, best = best_strengths(sets, centre, np.zeros(4, dtype=np.intp))

    for factor in (0.5, 2.0):
        assert fit(sets, centre, np.full(4, strengths[0] * factor)).evidence < best.evidence + 0.05


def test_the_scale_follows_how_consistent_the_choices_are():
    loud, quiet = choices(500, truth=3 * TRUTH), choices(500, truth=0.3 * TRUTH)

    found = [best_scale(ChoiceSets.grouped(*each), TRUTH) for each in (loud, quiet)]

    assert found == pytest.approx([3.0, 0.3], rel=0.3)


def test_silent_sets_are_counted_and_left_out():
    rows, taken, groups = choices(50)
    taken[:10] = False  # two people chose nothing
    learner = ConditionalLogit(strength=1.0, margin=-np.inf)

    fitted = learner.fit(rows, taken, groups=groups)

    assert fitted.left_out_ == 2
    assert fitted.coef_ == pytest.approx(clone(learner).fit(rows[10:], taken[10:], groups=groups[10:]).coef_)


def test_same_choices_same_bits():
    data = choices(150)

    one, two = (ConditionalLogit(prior_mean=TRUTH).fit(*data) for _ in range(2))

    assert one.coef_.tobytes() == two.coef_.tobytes()
    assert one.precision_.tobytes() == two.precision_.tobytes()


@pytest.mark.parametrize(
    "settings",
    [{"prior_mean": [1.0]}, {"prior_mean": [np.nan] * 4}, {"column_groups": ["a"]}, {"strength": 0.0}],
)
def test_settings_that_do_not_fit_the_columns_are_refused(settings):
    with pytest.raises(ValueError, match=r"one a column|above 0"):
        ConditionalLogit(**settings).fit(*choices(20))


def test_nothing_to_learn_from_is_refused():
    rows = np.ones((4, 2))

    with pytest.raises(ValueError, match="nothing to learn"):
        ConditionalLogit().fit(rows, [True, True, False, False], groups=[0, 0, 1, 1])
