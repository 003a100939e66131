"""The log as training reads it, a day at a time. What cannot have happened is counted, listed and left out.

For commands alone: it imports what trains, which no page may.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import NamedTuple

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from recommender.features import FEATURES
from recommender.learning.statistics import Rows
from shop.learning.faults import Possible
from shop.learning.models import Candidate, Impression
from shop.learning.rules import GRAIN, has_helped
from shop.learning.states import Fate

MOST_LISTED, MOST_SAID = 200, 20
ROWS_AT_ONCE = 1000


class Refused(NamedTuple):
    """One row that was left out. `place` is None when its whole list was."""

    impression_id: str
    place: int | None
    reason: str


@dataclass
class LogReport:
    """What a reading found: filled while it goes. `today` tells which days cannot have been yet."""

    today: date
    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    listed: list[Refused] = field(default_factory=list)

    def leave_out(self, refused: Refused, rows: int = 1) -> None:
        """Count rows for their reason; the first ones are listed, too."""
        self.refused[refused.reason] += rows
        if len(self.listed) < MOST_LISTED:
            self.listed.append(refused)

    def lines(self) -> list[str]:
        """The report in words, the most frequent reason first."""
        left_out = [f"{count} rows left out: {reason}" for reason, count in self.refused.most_common()]
        return [f"{self.read} rows read", *left_out]

    def first_left_out(self) -> list[str]:
        """The first rows that were left out, by their list and place."""
        return [
            f"  list {name}, {'whole list' if place is None else f'place {place}'}: {reason}"
            for name, place, reason in self.listed[:MOST_SAID]
        ]


def read_rows(
    session: Session, since: date, until: date, report: LogReport, *, columns: Sequence[str] = FEATURES
) -> Iterator[Rows]:
    """The rows of each day from `since` to `until` (both included), oldest first; a day without any is passed over.

    Features are in the order of `columns`; one that is never logged is 0. A product that went into the cart counts as
    opened. A purchase is followed up once it came back, was marked, or was kept while returns could still be seen.
    """
    possible = Possible.now(session, report.today)
    query = (
        select(Impression, Candidate)
        .join(Candidate, Candidate.impression_id == Impression.id)
        .where(Impression.day.between(since, until))
        .order_by(Impression.day, Impression.id, Candidate.position)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for day, of_day in groupby(session.execute(query), key=lambda row: row[0].day):
        kept: list[Candidate] = []
        for shown, of_list in groupby(of_day, key=lambda row: row[0]):
            kept += _usable(shown, [row[1] for row in of_list], possible, report)
        report.read += len(kept)
        if kept:
            yield _rows(day, kept, columns)


def _usable(shown: Impression, products: Sequence[Candidate], possible: Possible, report: LogReport) -> list[Candidate]:
    fault, kept = possible.frame_fault(shown, products), list[Candidate]()
    if fault is not None:
        report.leave_out(Refused(shown.id, None, fault), len(products))
        return kept
    for product in products:
        fault = possible.row_fault(product)
        if fault is None:
            kept.append(product)
        else:
            report.leave_out(Refused(shown.id, product.position, fault))
    return kept


def _rows(day: date, products: Sequence[Candidate], columns: Sequence[str]) -> Rows:
    followed_up = [product.fate is not Fate.OPEN or product.helped is not None for product in products]
    helped = [has_helped(is_kept=product.fate is not Fate.RETURNED, mark=product.helped) for product in products]
    return Rows(
        features=np.array([[product.features.get(name, 0) / GRAIN for name in columns] for product in products]),
        items=np.array([product.sku for product in products], dtype=np.str_),
        positions=np.array([product.position for product in products], dtype=np.int64),
        days=np.full(len(products), day.toordinal(), dtype=np.int64),
        opened=np.array([product.opened or product.added for product in products]),
        bought=np.array([product.bought for product in products]),
        outcome_known=np.array(followed_up),
        helped=np.array(helped) & np.array(followed_up),
    )
