"""What a model may miss: answers that moved since its training, and what trees find in them that it does not.

For commands alone: it imports scikit-learn.
"""

from collections import deque
from datetime import date, timedelta

import numpy as np
from sqlalchemy.orm import Session

from recommender.bits import Floats
from recommender.learning.challenger import TreeChallenger
from recommender.learning.drift import calibration_drift, feature_drift
from recommender.learning.statistics import Rows
from recommender.posterior import Posterior
from shop.learning.cards import stage_chances
from shop.learning.reading import LogReport, read_rows

MOST_ROWS = 50_000
"""The newest rows of a window that are looked at."""
LEAST_ROWS = 500
"""Rows on either side below which trees are not asked."""
CLEARLY = 2.0
"""Standard errors by which trees must foretell better before it is told as a lack of the model."""


def watch(session: Session, posterior: Posterior, first: date, last: date, today: date) -> list[str]:
    """Sentences on the log after `last` beside the days from `first` to `last` that the model was trained on."""
    before = _newest(session, posterior, first, last, today)
    after = _newest(session, posterior, last + timedelta(days=1), today, today)
    if before is None or after is None:
        return ["There is nothing since its training that could show whether the answers moved."]
    chances = stage_chances(posterior, after)[0]
    opened = calibration_drift("opened", chances, after.opened.astype(np.float64))
    return [*_moved(posterior, before, after), opened.sentence, against_trees(chances, before, after)]


def against_trees(chances: Floats, before: Rows, after: Rows) -> str:
    """Whether boosted trees, trained on `before`, foretell better than these `chances` what is opened in `after`."""
    rows, classes = min(len(before.opened), len(after.opened)), len(np.unique(before.opened))
    if rows < LEAST_ROWS or classes < len((False, True)):
        return f"Trees were not asked: {rows} rows on one side are too few."
    trees = TreeChallenger().fit(_design(before), before.opened)
    gain = _losses(chances, after.opened) - _losses(trees.predict_proba(_design(after))[:, 1], after.opened)
    error = float(gain.std(ddof=1)) / len(gain) ** 0.5
    figures = f"by {gain.mean():+.4f} ± {1.96 * error:.4f} of log loss a row, {len(gain)} rows"
    if gain.mean() > CLEARLY * error:
        return f"Trees foretell better what is opened ({figures}): the model lacks a column, perhaps a crossed one."
    return f"Trees do not foretell clearly better what is opened ({figures})."


def _moved(posterior: Posterior, before: Rows, after: Rows) -> list[str]:
    found = feature_drift(posterior.columns, before.features, after.features)
    alarms = [finding.sentence for finding in found if finding.is_alarm]
    largest = max((finding.figure for finding in found if finding.figure is not None), default=None)
    if alarms or largest is None:
        return alarms or [finding.sentence for finding in found]
    return [f"No answer has moved: the largest stability index is {largest:.2f}."]


def _newest(session: Session, posterior: Posterior, first: date, last: date, today: date) -> Rows | None:
    days: deque[Rows] = deque()
    for rows in read_rows(session, first, last, LogReport(today), columns=posterior.columns):
        days.append(rows)
        while sum(len(day.opened) for day in days) - len(days[0].opened) >= MOST_ROWS:
            days.popleft()
    return _together(days) if days else None


def _together(days: deque[Rows]) -> Rows:
    names = ("features", "items", "positions", "days", "opened", "bought", "outcome_known", "helped")
    return Rows(**{name: np.concatenate([getattr(day, name) for day in days]) for name in names})


def _design(rows: Rows) -> Floats:
    """(rows, columns + 1): what the model sees, and the place."""
    return np.column_stack([rows.features, rows.positions])


def _losses(chances: Floats, happened: np.ndarray) -> Floats:
    sure = np.clip(chances, 1e-6, 1 - 1e-6)
    losses: Floats = -np.log(np.where(happened, sure, 1 - sure))
    return losses
