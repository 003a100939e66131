"""The statistics that training needs, out of Parquet files: on this machine by DuckDB, or on a running Dask cluster.

Both ask DuckDB to sum up one file at a time; the sums add up, so any number of machines gives the same model.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np

from recommender.learning.archive import FEATURE, BadArchive, day_of
from recommender.learning.columns import STAGES
from recommender.learning.statistics import SufficientStatistics

FILES_AT_ONCE = 16
Progress = Callable[[int, int], None]
"""Called with how many files are done, and of how many."""


def sum_up(path: Path, columns: Sequence[str]) -> SufficientStatistics:
    """Return the statistics of one day's file. Raises BadArchive when it is not one of ours."""
    day = day_of(path).toordinal()
    features = [f'"{FEATURE}{name}"' for name in columns]
    with duckdb.connect(":memory:", config={"threads": 1}) as database:
        try:
            found = database.execute(_QUERY.format(features=", ".join(features)), [str(path)]).fetchnumpy()
        except duckdb.Error as error:
            raise BadArchive(f"{path}: {str(error).splitlines()[0]}") from error
    items, item = np.unique(np.asarray(found["item"], dtype=np.str_), return_inverse=True)
    rows = len(item)
    asked = np.column_stack([np.asarray(found[name], dtype=np.float64) for name in ("shown", "opened", "followed_up")])
    won = np.column_stack([np.asarray(found[name], dtype=np.float64) for name in ("opened", "bought", "helped")])
    codes = [np.asarray(found[name.strip('"')], dtype=np.int16) for name in features]
    return SufficientStatistics.from_arrays(
        {
            "stages": np.array(STAGES),
            "items": items,
            "item": item,
            "codes": np.column_stack(codes) if codes else np.zeros((rows, 0), np.int16),
            "position": np.asarray(found["position"], dtype=np.int64),
            "day": np.full(rows, day),
            "tried": asked,
            "won": won,
            "squared": won,  # every answer is yes or no, and is its own square
        }
    )


_QUERY = """
SELECT item, position, {features}, count(*) AS shown, count(*) FILTER (opened) AS opened,
    count(*) FILTER (opened AND bought) AS bought,
    count(*) FILTER (opened AND bought AND outcome_known) AS followed_up,
    count(*) FILTER (opened AND bought AND outcome_known AND helped) AS helped
FROM read_parquet(?) GROUP BY ALL
"""


def on_this_machine(files: Sequence[Path], columns: Sequence[str], progress: Progress) -> SufficientStatistics:
    """Return the statistics of all files, summed up one after the other. Raises BadArchive."""
    return _added_up((sum_up(path, columns) for path in files), len(files), progress)


def on_dask(
    files: Sequence[Path], columns: Sequence[str], scheduler: str, progress: Progress, *, patience: str = "10s"
) -> SufficientStatistics:
    """Return the same from the workers of a running Dask cluster, which must see the files under the same paths.

    Raises BadArchive, and OSError when no scheduler answers at that address.
    """
    from distributed import Client, as_completed  # a cluster's library, for those who have one

    with Client(scheduler, timeout=patience, set_as_default=False) as client:
        waiting = client.map(sum_up, files, columns=tuple(columns), pure=False)
        parts = (part for _, part in as_completed(waiting, loop=client.loop, with_results=True))
        return _added_up(parts, len(files), progress)


def _added_up(parts: Iterator[SufficientStatistics], total: int, progress: Progress) -> SufficientStatistics:
    """Add up a few at a time, so that memory holds the sum and no more than a few days."""
    kept: list[SufficientStatistics] = []
    for done, part in enumerate(parts, 1):
        kept.append(part)
        if len(kept) >= FILES_AT_ONCE:
            kept = [SufficientStatistics.merge_all(kept)]
        progress(done, total)
    if not kept:
        raise BadArchive("there is no day to read")
    return SufficientStatistics.merge_all(kept)
