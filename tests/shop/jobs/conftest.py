"""Each test of a queue runs on all three kinds that the settings allow."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import SqliteDatabases
from tests.queues import Queues, RedisServer

REAL_REDIS = os.environ.get("TSUBO_TESTS_REDIS_URL", "")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of our own, or the one that the environment names."""
    if REAL_REDIS:
        yield REAL_REDIS
        return
    server = RedisServer()
    yield server.url
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def queues(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Queues]:
    """An empty queue."""
    if request.param == "postgresql":
        with request.getfixturevalue("postgres_databases").fresh() as url:
            queues = Queues(url)
            yield queues
            queues.close()
        return
    queues = Queues(request.getfixturevalue("redis_url") if request.param == "redis" else f"sqlite:///{tmp_path}/q.db")
    queues.open().storage.flush_queue()
    yield queues
    queues.close()


@pytest.fixture
def sqlite_url(sqlite_databases: SqliteDatabases) -> Iterator[str]:
    """The shop's own database where the queue is the subject: one kind is enough."""
    with sqlite_databases.fresh() as url:
        yield url
