"""Calibration: honest chances pass, dishonest ones are found and put right, and few rows give ranges."""

import numpy as np
import pytest

from recommender.learning.calibration import (
    expected_error,
    fit_calibration,
    reliability,
    report,
    report_stages,
    share_interval,
)


def outcomes(rows: int, *, level: float = -1.0, overconfident: float = 1.0, seed: int = 0):
    """Chances and outcomes; overconfident 2 doubles the log odds that are claimed."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(level, 1.0, rows)
    happened = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)
    return 1 / (1 + np.exp(-overconfident * odds)), happened


def test_honest_chances_are_within_the_goal():
    found = report("opened", *outcomes(10_000))

    assert found.error is not None
    assert found.error <= 0.03
    assert found.is_good


def test_overconfident_chances_are_outside_and_the_sentence_says_so():
    found = report("opened", *outcomes(10_000, overconfident=3.0))

    assert found.error is not None
    assert found.error > 0.05
    assert found.is_good is False
    assert "outside" in found.sentence


def test_below_two_thousand_rows_there_are_ranges_and_no_figure():
    predicted, happened = outcomes(1_999)

    found, enough = report("bought", predicted, happened), report("bought", *outcomes(2_000))

    assert (found.error, found.is_good) == (None, None)
    assert found.low < happened.mean() < found.high
    assert "too few" in found.sentence
    assert enough.error is not None


def test_the_bins_hold_all_rows_in_order_and_their_means():
    predicted, happened = outcomes(3_000)

    bins = reliability(predicted, happened)

    assert len(bins) == 10
    assert sum(each.count for each in bins) == 3_000
    assert [each.predicted for each in bins] == sorted(each.predicted for each in bins)
    assert sum(each.count * each.happened for each in bins) == pytest.approx(happened.sum())
    assert all(each.low <= each.happened <= each.high for each in bins)


def test_the_error_is_the_mean_distance_by_rows():
    bins = reliability(np.repeat([0.2, 0.8], [30, 10]), np.repeat([0.0, 1.0], [30, 10]), bins=2)

    assert expected_error(bins) == pytest.approx((30 * 0.2 + 10 * 0.2) / 40)


def test_equal_chances_are_one_bin():
    bins = reliability(np.full(50, 0.3), np.zeros(50))

    assert [each.count for each in bins] == [50]


def test_the_interval_of_a_share_is_wilsons():
    assert share_interval(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert share_interval(0, 20)[0] == 0


def test_the_intervals_of_bins_cover_the_true_share():
    covered = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        low, high = share_interval(float((rng.random(80) < 0.1).sum()), 80)
        covered.append(low <= 0.1 <= high)

    assert 0.92 <= np.mean(covered) <= 0.98


@pytest.mark.parametrize(("rows", "level", "method"), [(3_000, -3.0, "sigmoid"), (12_000, -1.0, "isotonic")])
def test_overconfidence_is_put_right_on_rows_that_were_not_seen(rows, level, method):
    seen = outcomes(rows, level=level, overconfident=2.0, seed=1)
    predicted, happened = outcomes(20_000, level=level, overconfident=2.0, seed=2)

    correction = fit_calibration(*seen)

    before = expected_error(reliability(predicted, happened))
    after = expected_error(reliability(correction.apply(predicted), happened))
    assert correction.method == method
    assert after < 0.015 < before


@pytest.mark.parametrize("rows", [800, 12_000])
def test_a_correction_never_turns_the_order_round(rows):
    predicted, happened = outcomes(rows)
    upside_down = fit_calibration(1 - predicted, happened)

    corrected = upside_down.apply(np.linspace(0, 1, 101))

    assert (np.diff(corrected) >= 0).all()
    assert np.isfinite(corrected).all()


def test_graded_outcomes_count_by_their_grade():
    predicted, happened = np.linspace(0.1, 0.9, 500), np.full(500, 0.5)

    corrected = fit_calibration(predicted, happened).apply(predicted)

    assert corrected == pytest.approx(np.full(500, 0.5), abs=0.01)


def test_a_stage_without_rows_has_no_report():
    found = report_stages({"opened": outcomes(10), "helped": (np.zeros(0), np.zeros(0))})

    assert [each.stage for each in found] == ["opened"]


@pytest.mark.parametrize(
    ("predicted", "happened"),
    [([], []), ([0.5], [1, 0]), ([1.2], [1]), ([np.nan], [0]), ([0.5], [2]), ([0.5], [np.nan])],
)
def test_what_is_no_chance_is_refused(predicted, happened):
    with pytest.raises(ValueError, match=r"equally long|between 0 and 1"):
        report("opened", np.array(predicted), np.array(happened))


@pytest.mark.parametrize("happened", [0.0, 1.0])
def test_one_sided_outcomes_cannot_be_calibrated(happened):
    with pytest.raises(ValueError, match="nothing to calibrate"):
        fit_calibration(np.linspace(0.1, 0.9, 20), np.full(20, happened))
