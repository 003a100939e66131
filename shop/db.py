"""The declarative base, our column types and our own engine. Nothing here knows Flask."""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any, cast

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    Text,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker
from sqlalchemy.pool import StaticPool

WRITE_OPTION = "shop_write"
BUSY_TIMEOUT_MS = 5_000
WRITE_WAIT_SECONDS, WRITE_LOOK_SECONDS = 20.0, 0.005
WAIT_OPTION, GATE_OPTION = "shop_write_wait", "shop_write_gate"
WAKE = "shop_wake"

Minor = Annotated[int, mapped_column(BigInteger)]
"""A column of minor units: a full cart of the dearest goods is more than 32 bits hold."""


class Base(DeclarativeBase):
    """All tables of the shop: named `shop_*`, with named constraints so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes in and out. A naive one is a mistake and raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = cast(datetime, value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class CodeList(TypeDecorator[tuple[str, ...]]):
    """A tuple of codes kept as `a|b|c`. None stays None: a safety list nobody has filled in is not an empty one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else "|".join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        if value is None:
            return None
        return tuple(value.split("|")) if value else ()


def state_column(states: type[StrEnum]) -> Enum:
    """A column type that stores the value of a StrEnum as text, with a check constraint."""
    return Enum(
        states,
        native_enum=False,
        length=24,
        values_callable=lambda members: [member.value for member in members],
        create_constraint=True,
        name=states.__name__.lower(),
    )


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself: `_begin` does
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-8000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITE_OPTION, False):
        _begin_immediate(connection)
    else:
        connection.exec_driver_sql("BEGIN")


class _Gate:
    """Lets one thread of this process at a time look whether the write lock is free; the others sleep meanwhile."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def renew(self) -> None:
        """In a forked process nobody is left who could open what was closed."""
        self.lock = threading.Lock()


def _begin_immediate(connection: Connection) -> None:
    """Take SQLite's one write lock, or raise OperationalError when the engine's wait is over.

    SQLite's own waiting sleeps up to a tenth of a second between looks, so that of many writers some never find the
    lock free. Looking every few milliseconds lets each have its turn, and one who looks for each process is enough.
    """
    options = connection.get_execution_options()
    driver, gate = cast(Any, connection.connection.dbapi_connection), options[GATE_OPTION].lock
    until = time.monotonic() + options[WAIT_OPTION]
    is_my_turn = gate.acquire(timeout=max(0.0, options[WAIT_OPTION]))
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                time.sleep(WRITE_LOOK_SECONDS)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        if is_my_turn:
            gate.release()
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def make_engine(database_url: str, write_wait_seconds: float = WRITE_WAIT_SECONDS) -> Engine:
    """The shop's own engine. SQLite: WAL, synchronous=FULL, foreign keys, explicit BEGIN, a fair wait for its lock.

    Errors name the statement and not its values: those may be somebody's address, and errors are logged.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        pool_options = {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 8, "pool_timeout": 5}
        return _leave_behind_at_fork(create_engine(url, hide_parameters=True, **pool_options))
    in_memory = url.database in (None, "", ":memory:")
    options = {WAIT_OPTION: write_wait_seconds, GATE_OPTION: _Gate()}
    pool = {"poolclass": StaticPool} if in_memory else {}
    engine = create_engine(url, hide_parameters=True, execution_options=options, **pool)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine if in_memory else _leave_behind_at_fork(engine)


def _leave_behind_at_fork(engine: Engine) -> Engine:
    """Let a forked process open connections of its own: two on one connection would mix up their answers.

    Where no process can fork there is nothing to do.
    """
    kept = weakref.ref(engine)

    def forget_connections() -> None:
        if (known := kept()) is not None:
            known.dispose(close=False)  # they are the parent's to close
            if (gate := known.get_execution_options().get(GATE_OPTION)) is not None:
                gate.renew()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget_connections)
    return engine


def make_sessions(engine: Engine, **carried: Any) -> sessionmaker[Session]:
    """Sessions that keep what they loaded after a commit. What is `carried` stands in each session's `info`."""
    return sessionmaker(engine, expire_on_commit=False, info=carried)


def begin_write(session: Session, *, wait_seconds: float | None = None) -> None:
    """Start the session's transaction as a writer: IMMEDIATE on SQLite, so that no lock is upgraded later.

    Whatever the session read before is read again when it is next needed: a rollback alone forgets nothing when
    the last transaction was committed, and others may have written since. With `wait_seconds` a lock that is not
    free by then raises OperationalError; without, the engine's own patience counts.
    """
    session.rollback()
    session.expire_all()
    options: dict[str, Any] = {WRITE_OPTION: True}
    if wait_seconds is None:
        session.connection(execution_options=options)
        return
    connection = session.connection(execution_options=options | {WAIT_OPTION: wait_seconds})
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": f"{wait_seconds}s"})


def insert_if_absent(session: Session, table: type[Base], **values: Any) -> bool:
    """Insert one row, or do nothing when a unique key of it is taken. Returns whether it was inserted."""
    dialect = import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}")  # the other one costs 50 ms
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(*table.__mapper__.primary_key)
    return session.execute(statement).first() is not None


def wake_after_commit(session: Session, job: str) -> None:
    """Ask for the worker to be woken for `job` once this transaction is committed."""
    session.info.setdefault(WAKE, set()).add(job)
