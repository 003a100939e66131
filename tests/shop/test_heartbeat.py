"""What the metrics say of the work behind the pages: is a worker there, do mails leave, are payment pages ended."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from shop import jobs
from shop.clock import utc_now
from shop.db import begin_write, make_engine
from shop.leases import service as leases
from shop.mail.service import Letter, enqueue
from tests.conftest import MakeApp
from tests.databases import SqliteDatabases
from tests.fakes import FakeGateway
from tests.shop.payments.conftest import Bench

TOKEN = {"Authorization": "Bearer open-sesame"}


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(SHOP_METRICS_TOKEN="open-sesame")


def shown(app: Flask) -> dict[str, float]:
    """Every gauge of ours by its name and labels."""
    page = app.test_client().get("/metrics", headers=TOKEN).text
    return {name: float(value) for name, value in re.findall(r"^(shop_\S+) (\S+)$", page, re.MULTILINE)}


def test_a_worker_that_never_ran_is_told_from_one_that_runs(app: Flask) -> None:
    before = shown(app)

    jobs.run(app, "mails")

    after = shown(app)
    assert before["shop_worker_seconds_since_run"] == float("inf")
    assert after["shop_worker_seconds_since_run"] < 60
    assert after['shop_job_seconds_since_run{job="mails"}'] < 60


def test_a_job_that_fails_each_time_grows_old_though_the_worker_lives(
    app: Flask, engine: Engine, gateway: FakeGateway
) -> None:
    an_hour_ago = utc_now() - timedelta(hours=1)
    with Session(engine) as session:
        begin_write(session)
        leases.take(session, "reconcile", holder="w", until=an_hour_ago, now=an_hour_ago)
        leases.give_back(session, "reconcile", holder="w", now=an_hour_ago)
        session.commit()
    gateway.is_down = True

    with pytest.raises(Exception, match="does not answer"):
        jobs.run(app, "reconcile")
    jobs.run(app, "mails")

    said = shown(app)
    assert said['shop_job_seconds_since_run{job="reconcile"}'] >= 3600
    assert said["shop_worker_seconds_since_run"] < 60


def test_mails_that_wait_and_pages_that_nobody_ended_are_seen(app: Flask, engine: Engine, gateway: FakeGateway) -> None:
    bench, now = Bench(engine, gateway), utc_now()
    clean = shown(app)
    bench.opened(now=now - timedelta(minutes=50), placed_at=now - timedelta(minutes=50))
    bench.opened("TS-TEST-0002", now=now, placed_at=now)
    with bench.desk.transaction() as session:
        for minutes in (20, 5):
            letter = Letter(f"key {minutes}", "confirmation", "pat@example.com", "Thank you", "Hello")
            enqueue(session, letter, now=now - timedelta(minutes=minutes))

    said = shown(app)

    assert (clean["shop_outbox_waiting"], clean["shop_outbox_oldest_seconds"]) == (0, 0)
    assert said["shop_outbox_waiting"] == 2
    assert 1200 <= said["shop_outbox_oldest_seconds"] < 1260
    assert (said["shop_orders_pending"], said["shop_payment_attempts_overdue"]) == (2, 1)


def test_the_counts_read_indexes_and_no_whole_table(sqlite_databases: SqliteDatabases) -> None:
    statements = {
        "SELECT count(*), min(created_at) FROM shop_outbox_mail WHERE sent_at IS NULL": "ix_shop_outbox_mail_due",
        "SELECT count(*) FROM shop_order WHERE payment_state = 'x'": "ix_shop_order_payment_state",
        "SELECT count(*) FROM shop_payment_attempt WHERE state IN ('a', 'b') AND expires_at <= 'z'": (
            "ix_shop_payment_attempt_due"
        ),
    }

    with sqlite_databases.fresh() as url:
        engine = make_engine(url)
        with engine.connect() as connection:
            plans = {query: str(connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()) for query in statements}
        engine.dispose()

    assert all(index in plans[query] for query, index in statements.items())
