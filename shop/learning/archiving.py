"""The log as files, one a day, and the sums out of such files. For commands alone; it needs the extra `scale`."""

from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from recommender.features import FEATURES
from recommender.learning import engines
from recommender.learning.archive import BadArchive, day_files, day_of, forget_other_days, write_day
from recommender.learning.statistics import SufficientStatistics
from shop.learning.reading import LogReport, read_rows
from shop.learning.training import Progress, Window, days_of

__all__ = ["BadArchive", "archive_statistics", "export"]


def export(session: Session, folder: Path, report: LogReport, progress: Progress) -> tuple[int, int]:
    """Mirror the log into one file a day; returns how many days were written, and how many are there no more.

    What was erased from the log until now is gone from these files, too; what is erased later, after the next time.
    """
    everything = Window(date.min, report.today)
    total, written = len(days_of(session, everything)), list[date]()
    for rows in read_rows(session, everything.since, everything.until, report):
        day = date.fromordinal(int(rows.days[0]))
        write_day(folder, day, rows, FEATURES)
        written.append(day)
        progress(len(written), total)
    return len(written), forget_other_days(folder, written)


def archive_statistics(folder: Path, window: Window, scheduler: str | None, progress: Progress) -> SufficientStatistics:
    """The same sums out of exported files: by DuckDB here, or on the Dask cluster at `scheduler`.

    Raises BadArchive, and OSError when no scheduler answers.
    """
    files = [path for path in day_files(folder) if day_of(path) in window]
    if not files:
        raise BadArchive(f"{folder} holds no day between {window.since} and {window.until}")
    if scheduler is None:
        return engines.on_this_machine(files, FEATURES, progress)
    return engines.on_dask(files, FEATURES, scheduler, progress)
