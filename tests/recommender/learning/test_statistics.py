"""Sums of a log: one partition and many are the same, to the last bit."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.learning.columns import STAGES
from recommender.learning.statistics import Rows, SufficientStatistics, Trials
from tests.recommender.learning.worlds import make_world

LOG = make_world().rows(60, seed=1)


def part(rows, keep):
    return Rows(**{field.name: getattr(rows, field.name)[keep] for field in dataclasses.fields(Rows)})


def same(one, other):
    mine, theirs = one.to_arrays(), other.to_arrays()
    return mine.keys() == theirs.keys() and all(np.array_equal(mine[name], theirs[name]) for name in mine)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=240, max_size=240), st.permutations(range(5)))
def test_any_split_into_partitions_adds_up_to_the_whole(belongs, order):
    whole = SufficientStatistics.from_rows(LOG)
    parts = [SufficientStatistics.from_rows(part(LOG, np.array(belongs) == number)) for number in order]

    merged = parts[0]
    for other in parts[1:]:
        merged = merged.merge(other)

    assert same(merged, whole)
    assert same(SufficientStatistics.merge_all(parts), whole)


def test_the_order_of_the_rows_does_not_matter():
    shuffled = np.random.default_rng(3).permutation(len(LOG.items))

    assert same(SufficientStatistics.from_rows(part(LOG, shuffled)), SufficientStatistics.from_rows(LOG))


def test_equal_rows_become_one_cell():
    twice = part(LOG, np.array([0, 0, 0]))

    cells = SufficientStatistics.from_rows(twice)

    assert len(cells.item) == 1
    assert cells.tried[0, 0] == 3
    assert cells.won[0, 0] == 3 * LOG.opened[0]


def test_a_stage_is_asked_only_of_rows_that_passed_the_one_before():
    counts = SufficientStatistics.from_rows(LOG).count()

    assert counts == {
        "opened": len(LOG.items),
        "bought": int(LOG.opened.sum()),
        "helped": int((LOG.bought & LOG.outcome_known).sum()),
    }


def test_arrays_there_and_back_are_the_same_and_hold_no_objects():
    cells = SufficientStatistics.from_rows(LOG)

    arrays = cells.to_arrays()

    assert same(SufficientStatistics.from_arrays(arrays), cells)
    assert all(array.dtype.kind in "Uif" for array in arrays.values())


def test_grades_are_summed_with_their_squares():
    graded = Trials(
        ("opened", "helped"),
        np.zeros((2, 1)),
        np.array(["a", "a"]),
        np.array([1, 1]),
        np.array([0, 0]),
        np.array([[True, True], [True, False]]),
        np.array([[1.0, 0.25], [0.0, 0.75]]),
    )

    cells = SufficientStatistics.from_rows(graded)

    assert cells.won.tolist() == [[1.0, 0.25]]
    assert cells.squared.tolist() == [[1.0, 0.0625]]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("features", np.full((1, 3), np.nan), "feature"),
        ("features", np.full((1, 3), 1e6), "feature"),
        ("positions", np.array([0]), "positions"),
        ("days", np.array([], dtype=int), "day"),
    ],
)
def test_a_row_no_log_can_hold_is_refused(field, value, says):
    broken = dataclasses.replace(part(LOG, np.array([0])), **{field: value})

    with pytest.raises(ValueError, match=says):
        SufficientStatistics.from_rows(broken)


def test_statistics_of_other_columns_are_not_added():
    narrow = dataclasses.replace(LOG, features=LOG.features[:, :2])

    with pytest.raises(ValueError, match="cannot be added"):
        SufficientStatistics.from_rows(LOG).merge(SufficientStatistics.from_rows(narrow))


def test_an_empty_log_is_an_empty_sum():
    nothing = SufficientStatistics.from_rows(part(LOG, np.zeros(len(LOG.items), bool)))

    assert nothing.count() == dict.fromkeys(STAGES, 0)
    assert same(nothing.merge(SufficientStatistics.from_rows(LOG)), SufficientStatistics.from_rows(LOG))
