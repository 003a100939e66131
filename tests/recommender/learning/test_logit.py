"""The single-stage estimator: a scikit-learn citizen, and right."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import check_estimator

from recommender.learning.logit import BayesianLogit


def test_it_keeps_every_promise_of_a_scikit_learn_estimator():
    found = check_estimator(BayesianLogit(), on_fail=None, on_skip=None)

    assert [each["check_name"] for each in found if each["status"] == "failed"] == []
    assert sum(each["status"] == "passed" for each in found) > 40


def make_choices(n=400, seed=0):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 4))
    truth = np.array([1.0, -0.5, 0.0, 2.0])
    return features, (rng.random(n) < 1 / (1 + np.exp(-features @ truth - 0.3))).astype(int)


def test_it_equals_stock_logistic_regression_fed_with_the_prior_as_soft_pseudo_rows():
    features, answers = make_choices()
    mean, sd, reach = np.array([0.8, -0.2, 0.4, 1.0]), np.array([0.3, 0.5, 1.0, 0.2]), 0.01
    # a row +-reach * e_j with P(yes) = sigmoid(+-reach * mean_j) and weight 2 / (sd * reach)^2 curves like the prior
    pseudo = np.vstack([reach * np.eye(4), -reach * np.eye(4)])
    odds = pseudo @ mean
    soft = 1 / (1 + np.exp(-odds))
    weight = np.tile(2 / (sd * reach) ** 2, 2)
    column = np.r_[np.ones(len(features)), np.zeros(16)]
    rows = np.column_stack([np.vstack([features, pseudo, pseudo]), column])
    labels = np.r_[answers, np.ones(8), np.zeros(8)]
    weights = np.r_[np.ones(len(features)), weight * soft, weight * (1 - soft)]

    ours = BayesianLogit(prior_mean=mean, prior_sd=sd, intercept_sd=1e3).fit(features, answers)
    stock = LogisticRegression(C=1e9, fit_intercept=False, tol=1e-10, max_iter=10_000)
    stock.fit(rows, labels, sample_weight=weights)

    assert np.abs(stock.coef_[0, :4] - ours.coef_[0]).max() < 5e-4
    assert abs(stock.coef_[0, 4] - ours.intercept_[0]) < 5e-4


def test_without_evidence_it_stays_at_the_prior():
    features, answers = make_choices(n=20)
    mean = np.array([0.5, -1.0, 2.0, 0.0])

    fitted = BayesianLogit(prior_mean=mean, prior_sd=0.7).fit(features, answers, sample_weight=np.full(20, 1e-9))

    assert fitted.coef_[0] == pytest.approx(mean, abs=1e-6)
    assert np.sqrt(np.diag(fitted.covariance_))[:4] == pytest.approx(0.7, abs=1e-6)


def test_the_slope_of_the_log_posterior_is_nought_at_the_answer():
    features, answers = make_choices()
    mean, sd = np.full(4, 0.3), 0.5

    fitted = BayesianLogit(prior_mean=mean, prior_sd=sd, intercept_sd=2.0).fit(features, answers)

    missed = answers - fitted.predict_proba(features)[:, 1]
    assert features.T @ missed - (fitted.coef_[0] - mean) / sd**2 == pytest.approx(0, abs=1e-4)
    assert missed.sum() - fitted.intercept_[0] / 4 == pytest.approx(0, abs=1e-4)


def test_ninety_per_cent_intervals_hold_the_truth_about_nine_times_in_ten():
    rng = np.random.default_rng(5)
    held = []
    for _ in range(150):
        truth = rng.normal(0, 0.8, 3)
        features = rng.normal(size=(200, 3))
        answers = rng.random(200) < 1 / (1 + np.exp(-features @ truth))
        fitted = BayesianLogit(prior_sd=0.8).fit(features, answers)
        held.extend(np.abs(fitted.coef_[0] - truth) < 1.645 * np.sqrt(np.diag(fitted.covariance_))[:3])

    assert 0.86 < np.mean(held) < 0.94


def test_a_prior_of_the_wrong_length_is_refused():
    features, answers = make_choices(n=30)

    with pytest.raises(ValueError, match="one mean a column"):
        BayesianLogit(prior_mean=[1.0, 2.0]).fit(features, answers)
