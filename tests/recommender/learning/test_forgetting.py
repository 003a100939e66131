"""Half-lives: chosen by what foretells the newest days, never forgetting unless it clearly pays."""

import numpy as np
import pytest

from recommender.learning.forgetting import choose_half_life, days_between, half_life_of
from recommender.learning.statistics import SufficientStatistics
from tests.recommender.learning.worlds import make_columns, make_world

SUMS = SufficientStatistics.from_rows
HALF_LIVES = (None, 40.0, 10.0)


def log_of(world, days, seed, each=150):
    return SufficientStatistics.merge_all(SUMS(world.rows(each, seed=[seed, day], day=day)) for day in days)


def test_in_a_steady_world_nothing_is_forgotten():
    log = log_of(make_world(), range(40), seed=1)

    chosen = choose_half_life(log, make_columns(), newest_days=5, half_lives=HALF_LIVES)

    assert chosen.half_life_days is None
    assert [row.half_life_days for row in chosen.table] == list(HALF_LIVES)


def test_after_the_world_has_turned_a_short_half_life_foretells_best():
    turned = log_of(make_world(seed=2), range(30), seed=3).merge(log_of(make_world(seed=4), range(30, 42), seed=5))

    chosen = choose_half_life(turned, make_columns(), newest_days=4, half_lives=HALF_LIVES)

    assert chosen.half_life_days == 10.0
    assert max(chosen.table, key=lambda row: row.score).half_life_days == 10.0


def test_an_item_first_shown_in_the_newest_days_is_foretold_by_its_columns_alone():
    old = log_of(make_world(items=4), range(10), seed=6)
    new = log_of(make_world(items=12), range(10, 12), seed=7)

    chosen = choose_half_life(old.merge(new), make_columns(), newest_days=2, half_lives=HALF_LIVES)

    assert all(np.isfinite(row.score) for row in chosen.table)


def test_too_short_a_log_is_refused():
    with pytest.raises(ValueError, match="before the newest days"):
        choose_half_life(log_of(make_world(), range(3), seed=8), make_columns(), newest_days=3)


def test_days_between_counts_both_ends():
    log = log_of(make_world(), range(6), seed=9, each=10)

    middle = days_between(log, 2, 4)

    assert set(middle.day.tolist()) == {2, 3, 4}
    assert middle.tried[:, 0].sum() == 3 * 10 * 4


def test_a_log_chooses_its_own_half_life_where_it_has_days_enough():
    turned = log_of(make_world(seed=2), range(30), seed=3).merge(log_of(make_world(seed=4), range(30, 42), seed=5))
    young = days_between(turned, 30, 41)

    assert half_life_of(turned, make_columns(), half_lives=HALF_LIVES) == 10.0
    assert half_life_of(young, make_columns(), half_lives=HALF_LIVES) is None
