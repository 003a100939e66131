"""What a soak makes of its figures: caches that fill are forgiven, growth that goes on is not."""

import pytest

from bench.soak import Verdict, Window, slope

FINE = Verdict(memory_slope=0.4, files_slope=0.0, stuck=0, wrong=[], crashes=0)


def windows(*megabytes: float) -> list[Window]:
    return [
        Window(1000.0 * number, 1000 * number, memory, 60, 20, 90, 0, 3)
        for number, memory in enumerate(megabytes, start=1)
    ]


def test_growth_is_told_for_a_thousand_requests_and_without_the_first_fifth() -> None:
    filling, steady, growing = [100.0, 180.0], [200.0] * 8, [200.0 + 3 * number for number in range(8)]

    assert slope(windows(*filling, *steady), "megabytes") == pytest.approx(0)
    assert slope(windows(*filling, *growing), "megabytes") == pytest.approx(3)
    assert slope(windows(100.0), "megabytes") == 0


@pytest.mark.parametrize(
    ("what", "value", "sentence"),
    [
        ("memory_slope", 2.5, "memory grows by 2.50 MB"),
        ("files_slope", 1.0, "open files grow by 1.00"),
        ("stuck", 2, "2 units are held for ever"),
        ("wrong", ["1 units: ..."], "the judge finds 1 things wrong"),
        ("crashes", 1, "1 answers were 500"),
    ],
)
def test_each_goal_can_be_missed(what: str, value: object, sentence: str) -> None:
    verdict = Verdict(**{**vars(FINE), what: value})

    assert FINE.missed == []
    assert len(verdict.missed) == 1
    assert sentence in verdict.missed[0]
