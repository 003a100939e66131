"""The joint maximum's covariance, against the plain inverse of the whole system."""

import numpy as np
import pytest

from recommender.learning import groups as grouping
from recommender.learning import newton
from recommender.learning.funnel import fit_funnel, stage_rows, under
from recommender.learning.statistics import SufficientStatistics
from tests.recommender.learning.worlds import make_columns, make_world


def whole_system(stages, prior, weights):
    """Return what each stage's answers say and the prior, (stages * (q + m)) square, stages one after the other."""
    s_count, q = weights.columns.shape
    m = weights.items.shape[1]
    size = q + m
    said = np.zeros((s_count, s_count * size, s_count * size))
    for s, (rows, eta) in enumerate(zip(stages, newton.predictors(stages, weights), strict=True)):
        design = np.hstack([rows.design, np.eye(m)[rows.item]])
        mine = slice(s * size, (s + 1) * size)
        said[s, mine, mine] = design.T @ (design * rows.terms(eta).information[:, None])
    held = np.zeros((s_count, size, s_count, size))
    held[:, np.arange(q), :, np.arange(q)] = prior.precision
    held[:, q + np.arange(m), :, q + np.arange(m)] = prior.item_precision
    return said, held.reshape(s_count * size, s_count * size)


def test_covariances_and_fitted_parameters_are_those_of_the_whole_system():
    columns, log = make_columns(), SufficientStatistics.from_rows(make_world().rows(400, seed=1))
    fit = fit_funnel(log, columns, today=0, rounds=2)
    stages = under(stage_rows(log, columns, today=0, half_life_days=None), fit)
    prior = fit.spread.prior(grouping.grouped(columns))

    weights, curvature, _ = newton.maximum(stages, prior, fit.weights)
    said, held = whole_system(stages, prior, weights)
    covariance = np.linalg.inv(said.sum(axis=0) + held)

    (s_count, q), m = weights.columns.shape, weights.items.shape[1]
    blocks = covariance.reshape(s_count, q + m, s_count, q + m)
    np.testing.assert_allclose(curvature.columns, blocks[:, :q, :, :q], atol=1e-9)
    for item in range(m):
        np.testing.assert_allclose(curvature.items[item], blocks[:, q + item, :, q + item], atol=1e-9)
    traces = [np.trace(mine @ covariance) for mine in said]
    assert curvature.fitted == pytest.approx(traces, abs=1e-8)
    assert all(0 < fitted < q + m for fitted in curvature.fitted)
