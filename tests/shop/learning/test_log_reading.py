"""The log as training reads it: by day, and without what cannot have happened."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from recommender.features import FEATURES
from recommender.learning.statistics import Rows, SufficientStatistics
from shop.learning import service
from shop.learning.models import Candidate, Impression
from shop.learning.reading import LogReport, Refused, read_rows
from shop.learning.states import Fate
from tests.make import make_product
from tests.shop.learning.lists import OTHER, TODAY, VISIT, make_list, show

YESTERDAY = TODAY - timedelta(days=1)


def make_log(session: Session) -> None:
    """Two days: A, B, C yesterday, B, A today."""
    for sku in ("A", "B", "C"):
        make_product(session, sku)
    show(session, make_list("A", "B", "C"), today=YESTERDAY)
    show(session, make_list("B", "A"), visit=OTHER)


def read(session: Session) -> tuple[list[Rows], LogReport]:
    session.flush()
    session.expire_all()
    report = LogReport(TODAY)
    return list(read_rows(session, YESTERDAY, TODAY, report)), report


def spoil(session: Session, which: str, /, **values: object) -> None:
    """Put values into yesterday's row of a product as only a mistake or an intruder could."""
    of_yesterday = Candidate.impression_id.in_(select(Impression.id).where(Impression.day == YESTERDAY))
    session.execute(update(Candidate).where(of_yesterday, Candidate.sku == which).values(**values))


def spoil_list(session: Session, **values: object) -> None:
    """The same for what yesterday's list was made with."""
    session.execute(update(Impression).where(Impression.day == YESTERDAY).values(**values))


def test_each_day_comes_by_itself_in_the_shape_that_training_adds_up(log: Session) -> None:
    make_log(log)

    days, report = read(log)

    assert [rows.items.tolist() for rows in days] == [["A", "B", "C"], ["B", "A"]]
    assert days[0].positions.tolist() == [1, 2, 3]
    assert set(days[1].days.tolist()) == {TODAY.toordinal()}
    assert days[0].features.shape == (3, len(FEATURES))
    assert days[0].features[:, FEATURES.index("area")].tolist() == [0.5, 0.5, 0.5]
    assert days[0].features[:, FEATURES.index("price")].tolist() == [-1 / 64, -2 / 64, -3 / 64]
    assert not days[0].features[:, FEATURES.index("cautions")].any()
    assert SufficientStatistics.merge_all([SufficientStatistics.from_rows(rows) for rows in days]).count() == {
        "opened": 5,
        "bought": 0,
        "helped": 0,
    }
    assert report.lines() == ["5 rows read"]


def test_only_the_days_asked_for_are_read(log: Session) -> None:
    make_log(log)

    days = list(read_rows(log, TODAY, TODAY, LogReport(TODAY)))

    assert [rows.items.tolist() for rows in days] == [["B", "A"]]


@pytest.mark.parametrize(
    ("fate", "mark", "known", "helped"),
    [
        (Fate.OPEN, None, False, False),
        (Fate.OPEN, 8, True, True),
        (Fate.OPEN, 2, True, False),
        (Fate.KEPT, None, True, True),
        (Fate.KEPT, 2, True, False),
        (Fate.RETURNED, None, True, False),
        (Fate.RETURNED, 9, True, False),
    ],
)
def test_a_purchase_counts_as_followed_up_and_as_helpful(
    log: Session, fate: Fate, mark: int | None, known: bool, helped: bool
) -> None:
    make_log(log)
    spoil(log, "A", added=True, bought=True, fate=fate, helped=mark)

    rows = read(log)[0][0]

    assert (rows.opened[0], rows.bought[0]) == (True, True), "what went into the cart was opened"
    assert (bool(rows.outcome_known[0]), bool(rows.helped[0])) == (known, helped)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"propensity": 0.0}, "a probability outside of 0 to 1"),
        ({"propensity": 1.5}, "a probability outside of 0 to 1"),
        ({"sku": "GONE"}, "a product that the catalogue does not know"),
        ({"bought": True}, "bought without being put into the cart"),
        ({"fate": Fate.KEPT}, "kept, returned or marked without being bought"),
        ({"added": True, "bought": True, "helped": 99}, "a mark outside of 0 to 10"),
        ({"features": {"area": 10**9}}, "a fit that is no number of ours"),
        ({"features": [1, 2]}, "a fit that is no number of ours"),
        ({"features": {"cautions": 64}}, "a fit that may not be logged"),
    ],
)
def test_an_impossible_row_is_counted_listed_and_left_out(log: Session, values: dict[str, object], reason: str) -> None:
    make_log(log)
    spoil(log, "B", **values)

    days, report = read(log)

    assert [rows.items.tolist() for rows in days] == [["A", "C"], ["B", "A"]]
    assert dict(report.refused) == {reason: 1}
    assert [(refused.place, refused.reason) for refused in report.listed] == [(2, reason)]
    assert report.lines() == ["4 rows read", f"1 rows left out: {reason}"]


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lambda session: spoil(session, "B", position=7), "places with a gap or twice"),
        (lambda session: spoil(session, "B", sku="A"), "a product twice in one list"),
        (lambda session: spoil_list(session, exploration=1.5), "a share of chance outside of 0 to 1"),
        (lambda session: spoil_list(session, exploration=-1.0), "a share of chance outside of 0 to 1"),
        (lambda session: spoil_list(session, seed=-1), "a seed that no visit is given"),
    ],
)
def test_an_impossible_list_is_left_out_whole(log: Session, break_it: Callable[[Session], None], reason: str) -> None:
    make_log(log)
    break_it(log)

    days, report = read(log)

    assert [rows.items.tolist() for rows in days] == [["B", "A"]]
    assert dict(report.refused) == {reason: 3}
    assert [refused.place for refused in report.listed] == [None]


def test_a_day_that_has_not_been_yet_is_left_out(log: Session) -> None:
    make_log(log)
    show(log, make_list("C"), today=TODAY + timedelta(days=3))
    report = LogReport(TODAY)

    days = list(read_rows(log, YESTERDAY, TODAY + timedelta(days=9), report))

    assert len(days) == 2
    assert dict(report.refused) == {"a day that has not been yet": 1}


def test_however_many_rows_are_impossible_only_the_first_are_listed() -> None:
    report = LogReport(TODAY)

    for number in range(500):
        report.leave_out(Refused(f"list {number}", None, "why"))

    assert report.refused["why"] == 500
    assert len(report.listed) == 200


def test_reading_twice_gives_the_same_to_the_last_bit(log: Session) -> None:
    make_log(log)
    service.note_opened(log, VISIT, "A")

    first, second = read(log)[0], read(log)[0]

    assert all(np.array_equal(a.features, b.features) for a, b in zip(first, second, strict=True))
    assert [rows.opened.tolist() for rows in first] == [[True, False, False], [False, False]]
