"""Looking often at a growing log errs no more often than looking once."""

import numpy as np
import pytest

from recommender.looks import level_of_look
from recommender.offpolicy import LEVEL, interval

LOOKS, LISTS, RUNS = 20, 200, 600


def wrong_promotions(*, corrected: bool) -> float:
    """The share of candidates of no gain that some look at the growing log finds to be ahead."""
    rng, wrong = np.random.default_rng(5), 0
    for _ in range(RUNS):
        ahead = rng.choice([-1.0, 0.0, 1.0], LOOKS * LISTS, p=[0.08, 0.84, 0.08])
        levels = [level_of_look(look) if corrected else LEVEL for look in range(1, LOOKS + 1)]
        lows = (interval(ahead[: LISTS * look], level=level)[0] for look, level in enumerate(levels, start=1))
        wrong += any(low > 0 for low in lows)
    return wrong / RUNS


def test_the_errors_of_all_looks_add_up_to_that_of_one_interval():
    spent = sum(1 - level_of_look(look) for look in range(1, 10_001))

    assert spent == pytest.approx(1 - LEVEL, rel=1e-3)
    assert spent < 1 - LEVEL


def test_each_look_must_be_surer_than_the_one_before():
    levels = [level_of_look(look) for look in range(1, 50)]

    assert levels[0] == pytest.approx(0.975)
    assert levels == sorted(levels)
    assert levels[-1] < 1


def test_looking_twenty_times_promotes_what_is_no_better_as_rarely_as_looking_once():
    share = (1 - LEVEL) / 2  # one side of the interval

    assert wrong_promotions(corrected=True) <= share + 2 * (share * (1 - share) / RUNS) ** 0.5
    assert wrong_promotions(corrected=False) > 3 * share


@pytest.mark.parametrize("look", [0, -1])
def test_there_is_no_look_before_the_first(look):
    with pytest.raises(ValueError, match="counted from 1"):
        level_of_look(look)
