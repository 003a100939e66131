"""Off-policy estimates: equal to the Open Bandit Pipeline's, and intervals that hold what they promise."""

import json
from pathlib import Path

import numpy as np
import pytest

from recommender.offpolicy import difference, dr, ess, impossible, interval, ips, mean_weight, snips

CASES = json.loads((Path(__file__).parent / "data" / "offpolicy_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{len(case['action'])} rounds")
def test_the_estimates_equal_the_open_bandit_pipelines(case):
    judged, predicted = np.array(case["judged"]), np.array(case["predicted"])
    rounds, action = np.arange(len(case["action"])), np.array(case["action"])
    reward, shown_with = np.array(case["reward"]), np.array(case["pscore"])
    would_show_with = judged[rounds, action]
    predictions = (predicted[rounds, action], (judged * predicted).sum(axis=1))

    found = {
        "ips": ips(reward, shown_with, would_show_with).value,
        "snips": snips(reward, shown_with, would_show_with).value,
        "dr": dr(reward, shown_with, would_show_with, predictions).value,
    }

    assert found == pytest.approx(case["answers"], abs=1e-9)


def test_the_cases_say_which_version_made_them():
    assert CASES["made_by"].startswith("sb_obp-0.5.10")


def test_the_same_policy_on_its_own_log_earns_the_plain_mean():
    rng = np.random.default_rng(1)
    rewards, shown_with = rng.random(200), rng.uniform(0.1, 1, 200)

    found = [ips(rewards, shown_with, shown_with), snips(rewards, shown_with, shown_with)]

    assert [each.value for each in found] == pytest.approx([rewards.mean()] * 2, abs=1e-12)
    assert [each.ess for each in found] == pytest.approx([200, 200])


def test_values_are_per_impression_and_its_rows_are_not_independent():
    impressions = np.repeat(np.arange(100), 5)
    rewards = np.repeat(np.random.default_rng(2).random(100), 5)  # all rows of a list are alike
    ones = np.ones(500)

    by_list, by_row = ips(rewards, ones, ones, impressions=impressions), ips(rewards, ones, ones)

    assert by_list.value == pytest.approx(5 * by_row.value)
    assert by_list.high - by_list.low == pytest.approx(5 * 5**0.5 * (by_row.high - by_row.low), rel=0.1)
    assert by_list.ess == pytest.approx(100)
    assert snips(rewards, ones, ones, impressions=impressions).value == pytest.approx(by_list.value)
    assert dr(rewards, ones, ones, (ones, ones), impressions=impressions).value == pytest.approx(by_list.value)


def test_a_perfect_model_leaves_dr_no_error_to_weight():
    rng = np.random.default_rng(3)
    rewards = rng.random(50)

    found = dr(rewards, rng.uniform(0.05, 1, 50), rng.random(50), (rewards, np.full(50, 0.25)))

    assert (found.value, found.low, found.high) == pytest.approx((0.25, 0.25, 0.25))


@pytest.mark.parametrize(
    ("shown_with", "would_show_with", "rewards"),
    [
        ([0.0, 0.5], [0.5, 0.5], [1.0, 0.0]),
        ([-0.1, 0.5], [0.5, 0.5], [1.0, 0.0]),
        ([1.2, 0.5], [0.5, 0.5], [1.0, 0.0]),
        ([np.nan, 0.5], [0.5, 0.5], [1.0, 0.0]),
        ([0.5, 0.5], [0.5, 1.5], [1.0, 0.0]),
        ([0.5, 0.5], [0.5, 0.5], [np.inf, 0.0]),
        ([0.5, 0.5], [0.5], [1.0, 0.0]),
        ([], [], []),
    ],
)
@pytest.mark.parametrize("estimator", [ips, snips])
def test_impossible_logs_are_refused(estimator, shown_with, would_show_with, rewards):
    with pytest.raises(ValueError, match=r"log|array|probability"):
        estimator(np.array(rewards), np.array(shown_with), np.array(would_show_with))


def test_impossible_probabilities_are_marked():
    shown_with = np.array([0.0, -0.2, 1.1, np.nan, np.inf, 1.0, 1e-6])

    marks = impossible(shown_with)

    assert marks.tolist() == [True] * 5 + [False] * 2


def test_a_policy_that_shows_nothing_of_the_log_has_no_snips():
    found = snips(np.ones(4), np.full(4, 0.5), np.zeros(4))

    assert np.isnan([found.value, found.low, found.high]).all()
    assert found.ess == 0


def test_the_mean_weight_shows_what_the_log_does_not_cover():
    rng = np.random.default_rng(4)
    action = rng.integers(0, 4, 4_000)  # four of five products were shown, at random
    wants = np.array([0.2, 0.2, 0.2, 0.0, 0.4])  # and the fifth is wanted often

    value, low, high = mean_weight(np.full(4_000, 0.25), wants[action])

    assert value == pytest.approx(0.6, abs=0.03)
    assert low < value < high < 0.65


def test_the_effective_sample_size_is_the_count_for_equal_weights_and_one_for_a_single_one():
    assert ess(np.full(70, 3.0)) == pytest.approx(70)
    assert ess(np.array([0.0, 9.0, 0.0])) == pytest.approx(1)
    assert ess(np.zeros(3)) == 0


def test_a_difference_is_paired_so_equal_policies_differ_by_nothing():
    rng = np.random.default_rng(5)
    one = ips(rng.random(80), rng.uniform(0.2, 1, 80), rng.random(80))

    assert difference(one, one) == (0.0, 0.0, 0.0)


def test_one_impression_has_no_interval():
    assert np.isnan(interval(np.array([1.0]))).all()


def test_equal_contributions_leave_no_doubt():
    assert interval(np.full(40, 0.25)) == (0.25, 0.25)


def test_the_interval_of_many_small_numbers_is_the_plain_normal_one():
    numbers = np.random.default_rng(6).normal(3, 2, 200_000)
    error = numbers.std() / len(numbers) ** 0.5

    low, high = interval(numbers)

    assert (low, high) == pytest.approx((numbers.mean() - 1.96 * error, numbers.mean() + 1.96 * error), abs=error / 20)


def test_turning_the_numbers_round_turns_the_interval_round():
    numbers = np.random.default_rng(7).exponential(size=300)

    low, high = interval(numbers)

    assert interval(-numbers) == pytest.approx((-high, -low), abs=1e-12)


def test_a_surer_interval_holds_the_less_sure_one():
    numbers = np.random.default_rng(8).exponential(size=300)

    limits = [interval(numbers, level=level) for level in (0.5, 0.95, 0.975, 0.99, 0.9999)]

    assert [low for low, _ in limits] == sorted((low for low, _ in limits), reverse=True)
    assert [high for _, high in limits] == sorted(high for _, high in limits)


def test_one_large_term_is_expected_to_come_again():
    once = np.zeros(1_000)
    once[:30], once[0] = 1.0, 20.0

    low, high = interval(once)

    assert low > 0
    assert high - once.mean() > 2 * (once.mean() - low)


def test_the_intervals_of_a_difference_hold_what_they_promise_where_a_few_lists_decide():
    """Two rankings mostly agree; in one list of twenty-five the second would show something five times as often."""
    rng, runs, lists = np.random.default_rng(20261128), 1_000, 2_000
    too_high = too_low = 0

    for _ in range(runs):
        shown_with = np.full(lists, 0.2)
        would = np.where(rng.random(lists) < 0.04, 1.0, rng.choice([0.19, 0.202], lists, p=[0.2, 0.8]))
        rewards = (rng.random(lists) < 0.1).astype(float)
        ahead = ips(rewards, shown_with, would), ips(rewards, shown_with, shown_with)
        truth = 0.1 * (0.04 * 4 + 0.96 * (0.2 * -0.05 + 0.8 * 0.01))
        _, low, high = difference(*ahead)
        too_high, too_low = too_high + (low > truth), too_low + (high < truth)

    assert 0.93 <= 1 - (too_high + too_low) / runs <= 0.98
    assert too_high / runs <= 0.025 + 2 * (0.025 * 0.975 / runs) ** 0.5
    assert too_low / runs <= 0.05


def logged_bandit(rng: np.random.Generator, size: int = 4_000) -> dict[str, np.ndarray]:
    """Eight products, rewards of 3 to 12 %, logged by a policy that explores in 60 % of the lists.

    The judged policy wants another product than the logging one.
    """
    context = rng.random(size)
    usual = (context * 8).astype(int)
    wanted = (usual + 1) % 8
    shown = np.where(rng.random(size) < 0.6, rng.integers(0, 8, size), usual)
    chance = (0.03 + 0.05 * context) * (1 + 0.5 * (shown == wanted))
    guess = 0.05 + 0.01 * (shown == wanted)  # a poor model, made before the log
    return {
        "rewards": (rng.random(size) < chance).astype(float),
        "shown_with": np.where(shown == usual, 0.4 + 0.6 / 8, 0.6 / 8),
        "would_show_with": np.where(shown == wanted, 0.9, 0.1 / 7),
        "guess": guess,
        "expected_guess": np.full(size, 0.05 + 0.01 * 0.9),
    }


def test_the_intervals_cover_the_truth_in_93_to_97_percent():
    rng, truth = np.random.default_rng(20260305), 0.055 * (1 + 0.5 * 0.9)
    covered = {"ips": 0, "snips": 0, "dr": 0}

    for _ in range(1_000):
        log = logged_bandit(rng)
        data = (log["rewards"], log["shown_with"], log["would_show_with"])
        found = {"ips": ips(*data), "snips": snips(*data), "dr": dr(*data, (log["guess"], log["expected_guess"]))}
        for name, each in found.items():
            covered[name] += each.low <= truth <= each.high

    assert all(930 <= count <= 970 for count in covered.values()), covered


def test_numbers_too_large_to_be_squared_tell_nothing_of_their_mean():
    assert interval(np.array([1e160, 0.0, 0.0])) == (-np.inf, np.inf)
