"""By what a list is ordered: the mean without exploration, else hope for what is unsure and a little chance."""

import numpy as np
import pytest

from recommender.policy import HOPE, best_first, drawn
from tests.recommender.test_posterior import make_posterior

FEATURES = np.random.default_rng(3).normal(0, 0.3, (6, 3))
ITEMS = np.array(["mat", "ring", "new1", "new2", "new3", "new4"])
POSTERIOR = make_posterior()


def order(seed: int, exploration: float) -> list[int]:
    """The first four places of the list of this seed."""
    mine = drawn(POSTERIOR, np.random.default_rng(seed), exploration)
    return best_first(mine.log_value(FEATURES, ITEMS), 4).tolist()


def test_without_exploration_the_list_is_the_posterior_means():
    assert drawn(POSTERIOR, np.random.default_rng(1), 0.0) is POSTERIOR


def test_the_same_seed_gives_the_same_list_and_another_one_in_time_another():
    lists = {seed: order(seed, 1.0) for seed in range(20)}

    assert all(order(seed, 1.0) == found for seed, found in lists.items())
    assert len({tuple(found) for found in lists.values()}) > 3


def test_a_little_exploration_strays_less_than_much():
    hopeful = best_first(POSTERIOR.hopeful(HOPE).log_value(FEATURES, ITEMS), 4).tolist()

    def strayed(exploration):
        return np.mean([order(seed, exploration) != hopeful for seed in range(40)])

    assert strayed(0.05) < strayed(1.0)


def test_draws_lie_around_hope_as_far_as_the_factor_says():
    values = [drawn(POSTERIOR, np.random.default_rng(seed), 0.5).effects[0, 0] for seed in range(2_000)]

    mean, sd = POSTERIOR.item_mean[0, 0], POSTERIOR.item_sd[0, 0]
    assert np.mean(values) == pytest.approx(mean + HOPE * sd, abs=0.05 * sd)
    assert np.std(values) == pytest.approx(0.5 * sd, rel=0.05)


def test_what_cannot_be_scored_is_not_shown():
    assert best_first(np.array([0.1, np.nan, 0.3]), 5).tolist() == [2, 0]


@pytest.mark.parametrize("factor", [-0.1, 1.5, float("nan")])
def test_a_factor_outside_0_to_1_is_refused(factor):
    with pytest.raises(ValueError, match="between 0 and 1"):
        drawn(POSTERIOR, np.random.default_rng(0), factor)
