"""Statistics from Parquet files are those of the rows themselves, whichever engine sums them up."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from distributed import LocalCluster

from recommender.learning.archive import BadArchive, day_files, forget_other_days, write_day
from recommender.learning.engines import on_dask, on_this_machine, sum_up
from recommender.learning.statistics import Rows, SufficientStatistics

COLUMNS = ("area", "kind", "price")
FIRST = date(2026, 6, 1)


def make_rows(day: date, n: int, seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    opened = rng.random(n) < 0.5
    bought = opened & (rng.random(n) < 0.4)
    known = bought & (rng.random(n) < 0.7)
    return Rows(
        features=rng.integers(-64, 65, (n, len(COLUMNS))) / 64,
        items=np.array([f"P{number}" for number in rng.integers(0, 6, n)]),
        positions=rng.integers(1, 6, n),
        days=np.full(n, day.toordinal()),
        opened=opened,
        bought=bought,
        outcome_known=known,
        helped=known & (rng.random(n) < 0.5),
    )


@pytest.fixture
def days() -> list[tuple[date, Rows]]:
    return [
        (FIRST + timedelta(days=number), make_rows(FIRST + timedelta(days=number), 80, number)) for number in range(5)
    ]


@pytest.fixture
def archive(tmp_path: Path, days: list[tuple[date, Rows]]) -> Path:
    for day, rows in days:
        write_day(tmp_path, day, rows, COLUMNS)
    return tmp_path


def assert_same(one: SufficientStatistics, other: SufficientStatistics) -> None:
    for name, values in one.to_arrays().items():
        np.testing.assert_array_equal(values, other.to_arrays()[name], err_msg=name)


def test_duckdb_finds_the_statistics_of_the_rows_to_the_last_bit(archive: Path, days: list[tuple[date, Rows]]) -> None:
    told: list[tuple[int, int]] = []

    found = on_this_machine(day_files(archive), COLUMNS, lambda done, total: told.append((done, total)))

    assert_same(found, SufficientStatistics.merge_all(SufficientStatistics.from_rows(rows) for _, rows in days))
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_two_workers_of_a_cluster_find_the_same(archive: Path, days: list[tuple[date, Rows]]) -> None:
    with cast(Any, LocalCluster)(  # Dask has no types
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        found = on_dask(day_files(archive), COLUMNS, cluster.scheduler_address, lambda _done, _total: None)

    assert_same(found, on_this_machine(day_files(archive), COLUMNS, lambda _done, _total: None))


def test_a_scheduler_that_does_not_answer_is_an_error_with_its_address(archive: Path) -> None:
    with pytest.raises(OSError, match=r"127\.0\.0\.1:9"):
        on_dask(day_files(archive), COLUMNS, "tcp://127.0.0.1:9", lambda _done, _total: None, patience="1s")


def test_what_was_erased_from_the_log_leaves_the_archive(archive: Path) -> None:
    gone = forget_other_days(archive, [FIRST, FIRST + timedelta(days=1)])

    assert gone == 3
    assert len(day_files(archive)) == 2


def test_the_order_of_a_file_tells_nothing(tmp_path: Path) -> None:
    rows = make_rows(FIRST, 40, 1)
    backwards = Rows(*(getattr(rows, name)[::-1] for name in rows.__dataclass_fields__))

    written = write_day(tmp_path / "a", FIRST, rows, COLUMNS).read_bytes()

    assert write_day(tmp_path / "b", FIRST, backwards, COLUMNS).read_bytes() == written


@pytest.mark.parametrize("content", [b"", b"PAR1 and nothing else", b"item,position\nA,1\n"])
def test_a_file_that_is_not_ours_is_refused_by_name(archive: Path, content: bytes) -> None:
    path = day_files(archive)[0]
    path.write_bytes(content)

    with pytest.raises(BadArchive, match=r"day=2026-06-01.rows\.parquet"):
        sum_up(path, COLUMNS)


def test_a_column_that_a_file_lacks_is_named(archive: Path) -> None:
    with pytest.raises(BadArchive, match="f_travel"):
        sum_up(day_files(archive)[0], (*COLUMNS, "travel"))


def test_an_empty_archive_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="no day"):
        on_this_machine(day_files(tmp_path), COLUMNS, lambda _done, _total: None)
