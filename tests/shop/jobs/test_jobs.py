"""Background work: one worker at a time, the queue only wakes it, and it stops when it is told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop import housekeeping, job_queue, jobs
from shop.config import ConfigError
from shop.db import begin_write
from shop.leases import service as leases
from shop.leases.models import JobLease
from shop.mail.models import OutboxMail
from shop.mail.service import Letter, enqueue
from shop.money import Money
from shop.payments import tax_reports
from shop.payments.models import ReceivedEvent
from shop.payments.tax_reports import LONGEST_ROUND
from shop.staff.models import StaffMember, StaffSession
from shop.web import transaction
from tests.conftest import MakeApp
from tests.make import NOW, make_order, make_stock

LETTER = Letter("key", "confirmation", "pat@example.com", "Thank you", "Hello")


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        begin_write(session)
        yield session
        session.commit()


def test_a_lease_is_held_by_one_until_it_is_given_back_or_over(session: Session) -> None:
    until, later = NOW + timedelta(minutes=10), NOW + timedelta(minutes=11)

    first = leases.take(session, "mails", holder="a", until=until, now=NOW)
    second = leases.take(session, "mails", holder="b", until=until, now=NOW)
    over = leases.take(session, "mails", holder="b", until=later + timedelta(minutes=10), now=later)
    leases.give_back(session, "mails", holder="a", now=later)
    still = leases.take(session, "mails", holder="c", until=later, now=later)
    leases.give_back(session, "mails", holder="b", now=later)
    free = leases.take(session, "mails", holder="c", until=later, now=later)

    assert (first, second, over, still, free) == (True, False, True, False, True)


def test_of_many_workers_one_takes_the_lease(engine: Engine) -> None:
    start, taken = threading.Barrier(8), []

    def take(holder: str) -> None:
        start.wait(10)
        with writing(engine) as session:
            if leases.take(session, "mails", holder=holder, until=NOW + timedelta(minutes=1), now=NOW):
                taken.append(holder)

    workers = [threading.Thread(target=take, args=(str(number),)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert len(taken) == 1


def test_a_run_gives_its_lease_back_and_notes_when_it_was(app: Flask, engine: Engine) -> None:
    done = [jobs.run(app, name) for name in jobs.JOBS]

    assert done == [0] * len(jobs.JOBS)
    with writing(engine) as session:
        rows = session.scalars(select(JobLease)).all()
        assert {row.name for row in rows} == set(jobs.JOBS)
        assert all(row.last_run_at is not None and row.until <= row.last_run_at for row in rows)


def test_one_run_reports_all_sales_that_wait_and_what_went_back_of_them(app: Flask, engine: Engine) -> None:
    sales = LONGEST_ROUND + 10
    with writing(engine) as session:
        make_stock(session, "MAT01-CHARCOAL", available=sales)
        for number in range(sales):
            order = make_order(session, f"TS-TEST-{number:04d}")
            tax_reports.note_calculation(session, order, "taxcalc_1", now=NOW)
            tax_reports.report_sold(session, order, now=NOW)
        tax_reports.report_back(session, order, Money(100, "USD"), refund_id=1, now=NOW)

    done = [jobs.run(app, "tax_reports") for _ in range(2)]

    assert done == [sales + 1, 0]


def test_a_run_waits_for_nobody(app: Flask, engine: Engine) -> None:
    with writing(engine) as session:
        leases.take(session, "mails", holder="elsewhere", until=NOW + timedelta(days=3650), now=NOW)

    assert jobs.run(app, "mails") is None


def test_writing_a_mail_wakes_the_worker_which_runs_at_once_where_the_queue_is_in_memory(make_app: MakeApp) -> None:
    app = make_app(SHOP_JOBS_URL="memory://")
    with app.app_context():
        with transaction() as session:
            enqueue(session, LETTER, now=NOW)

        with transaction() as session:
            assert session.scalars(select(OutboxMail.sent_at)).one() is not None


def test_an_address_of_a_queue_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigError):
        job_queue.make_queue("amqp://nowhere", print, jobs.JOBS)


def test_cleaning_deletes_what_is_past_its_time(session: Session) -> None:
    member = StaffMember(email="m@example.com", password_hash="x", created_at=NOW)
    session.add(member)
    session.flush()
    for token, seen_at in (("old", NOW - timedelta(days=1)), ("new", NOW)):
        session.add(StaffSession(token_hash=token, member_id=member.id, created_at=seen_at, seen_at=seen_at))
    for name, days in (("evt_old", 91), ("evt_new", 1)):
        session.add(
            ReceivedEvent(
                id=name, kind="k", subject_id="s", livemode=False, outcome="", received_at=NOW - timedelta(days=days)
            )
        )
    session.flush()

    deleted = housekeeping.delete_expired(session, now=NOW)

    assert deleted == 2
    assert session.scalars(select(StaffSession.token_hash)).all() == ["new"]
    assert session.scalars(select(ReceivedEvent.id)).all() == ["evt_new"]
