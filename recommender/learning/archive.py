"""The log as Parquet files, one a day: `schema=1/day=2026-06-01/rows.parquet`, for engines that read many at once.

No file tells who saw a list or which rows were one list: that stays in the database. Features are whole 64ths.
"""

import re
import shutil
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recommender.learning.statistics import STEPS, Rows

SCHEMA = 1
FEATURE = "f_"
OUTCOMES = ("opened", "bought", "outcome_known", "helped")
_DAY = re.compile(r"day=(\d{4}-\d{2}-\d{2})")


class BadArchive(Exception):
    """A file of the archive is not one that `write_day` made; the message says which and why."""


def write_day(folder: Path, day: date, rows: Rows, columns: Sequence[str]) -> Path:
    """Write the rows of one day, in place of what was there, and return the file. `columns` name the features.

    The file is whole or not there. Rows are sorted, so that their order tells nothing.
    """
    codes = np.round(rows.features * STEPS).astype(np.int16)
    outcomes = [getattr(rows, name).astype(bool) for name in OUTCOMES]
    order = np.lexsort((*[codes[:, place] for place in range(codes.shape[1])], *outcomes, rows.positions, rows.items))
    table = pa.table(
        {
            "item": pa.array(rows.items[order].tolist(), pa.string()),
            "position": pa.array(rows.positions[order], pa.int16()),
            **{FEATURE + name: pa.array(codes[order, place]) for place, name in enumerate(columns)},
            **{name: pa.array(values[order]) for name, values in zip(OUTCOMES, outcomes, strict=True)},
        }
    )
    path = folder / f"schema={SCHEMA}" / f"day={day.isoformat()}" / "rows.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    pq.write_table(table, unfinished, compression="zstd")
    unfinished.replace(path)
    return path


def forget_other_days(folder: Path, days: Iterable[date]) -> int:
    """Remove every day that is not among `days` (its rows were erased from the log); return how many were removed."""
    kept, gone = set(days), 0
    for path in day_files(folder):
        if day_of(path) not in kept:
            shutil.rmtree(path.parent)
            gone += 1
    return gone


def day_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of all days, oldest first."""
    return tuple(sorted(folder.glob(f"schema={SCHEMA}/day=*/rows.parquet")))


def day_of(path: Path) -> date:
    """Return the day of a file. Raises BadArchive when its folder names none."""
    found = _DAY.fullmatch(path.parent.name)
    if found is None:
        raise BadArchive(f"{path}: the folder should be named like day=2026-06-01")
    try:
        return date.fromisoformat(found[1])
    except ValueError as error:
        raise BadArchive(f"{path}: {found[1]} is no day") from error
