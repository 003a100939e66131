"""No byte more fits on the disk: what was not written is not answered with success, and the database stays whole."""

import json
import multiprocessing
import os
import resource
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from demo.stripe_server import webhook_headers
from shop import create_app
from shop.backup import BackupError, back_up
from shop.clock import utc_now
from shop.db import begin_write, make_engine
from tests.databases import SqliteDatabases
from tests.fakes import FakeGateway
from tests.faults.driver import SECRET, settings
from tests.make import make_product

MUCH = "x" * 200


@pytest.fixture
def database_url(sqlite_databases: SqliteDatabases) -> Iterator[str]:
    """SQLite only: PostgreSQL's disk is its server's."""
    with sqlite_databases.fresh() as url:
        engine = make_engine(url)
        with Session(engine) as session:
            begin_write(session)
            make_product(session)
            session.commit()
        engine.dispose()
        yield url


def say_nothing() -> None:
    """What is printed would go to a file here, and not fit either."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)


def shop_on_a_full_disk(config: dict[str, str], told: Any) -> None:
    """In a process whose files cannot grow: a page, an order, a webhook; tells how each was answered."""
    say_nothing()
    app = create_app(config, gateway=FakeGateway())
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    read = client.get("/products").status_code
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    added = client.post("/cart/add", data={"sku": "MAT01-CHARCOAL", "quantity": "1"})
    told.put([read, added.status_code, added.headers.get("Retry-After"), client.get("/products/mat01").status_code])


def webhook_on_a_full_disk(config: dict[str, str], told: Any) -> None:
    """A signed event while nothing can be written, and the same one when there is room again."""
    say_nothing()
    app = create_app(config)
    now = utc_now()
    content = {
        "object": "event", "id": "evt_full_disk", "type": "customer.created", "api_version": "2026-10-28.endive",
        "livemode": False, "created": int(now.timestamp()), "data": {"object": {"id": "cus_1"}},
    }  # fmt: skip
    body = json.dumps(content).encode()
    headers = webhook_headers(body, SECRET, timestamp=int(now.timestamp()))
    app.test_client().get("/products")
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
    full = app.test_client().post("/webhooks/stripe", data=body, headers=headers).status_code
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    told.put([full, app.test_client().post("/webhooks/stripe", data=body, headers=headers).status_code])


def in_a_process(work: Any, config: dict[str, str]) -> list[Any]:
    """What `work` told from a process of its own."""
    processes = multiprocessing.get_context("forkserver")
    told = processes.Queue()
    process = processes.Process(target=work, args=(config, told))
    process.start()
    answer: list[Any] = told.get(timeout=60)
    process.join(30)
    return answer


def rows(url: str, table: str) -> int:
    connection = sqlite3.connect(make_url(url).database or "")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    return found


def test_a_change_is_answered_with_503_and_pages_are_read(database_url: str, tmp_path: Path) -> None:
    config = settings(database_url, "http://127.0.0.1:9", str(tmp_path))

    answers = in_a_process(shop_on_a_full_disk, config)

    assert answers == [200, 503, "5", 200]
    assert rows(database_url, "shop_cart_line") == 0


def test_a_webhook_is_acknowledged_only_once_it_could_be_written(database_url: str, tmp_path: Path) -> None:
    config = settings(database_url, "http://127.0.0.1:9", str(tmp_path))

    answers = in_a_process(webhook_on_a_full_disk, config)

    assert answers == [503, 200]
    assert rows(database_url, "shop_provider_event") == 1


def backup_on_a_full_disk(config: dict[str, str], told: Any) -> None:
    """A backup that breaks off in the middle."""
    engine = make_engine(config["SHOP_DATABASE_URL"])
    target = Path(config["SHOP_JOBS_URL"].removeprefix("sqlite:///")).with_name("backup.db")
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))
    try:
        back_up(engine, target)
    except BackupError as error:
        told.put([str(error), sorted(path.name for path in target.parent.iterdir())])
    else:
        told.put(["no error", []])


def test_a_backup_that_does_not_fit_says_so_and_leaves_nothing_that_looks_like_one(
    database_url: str, tmp_path: Path
) -> None:
    told = in_a_process(backup_on_a_full_disk, settings(database_url, "http://127.0.0.1:9", str(tmp_path)))

    assert "failed" in told[0]
    assert told[1] == []
