"""What is shown, how likely it was, and that it can be shown again."""

import numpy as np
import pytest

from recommender.policy import best_first, choose
from tests.recommender.test_posterior import make_posterior

FEATURES = np.random.default_rng(3).normal(0, 0.3, (6, 3))
ITEMS = np.array(["mat", "ring", "new1", "new2", "new3", "new4"])
POSTERIOR = make_posterior().with_items(ITEMS.tolist())


def sample(rng, scale):
    return POSTERIOR.draw(rng, scale).log_value(FEATURES, ITEMS)


def test_without_exploration_the_list_is_the_posterior_means_and_certain():
    choice = choose(sample, 3, seed=1)

    assert choice.order.tolist() == best_first(POSTERIOR.log_value(FEATURES, ITEMS), 3).tolist()
    assert choice.propensity.tolist() == [1.0, 1.0, 1.0]


def test_the_same_seed_gives_the_same_list_and_another_one_in_time_another():
    lists = {seed: choose(sample, 4, seed=seed, exploration=1.0) for seed in range(20)}

    again = {seed: choose(sample, 4, seed=seed, exploration=1.0) for seed in range(20)}

    assert all(np.array_equal(lists[seed].order, again[seed].order) for seed in lists)
    assert all(np.array_equal(lists[seed].propensity, again[seed].propensity) for seed in lists)
    assert len({tuple(choice.order.tolist()) for choice in lists.values()}) > 3


def test_logged_chances_are_those_with_which_the_lists_come_up():
    logged = choose(sample, 3, seed=0, exploration=0.8)
    rng = np.random.default_rng(99)

    lists = [best_first(sample(rng, 0.8), 3) for _ in range(4000)]

    came_up = np.mean([order == logged.order for order in lists], axis=0)
    assert logged.propensity == pytest.approx(came_up, abs=0.09)  # three standard errors of its 257 draws


def test_a_little_exploration_strays_less_than_much():
    greedy = choose(sample, 3, seed=0).order

    def strayed(exploration):
        lists = [choose(sample, 3, seed=seed, exploration=exploration).order for seed in range(20)]
        return np.mean([not np.array_equal(order, greedy) for order in lists])

    assert strayed(0.05) < strayed(1.0)


def test_the_first_places_can_be_kept_for_what_is_best_known():
    greedy = choose(sample, 5, seed=0)

    for seed in range(20):
        choice = choose(sample, 5, seed=seed, exploration=1.0, sure=3)
        assert choice.order[:3].tolist() == greedy.order[:3].tolist()
        assert choice.propensity[:3].tolist() == [1.0, 1.0, 1.0]
        assert len(set(choice.order.tolist())) == 5


def test_no_chance_is_ever_nought():
    assert min(choose(sample, 6, seed=seed, exploration=1.0).propensity.min() for seed in range(10)) > 0


def test_what_cannot_be_scored_is_not_shown():
    assert best_first(np.array([0.1, np.nan, 0.3]), 5).tolist() == [2, 0]


@pytest.mark.parametrize("factor", [-0.1, 1.5, float("nan")])
def test_a_factor_outside_0_to_1_is_refused(factor):
    with pytest.raises(ValueError, match="between 0 and 1"):
        choose(sample, 3, seed=0, exploration=factor)
