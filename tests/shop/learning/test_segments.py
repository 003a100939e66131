"""Groups of visitors on the card of a model: told by the kinds of fit in the log, and silent where little is known."""

import numpy as np

from recommender.features import FEATURES
from recommender.gate import Judged, Log
from shop.learning.judging import Batch
from shop.learning.segments import NO_AREA, lists_by_segment, segment_figures

LISTS = 1_200


def make_batch(*asked: str, names: range) -> Batch:
    """Lists of two products, with fits for what was asked."""
    fit = [float(feature in asked) for feature in FEATURES]
    return Batch([str(name) for name in names], [["mat", "ring"]] * len(names), [[fit, fit]] * len(names))


def log_of(lists: int) -> tuple[Log, Judged, Judged]:
    """Every list's two rows; what the first ranking would show is rewarded more."""
    rng = np.random.default_rng(1)
    first = np.tile([True, False], lists)
    rewards = (rng.random(2 * lists) < np.where(first, 0.3, 0.1)).astype(float)
    log = Log(np.repeat([str(name) for name in range(lists)], 2), rewards, np.full(2 * lists, 0.5))
    flat = np.full(2 * lists, 0.2)
    return log, Judged("own", first * 1.0, flat, flat), Judged("day one", ~first * 1.0, flat, flat)


def test_a_list_is_in_the_segments_that_its_fits_tell() -> None:
    batches = {
        ("a", 1.0): make_batch("area", "calm", names=range(2)),
        ("b", 1.0): make_batch("position", names=range(2, 3)),
    }

    found = lists_by_segment(batches)

    assert found == {
        "an area was named": ["0", "1"], "to wind down": ["0", "1"], "a position was named": ["2"], NO_AREA: ["2"]
    }  # fmt: skip


def test_a_segment_with_enough_lists_has_figures_and_a_small_one_none() -> None:
    small = 40
    batches = {
        ("a", 1.0): make_batch("area", names=range(LISTS - small)),
        ("b", 1.0): make_batch(names=range(LISTS - small, LISTS)),
    }

    found = {line.segment: line for line in segment_figures(batches, *log_of(LISTS))}

    large = found["an area was named"]
    assert large.lists == LISTS - small
    assert large.earned is not None
    assert large.day_one_earned is not None
    assert large.earned.low > large.day_one_earned.high
    assert (found[NO_AREA].lists, found[NO_AREA].earned, found[NO_AREA].day_one_earned) == (small, None, None)
