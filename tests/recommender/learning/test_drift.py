"""The monitors: silent on chance and on too little, loud when the world has moved."""

import numpy as np
import pytest

from recommender.learning.drift import (
    PSI_ALARM,
    abstention,
    calibration_drift,
    feature_drift,
    sample_ratio,
    stability_index,
)


def test_the_index_is_the_textbooks_sum():
    before, after = np.repeat([0.0, 1.0], [5_000, 5_000]), np.repeat([0.0, 1.0], [7_000, 3_000])

    found = stability_index(before, after)

    assert found == pytest.approx(0.2 * np.log(0.7 / 0.5) - 0.2 * np.log(0.3 / 0.5), abs=1e-3)


def test_fine_grained_values_are_put_into_tenths():
    rng = np.random.default_rng(1)

    same = stability_index(rng.normal(size=5_000), rng.normal(size=5_000))
    moved = stability_index(rng.normal(size=5_000), rng.normal(0.7, 1, 5_000))

    assert same < 0.02
    assert moved > 0.3


def test_a_value_that_was_never_seen_before_counts_much_but_not_for_ever():
    found = stability_index(np.zeros(1_000), np.repeat([0.0, 9.0], [500, 500]))

    assert 1 < found < 10


def test_only_the_column_that_moved_raises_the_alarm():
    rng = np.random.default_rng(2)
    before = rng.integers(0, 4, size=(1_000, 2)).astype(float)
    after = np.column_stack([rng.integers(0, 4, 1_000), rng.integers(2, 4, 1_000)]).astype(float)

    found = feature_drift(("area", "budget"), before, after)

    assert [each.is_alarm for each in found] == [False, True]
    assert "budget has moved" in found[1].sentence


def test_chance_alone_hardly_ever_raises_an_alarm():
    rng, alarms = np.random.default_rng(3), 0

    for _ in range(100):
        windows = rng.integers(0, 8, size=(2, 200, 5)).astype(float)
        alarms += sum(each.is_alarm for each in feature_drift(tuple("abcde"), *windows))

    assert alarms <= 25  # of 500, at the fewest rows that are judged at all


@pytest.mark.parametrize("rows", [0, 199])
def test_too_few_rows_say_nothing(rows):
    found = [
        *feature_drift(("area",), np.zeros((rows, 1)), np.ones((500, 1))),
        calibration_drift("opened", np.full(rows, 0.5), np.ones(rows)),
        sample_ratio({"a": rows, "b": 0}, {"a": 0.5, "b": 0.5}),
        abstention((0, rows), (rows, rows)),
    ]

    assert [each.figure for each in found] == [None] * 4
    assert not any(each.is_alarm for each in found)


def test_chances_that_no_longer_come_true_raise_the_alarm():
    rng = np.random.default_rng(4)
    predicted = rng.uniform(0.1, 0.5, 2_000)
    as_before, worse = rng.random(2_000) < predicted, rng.random(2_000) < predicted / 2

    assert not calibration_drift("bought", predicted, as_before.astype(float)).is_alarm
    assert calibration_drift("bought", predicted, worse.astype(float)).is_alarm


def test_right_chances_are_not_blamed_for_few_rows():
    rng, alarms = np.random.default_rng(5), 0

    for _ in range(200):
        predicted = rng.uniform(0.1, 0.5, 200)
        alarms += calibration_drift("bought", predicted, (rng.random(200) < predicted).astype(float)).is_alarm

    assert alarms <= 12


def test_a_wrong_split_is_noticed_and_a_right_one_is_not():
    fair, broken = {"live": 5_050, "test": 4_950}, {"live": 5_300, "test": 4_700}

    assert not sample_ratio(fair, {"live": 0.5, "test": 0.5}).is_alarm
    assert sample_ratio(broken, {"live": 0.5, "test": 0.5}).is_alarm


@pytest.mark.parametrize("shares", [{"a": 1.0}, {"a": 0.5, "b": 0.4}, {"a": 1.0, "b": 0.0}])
def test_shares_that_do_not_fit_the_arms_are_refused(shares):
    with pytest.raises(ValueError, match="same arms"):
        sample_ratio({"a": 500, "b": 500}, shares)


def test_more_empty_lists_than_before_raise_the_alarm_fewer_do_not():
    assert abstention((20, 1_000), (60, 1_000)).is_alarm
    assert not abstention((20, 1_000), (25, 1_000)).is_alarm
    assert not abstention((60, 1_000), (20, 1_000)).is_alarm


@pytest.mark.parametrize(("before", "after"), [([], [1.0]), ([1.0], []), ([np.nan], [1.0])])
def test_windows_without_numbers_are_refused(before, after):
    with pytest.raises(ValueError, match="finite"):
        stability_index(before, after)


@pytest.mark.parametrize("only", [-1.0, 0.0, 1.0])
def test_an_answer_that_was_always_the_same_and_now_varies_has_moved(only):
    before, after = np.full(500, only), np.linspace(-1, 1, 500)

    assert stability_index(before, after) > PSI_ALARM
    assert stability_index(after, before) > PSI_ALARM
