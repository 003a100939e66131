"""Databases, sessions, apps and clients for all tests. What touches the database runs on SQLite and on PostgreSQL."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop import create_app
from shop.db import begin_write, make_engine
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.fakes import FakeGateway

REQUIRE_ALL = bool(os.environ.get("TSUBO_TESTS_REQUIRE_ALL"))
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser journeys first: they are the longest files, and no worker should be left alone with one at the end."""
    items.sort(key=lambda item: "tests/journeys/" not in item.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where every test is required, a skipped one fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if REQUIRE_ALL and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    databases = PostgresDatabases()
    yield databases
    databases.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh migrated database; a test that uses it runs once on each kind."""
    name = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    with request.getfixturevalue(name).fresh() as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A writing session; nothing it does is committed."""
    with Session(engine, expire_on_commit=False) as session:
        begin_write(session)
        yield session
        session.rollback()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


MakeApp = Callable[..., Flask]


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates that one app has compiled, for all others: each test has an app of its own."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(
    database_url: str, tmp_path: Path, gateway: FakeGateway, compiled_templates: FileSystemBytecodeCache
) -> Iterator[MakeApp]:
    """Build apps on this test's database; settings override the defaults below."""
    made: list[Flask] = []

    def build(**settings: Any) -> Flask:
        app = create_app(
            {
                "SHOP_MODE": "test",
                "SHOP_DATABASE_URL": database_url,
                "SHOP_DATABASE_WAIT_SECONDS": 5,
                "SHOP_SECRET_KEYS": "a-secret-for-tests-only-0123456789abcdef",
                "SHOP_MEDIA_DIR": str(tmp_path / "media"),
                "SHOP_MODELS_DIR": str(tmp_path / "models"),
                "SHOP_JOBS_URL": f"sqlite:///{tmp_path}/jobs.db",
                "SHOP_BASE_URL": "http://shop.test",
                "TESTING": True,
                **settings,
            },
            gateway=gateway,
        )
        app.jinja_env.bytecode_cache = compiled_templates
        made.append(app)
        return app

    yield build
    for app in made:
        app.extensions["tsubo"].engine.dispose()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser on http://shop.test that says where its forms come from."""
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    client.environ_base["HTTP_HOST"] = "shop.test"
    return client
