"""The bench of judged lists runs, and what it makes is judged by the chances that it had."""

import pytest

from bench.judged_lists import CANDIDATE, measure


def test_day_one_weighs_1_and_some_lists_are_left_out() -> None:
    found = measure(150, 2, 60, 0.1, 6100)

    assert found["itself"] == pytest.approx((1.0, 1.0), abs=1e-9)
    assert 0.1 < found["left_out"] < 0.5
    assert found["true"][CANDIDATE] > 0
    assert len(found["missed"]) == 6
