"""One contract for all queues, SQLite, PostgreSQL and Redis: messages wake, run once, and hurt nobody."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop import job_queue, jobs
from shop.db import make_engine
from shop.mail.models import OutboxMail
from shop.mail.service import enqueue
from tests.conftest import MakeApp
from tests.make import NOW
from tests.queues import Queues, RedisServer, close, working
from tests.shop.jobs.test_jobs import LETTER, writing
from tests.shop.mail.test_outbox import free_port

MAILS = "shop.job_queue.mails"


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (str(self.folder),)


def foreign_messages(folder: Path) -> list[bytes]:
    """What somebody else, another release or a broken disk may leave in a queue."""
    return [
        pickle.dumps(Evil(folder)),
        b"",
        b"null",
        b"[1, 2]",
        b"[" * 100_000,
        b'{"id": "1", "name": "os.system"}',
        b'{"id": "1", "name": "shop.job_queue.no_such_job"}',
        b'{"id": "1", "name": ["%s"]}' % MAILS.encode(),
        b'{"id": {}, "name": "%s"}' % MAILS.encode(),
        b'{"id": "1", "name": "%s", "args": ["x"]}' % MAILS.encode(),
    ]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)
    return is_so()


def test_each_message_is_run_once_however_many_workers_wait(queues: Queues) -> None:
    ran: list[str] = []
    web = queues.open()
    wanted = [*jobs.JOBS] * 4

    with working(queues.open(ran.append), queues.open(ran.append)):
        for name in wanted:
            job_queue.enqueue(web, name)
        wait_until(lambda: len(ran) >= len(wanted))

    assert Counter(ran) == Counter(wanted)
    assert web.storage.queue_size() == 0


def test_a_mail_server_that_says_nothing_keeps_no_other_job_waiting(queues: Queues) -> None:
    ran: list[str] = []
    may_end = threading.Event()

    def run(name: str) -> None:
        if name == "mails":
            may_end.wait(30)
        ran.append(name)

    web = queues.open()
    with working(queues.open(run), workers=jobs.WORKERS):
        for name in ("mails", "orders", "reconcile"):
            job_queue.enqueue(web, name)
        wait_until(lambda: len(ran) == 2)
        during = list(ran)
        may_end.set()
        wait_until(lambda: len(ran) == 3)

    assert during == ["orders", "reconcile"]
    assert ran[-1] == "mails"


@pytest.mark.parametrize(("minute", "due"), [(0, {*jobs.JOBS}), (5, {"mails", "orders", "back_in_stock"})])
def test_the_worker_brings_the_schedule(queues: Queues, minute: int, due: set[str]) -> None:
    ran: list[str] = []
    queue = queues.open(ran.append)
    scheduler = queue.create_consumer()._create_scheduler()

    scheduler.enqueue_periodic_tasks(datetime(2026, 6, 1, 12, minute, tzinfo=UTC))
    while queue.storage.queue_size():
        queue.execute(queue.dequeue())

    assert sorted(ran) == sorted(due)


def test_what_is_no_message_of_ours_runs_nothing_and_the_next_one_is_run(queues: Queues, tmp_path: Path) -> None:
    ran: list[str] = []
    web = queues.open()
    for message in foreign_messages(tmp_path / "made"):
        web.storage.enqueue(message, 0)
    job_queue.enqueue(web, "orders")

    with working(queues.open(ran.append)):
        wait_until(lambda: bool(ran))

    assert ran == ["orders"]
    assert web.storage.queue_size() == 0
    assert not (tmp_path / "made").exists()


class PatientServer:
    """A mail server that takes no letter before it may."""

    def __init__(self) -> None:
        self.letters, self.has_begun, self.may_end = 0, threading.Event(), threading.Event()

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802  # theirs
        self.has_begun.set()
        await asyncio.to_thread(self.may_end.wait, 30)
        self.letters += 1
        return "250 kept"


@pytest.fixture
def patient() -> Iterator[tuple[PatientServer, str]]:
    server, port = PatientServer(), free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield server, f"smtp://127.0.0.1:{port}"
    server.may_end.set()
    controller.stop()


def test_a_round_that_is_on_is_not_begun_by_a_second_worker(
    queues: Queues, make_app: MakeApp, engine: Engine, patient: tuple[PatientServer, str]
) -> None:
    server, smtp_url = patient
    app = make_app(SHOP_SMTP_URL=smtp_url)
    done: list[int | None] = []
    first, second = (queues.open(lambda name: done.append(jobs.run(app, name))) for _ in range(2))
    with writing(engine) as session:
        enqueue(session, LETTER, now=NOW)
    job_queue.enqueue(first, "mails")

    with working(first):
        assert server.has_begun.wait(30)
        second.execute(second._registry.string_to_task(MAILS)())
        while_it_was_on = list(done)
        server.may_end.set()
        wait_until(lambda: len(done) == 2)

    assert while_it_was_on == [None]
    assert done == [None, 1]
    assert server.letters == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "redis"])
def test_while_the_queue_is_away_visitors_are_answered_and_mails_wait_in_the_outbox(
    make_app: MakeApp, engine: Engine, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "file").write_text("not a folder")
    away = {
        "sqlite": f"sqlite:///{tmp_path}/queue/jobs.db",
        "postgresql": "postgresql://nobody@127.0.0.1:9/nothing",
        "redis": "redis://127.0.0.1:9/0",
    }
    app = make_app(SHOP_JOBS_URL=away[kind])
    (tmp_path / "queue").write_text("no folder any more")
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"

    answer = client.post("/newsletter", data={"email": "pat@example.com"})
    jobs._enqueue(app, "mails")
    waiting = unsent(engine)
    sent = jobs.run(app, "mails")

    assert answer.status_code in (200, 303)
    assert (waiting, sent, unsent(engine)) == (1, 1, 0)


def unsent(engine: Engine) -> int:
    with Session(engine) as session:
        return len(session.scalars(select(OutboxMail.id).where(OutboxMail.sent_at.is_(None))).all())


def test_a_worker_outlives_a_redis_that_is_started_anew() -> None:
    ran: list[str] = []
    server = RedisServer()
    worker, web = (job_queue.make_queue(server.url, ran.append, jobs.JOBS) for _ in range(2))

    with working(worker):
        job_queue.enqueue(web, "mails")
        wait_until(lambda: ran == ["mails"])
        server.stop()
        server = RedisServer(server.port)
        job_queue.enqueue(web, "orders")
        wait_until(lambda: len(ran) == 2)

    close(worker)
    close(web)
    server.stop()
    assert ran == ["mails", "orders"]


def test_the_worker_process_sends_mails_stumbles_over_nothing_and_stops_on_sigterm(
    queues: Queues, sqlite_url: str, tmp_path: Path
) -> None:
    settings = {
        "SHOP_MODE": "demo",
        "SHOP_DATABASE_URL": sqlite_url,
        "SHOP_SECRET_KEYS": "a-secret-for-tests-only-0123456789abcdef",
        "SHOP_JOBS_URL": queues.url,
    }
    web, engine = queues.open(), make_engine(sqlite_url)
    for message in foreign_messages(tmp_path / "made"):
        web.storage.enqueue(message, 0)
        web.storage.add_to_schedule(message, datetime(2020, 1, 1))  # noqa: DTZ001  # as the queue keeps them
    with writing(engine) as session:
        enqueue(session, LETTER, now=NOW)
    job_queue.enqueue(web, "mails")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "shop", "worker"]
    worker = subprocess.Popen(command, env={**os.environ, **settings}, stderr=subprocess.DEVNULL)
    try:
        is_sent = wait_until(lambda: unsent(engine) == 0)
    finally:
        worker.send_signal(signal.SIGTERM)
        ended = worker.wait(15)
        engine.dispose()

    assert (is_sent, ended) == (True, 0)
    assert not (tmp_path / "made").exists()
