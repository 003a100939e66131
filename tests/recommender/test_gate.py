"""The gate: only a candidate that is surely better, safe and well supported by the log replaces the live model."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from recommender.gate import Checks, Decision, Judged, Log, Verdict, decide
from recommender.gate_words import conclusions, lists_needed, table
from shop.content.claims import find_claims

PRODUCTS = 4
CHANCES = np.array([0.02, 0.05, 0.08, 0.2])


def nothing_wrong() -> list[str]:
    return []


def make_log(lists: int, *, seed: int = 1, explored: float = 1.0) -> tuple[Log, np.ndarray]:
    """Lists of one place, of product 1 except where the live model explores, and the product of each."""
    rng = np.random.default_rng(seed)
    shown = np.where(rng.random(lists) < explored, rng.integers(0, PRODUCTS, lists), 1)
    rewards = (rng.random(lists) < CHANCES[shown]).astype(float)
    shown_with = np.where(shown == 1, 1 - explored, 0.0) + explored / PRODUCTS
    return Log(np.arange(lists), rewards, shown_with), shown


def ranking(name: str, product: int, shown: np.ndarray) -> Judged:
    """A ranking that always shows `product`, with a rough reward model of 0.1 whatever is shown."""
    flat = np.full(len(shown), 0.1)
    return Judged(name, (shown == product).astype(float), flat, flat)


def decided(product: int, *, lists: int = 6_000, explored: float = 1.0, **checks) -> Decision:
    log, shown = make_log(lists, explored=explored)
    suites = {"safety": nothing_wrong, "personas": nothing_wrong} | checks
    return decide(
        ranking("candidate", product, shown),
        ranking("live", 1, shown),
        ranking("day one", 0, shown),
        log,
        Checks(**suites),
    )


def test_a_candidate_that_is_surely_better_and_safe_is_promoted():
    found = decided(3)

    assert found.promote
    assert [line.name for line in found.table] == ["candidate", "live", "day one"]
    assert found.table[0].snips.value == pytest.approx(0.2, abs=0.03)
    assert found.table[1].snips_ahead is not None
    assert found.table[1].snips_ahead.low > 0


def test_the_same_ranking_is_not_promoted_over_itself():
    found = decided(1)

    assert found.verdict is Verdict.NOT_ENOUGH


def test_a_worse_candidate_is_not_better():
    found = decided(0, lists=12_000)

    assert found.verdict is Verdict.NOT_BETTER
    assert any("not ahead of live" in reason for reason in found.reasons)


def test_it_must_beat_the_day_one_scorer_too():
    log, shown = make_log(6_000)
    day_one = ranking("day one", 3, shown)

    found = decide(
        ranking("candidate", 2, shown), ranking("live", 0, shown), day_one, log,
        Checks(nothing_wrong, nothing_wrong),
    )  # fmt: skip

    assert found.verdict is Verdict.NOT_BETTER
    assert all("day one" in reason for reason in found.reasons)


def test_few_lists_are_not_enough_however_good_it_looks():
    found = decided(3, lists=1_600)

    assert found.table[0].ess < 500
    assert found.verdict is Verdict.NOT_ENOUGH
    assert any("worth" in reason for reason in found.reasons)


def test_what_the_log_never_showed_cannot_be_promoted():
    found = decided(3, explored=0.0)

    assert found.verdict is Verdict.NOT_ENOUGH
    assert any("covers about 0%" in reason for reason in found.reasons)


def test_few_rewards_are_not_enough_whatever_the_number_of_lists():
    log, shown = make_log(6_000)
    log.rewards[:] = 0
    log.rewards[np.flatnonzero(shown == 3)[:25]] = 1

    found = decide(
        ranking("candidate", 3, shown), ranking("live", 1, shown), ranking("day one", 0, shown), log,
        Checks(nothing_wrong, nothing_wrong),
    )  # fmt: skip

    assert found.verdict is Verdict.NOT_ENOUGH
    assert any("25 lists with a reward" in reason for reason in found.reasons)


@pytest.mark.parametrize("suite", ["safety", "personas"])
def test_anything_a_suite_finds_refuses(suite):
    found = decided(3, **{suite: lambda: ["mat 7 was shown to somebody pregnant"]})

    assert found.verdict is Verdict.REFUSED
    assert "mat 7 was shown to somebody pregnant" in found.reasons[0]


@pytest.mark.parametrize("suite", ["safety", "personas"])
def test_a_suite_that_breaks_down_refuses(suite):
    def broken() -> list[str]:
        raise RuntimeError("no catalogue")

    found = decided(3, **{suite: broken})

    assert found.verdict is Verdict.REFUSED
    assert "no catalogue" in found.reasons[0]


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.1, 1.5])
@pytest.mark.parametrize("whose", [0, 1, 2])
def test_numbers_that_are_no_probabilities_refuse(value, whose):
    log, shown = make_log(6_000)
    rankings = [ranking("candidate", 3, shown), ranking("live", 1, shown), ranking("day one", 0, shown)]
    rankings[whose].would_show_with[17] = value

    found = decide(*rankings, log, Checks(nothing_wrong, nothing_wrong))

    assert found.verdict is Verdict.REFUSED


def test_predictions_that_are_not_numbers_refuse():
    log, shown = make_log(6_000)
    rankings = [ranking("candidate", 3, shown), ranking("live", 1, shown), ranking("day one", 0, shown)]
    rankings[0].predicted[3] = np.nan

    assert not decide(*rankings, log, Checks(nothing_wrong, nothing_wrong)).promote


@pytest.mark.parametrize("value", [0.0, -0.5, 1.01, np.nan, np.inf])
def test_impossible_rows_are_counted_listed_and_left_out_with_their_list(value):
    log, shown = make_log(6_000)
    impressions = np.repeat(np.arange(3_000), 2)
    log = replace(log, impressions=impressions)
    log.shown_with[10:12] = value  # both rows of list 5
    log.rewards[20] = np.nan  # one row of list 10

    found = decide(
        ranking("candidate", 3, shown), ranking("live", 1, shown), ranking("day one", 0, shown), log,
        Checks(nothing_wrong, nothing_wrong),
    )  # fmt: skip

    assert (found.left_out_rows, found.left_out_lists, found.lists) == (3, 2, 2_998)
    assert [sentence.split(":")[0] for sentence in found.left_out] == ["row 10", "row 11", "row 20"]
    assert found.promote


def test_an_empty_log_and_one_of_impossible_rows_change_nothing():
    log, shown = make_log(50)
    empty = Log(np.zeros(0), np.zeros(0), np.zeros(0))
    none = np.zeros(0, dtype=int)
    log.shown_with[:] = 0

    found = [
        decide(
            ranking("c", 3, what), ranking("l", 1, what), ranking("d", 0, what), rows,
            Checks(nothing_wrong, nothing_wrong),
        )
        for rows, what in ((empty, none), (log, shown))
    ]  # fmt: skip

    assert [each.verdict for each in found] == [Verdict.NOT_ENOUGH] * 2
    assert found[1].left_out_rows == 50
    assert len(found[1].left_out) == 20
    assert all(conclusions(each) for each in found)


def test_arrays_of_different_lengths_refuse():
    log, shown = make_log(100)

    found = decide(
        ranking("candidate", 3, shown[:-1]), ranking("live", 1, shown), ranking("day one", 0, shown), log,
        Checks(nothing_wrong, nothing_wrong),
    )  # fmt: skip

    assert found.verdict is Verdict.REFUSED


def test_probabilities_that_were_logged_too_small_are_noticed():
    log, shown = make_log(6_000)
    log = replace(log, shown_with=log.shown_with / 2)

    found = decide(
        ranking("candidate", 3, shown), ranking("live", 1, shown), ranking("day one", 0, shown), log,
        Checks(nothing_wrong, nothing_wrong),
    )  # fmt: skip

    assert found.verdict is Verdict.NOT_ENOUGH
    assert any("too small" in reason for reason in found.reasons)


def test_before_the_first_promotion_the_live_ranking_is_the_day_one_scorer():
    log, shown = make_log(6_000)
    day_one = ranking("day one", 1, shown)

    found = decide(ranking("candidate", 3, shown), day_one, day_one, log, Checks(nothing_wrong, nothing_wrong))

    assert found.promote
    assert len(found.table) == 2


def test_equal_rankings_are_promoted_by_chance_about_once_in_forty():
    rng, promoted = np.random.default_rng(3), 0

    for _ in range(400):
        lists = 2_000
        shown = rng.integers(0, 2, lists)  # two products that are worth the same
        log = Log(np.arange(lists), (rng.random(lists) < 0.1).astype(float), np.full(lists, 0.5))
        day_one = ranking("day one", 1, shown)
        found = decide(ranking("candidate", 0, shown), day_one, day_one, log, Checks(nothing_wrong, nothing_wrong))
        promoted += found.promote

    assert promoted <= 11  # 5 are expected: the first look spends half of the error


def test_a_later_look_must_be_surer():
    log, shown = make_log(6_000)
    candidate, live = ranking("candidate", 3, shown), ranking("live", 2, shown)

    found = [decide(candidate, live, live, log, Checks(nothing_wrong, nothing_wrong, look)) for look in (1, 2_000)]

    widths = [each.table[1].dr_ahead.high - each.table[1].dr_ahead.low for each in found if each.table[1].dr_ahead]
    assert widths[0] < widths[1]
    assert [each.look for each in found] == [1, 2_000]
    assert found[0].level < found[1].level


def test_only_a_look_that_could_have_promoted_is_one():
    assert decided(3).weighed
    assert decided(1).weighed
    assert not decided(3, lists=200).weighed
    assert not decided(3, safety=lambda: ["mat 7 was shown"]).weighed
    assert "look 1" in " ".join(conclusions(decided(3)))
    assert "look 1" not in " ".join(conclusions(decided(3, lists=200)))


def test_the_sample_size_is_lehrs():
    assert lists_needed(0.03, 0.2) == pytest.approx(13_000, rel=0.01)
    assert lists_needed(0.03, 0.1) == pytest.approx(52_000, rel=0.01)
    with pytest.raises(ValueError, match="between 0 and 1"):
        lists_needed(0.0, 0.1)


def test_the_sentences_say_what_cannot_be_concluded_and_make_no_health_claim():
    text = "\n".join([*conclusions(decided(3)), table(decided(3))])

    assert "may replace the live model" in text
    assert "What cannot be said" in text
    assert "16 p (1 - p) / d²" in text
    assert find_claims(text) == ()


def test_estimates_gate_and_card_need_numpy_alone():
    program = (
        "import sys, recommender.offpolicy, recommender.gate, recommender.gate_words, recommender.model_card;"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert {"sklearn", "scipy", "pandas", "shop", "flask"}.isdisjoint(printed.split())
