"""The expert as a posterior: the expert's own order, in doubt only where the log may teach."""

import numpy as np

from recommender.expert import START_CHANCES, USUAL_SCORE, day_one_posterior
from recommender.features import FEATURES
from recommender.learning.columns import STAGES
from recommender.learning.expert_columns import GROUPS, expert_columns
from recommender.scorers.content import ContentScorer
from recommender.scorers.learned import LearnedScorer
from recommender.seen import Plain

LEARNED = ("area", "kind")


def test_the_order_of_day_one_is_the_experts() -> None:
    matrix = np.random.default_rng(5).uniform(-1, 1, (200, len(FEATURES)))
    seen = Plain(matrix, [f"P{number}" for number in range(200)])

    by_model = LearnedScorer(day_one_posterior(LEARNED)).score(seen)

    np.testing.assert_array_equal(np.argsort(by_model), np.argsort(ContentScorer().score(seen)))


def test_only_what_may_be_learned_is_drawn() -> None:
    posterior = day_one_posterior(LEARNED)

    moved = posterior.draw(np.random.default_rng(1), 1.0).mean != posterior.mean

    assert {FEATURES[column] for column in np.flatnonzero(moved.any(axis=0))} == set(LEARNED)


def test_a_usual_product_has_the_chances_that_are_written_down() -> None:
    weights = ContentScorer().weights
    usual = (weights * USUAL_SCORE / (weights @ weights))[None, :]

    logits = day_one_posterior(LEARNED).linear(usual, np.array(["new"]))[:, 0]

    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), list(START_CHANCES.values()))


def test_learning_starts_where_day_one_stands_and_every_feature_has_one_group() -> None:
    columns, posterior = expert_columns(LEARNED), day_one_posterior(LEARNED)

    assert tuple(START_CHANCES) == STAGES == columns.stages
    np.testing.assert_array_equal(columns.prior_mean, posterior.mean)
    np.testing.assert_array_equal(columns.start_intercept, posterior.intercept)
    assert columns.fixed == frozenset(FEATURES) - set(LEARNED)
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(FEATURES)
