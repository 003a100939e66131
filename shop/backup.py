"""Backup and restore of an SQLite database by its backup API: a plain copy of a file in WAL mode restores broken."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine


class BackupError(Exception):
    """The backup or restore cannot be done; the message says why and what to do."""


def database_path(engine: Engine) -> Path:
    """The file of an SQLite engine. Raises BackupError for another database, with the way to go there."""
    if engine.dialect.name != "sqlite":
        raise BackupError("this is no SQLite database: use pg_dump --format=custom and pg_restore (docs/operator.md)")
    if not engine.url.database or engine.url.database == ":memory:":
        raise BackupError("a database in memory cannot be backed up")
    return Path(engine.url.database)


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def _check(path: Path) -> None:
    with _open(path) as connection:
        try:
            verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'shop_order'").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise BackupError(f"{path} is no readable database: {error}") from error
    if verdict != "ok":
        raise BackupError(f"{path} is damaged: {verdict}")
    if not tables:
        raise BackupError(f"{path} holds no shop")


def _copy(source: Path, target: Path) -> None:
    with _open(source) as reader, _open(target) as writer:
        reader.backup(writer)  # in one step: in steps, each write of the shop would start it over
        writer.execute("PRAGMA journal_mode=DELETE")


def back_up(engine: Engine, target: Path) -> int:
    """Copy the live database to `target` while the shop runs; returns its size in bytes.

    The copy is written beside the target, checked, and renamed: a target is never half a backup.
    Raises BackupError, also when the target exists.
    """
    source = database_path(engine)
    if target.exists():
        raise BackupError(f"{target} exists; choose another name")
    if not target.parent.is_dir():
        raise BackupError(f"the folder {target.parent} does not exist")
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        _copy(source, partial)
        _check(partial)
        partial.rename(target)
    except (sqlite3.Error, OSError) as error:
        raise BackupError(f"the backup failed and was removed: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def restore(engine: Engine, source: Path) -> None:
    """Put a backup in place of the database, into the same file and under its lock. Stop the shop first.

    The backup is checked before anything is touched. Raises BackupError.
    """
    target = database_path(engine)
    if not source.is_file():
        raise BackupError(f"there is no file {source}")
    _check(source)
    engine.dispose()
    try:
        with _open(source) as reader, _open(target) as writer:
            reader.backup(writer)
            writer.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as error:
        raise BackupError(f"the restore failed: {error}. Is the shop still running?") from error
