"""Background work: what runs, how often, and the worker that runs it. One of three places that commit.

The rows (outbox, holds, refunds) are the truth: a message in the queue only wakes the worker. Each run takes the
job's lease, so that two workers never do the same round at once.
"""

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from flask import Flask

from shop import housekeeping
from shop.back_in_stock import service as back_in_stock
from shop.clock import utc_now
from shop.follow_up import service as follow_up
from shop.follow_up.links import new_link
from shop.leases import service as leases
from shop.mail.letterhead import Letterhead
from shop.mail.sending import send_due
from shop.payments import flow, reconcile, tax_reporting
from shop.payments.web_desk import web_desk
from shop.web import config, runtime, transaction

if TYPE_CHECKING:
    from huey import Huey

log = structlog.get_logger("shop.jobs")
QUEUE = "tsubo_jobs"
LEASE = timedelta(minutes=10)
RECONCILED_DAYS = 3
WORKERS = 2  # a slow mail server or provider holds one of them; the leases keep each job to one at a time


def send_mails() -> int:
    """Send what is due in the outbox."""
    settings = config()
    return send_due(transaction, Letterhead.from_config(settings), settings.smtp_url, clock=utc_now)


def end_unpaid_orders() -> int:
    """End the orders whose held units are out of time."""
    return flow.expire_due(web_desk(), now=utc_now())


def reconcile_lately() -> int:
    """Ask the provider about the last days, and repair."""
    now = utc_now()
    report = reconcile.reconcile_all(web_desk(), since=now - timedelta(days=RECONCILED_DAYS), now=now)
    for line in report.lines() if not report.is_clean else ():
        log.warning("reconcile", finding=line)
    return len(report.repaired)


def report_taxes() -> int:
    """Tell the provider's tax reports what was sold and what went back, where it worked out the tax.

    One round after another while there is something to tell, or a busy shop would sell more than it reports; well
    within the lease.
    """
    done, start = 0, utc_now()
    while (now := utc_now()) - start < LEASE / 4:
        told = tax_reporting.report_due(web_desk(), now=now)
        done += told
        if not told:
            break
    return done


def ask_customers() -> int:
    """Write the mails that ask, two weeks later, those who ticked that they may be asked."""
    letterhead, keyring = Letterhead.from_config(config()), runtime().keyring
    with transaction() as session:
        return follow_up.ask_due(
            session,
            link=lambda mark: f"{letterhead.address}/asked/{new_link(keyring, mark)}",
            letterhead=letterhead,
            now=utc_now(),
        )


def tell_back_in_stock() -> int:
    """Write the mails to those who wait for something that is in stock again."""
    letterhead = Letterhead.from_config(config())
    with transaction() as session:
        return back_in_stock.tell_due(
            session,
            link=lambda slug: f"{letterhead.address}/products/{slug}",
            letterhead=letterhead,
            now=utc_now(),
        )


def clean_up() -> int:
    """Delete what is past its time."""
    with transaction() as session:
        return housekeeping.delete_expired(session, now=utc_now(), invoice_years=config().invoice_years)


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of background work; `every_minutes` divides an hour."""

    work: Callable[[], int]
    every_minutes: int


JOBS = {
    "mails": Job(send_mails, 1),
    "orders": Job(end_unpaid_orders, 1),
    "reconcile": Job(reconcile_lately, 15),
    "tax_reports": Job(report_taxes, 15),
    "cleaning": Job(clean_up, 30),
    "asking": Job(ask_customers, 60),
    "back_in_stock": Job(tell_back_in_stock, 5),
}


def run(app: Flask, name: str) -> int | None:
    """Do one round of a job under its lease; None when another worker is at it. Errors are logged and raised."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"[:80]
    with app.app_context():
        with transaction() as session:
            now = utc_now()
            if not leases.take(session, name, holder=holder, until=now + LEASE, now=now):
                return None
        has_run = False
        try:
            done = JOBS[name].work()
            has_run = True
        finally:
            with transaction() as session:
                leases.give_back(session, name, holder=holder, has_run=has_run, now=utc_now())
    if done:
        log.info("job", name=name, done=done)
    return done


def queue(app: Flask) -> "Huey":
    """The app's own queue, opened at first use."""
    if QUEUE not in app.extensions:
        from shop.job_queue import make_queue  # late: a second of imports that most processes never need

        app.extensions[QUEUE] = make_queue(app.extensions["tsubo"].config.jobs_url, lambda name: run(app, name), JOBS)
    opened: Huey = app.extensions[QUEUE]
    return opened


def wake(app: Flask, name: str) -> None:
    """Tell the worker that there is something to do. Best effort: the job runs each minute anyway."""
    if app.extensions["tsubo"].config.jobs_url == "memory://":
        _enqueue(app, name)
    else:
        threading.Thread(target=_enqueue, args=(app, name), daemon=True).start()


def run_worker(app: Flask) -> None:
    """Run jobs until SIGTERM or Ctrl-C, which lets those at work finish."""
    queue(app).create_consumer(workers=WORKERS, max_delay=1.0, graceful_signal="TERM").run()


def _enqueue(app: Flask, name: str) -> None:
    try:
        from shop.job_queue import enqueue  # see `queue`

        enqueue(queue(app), name)
    except Exception as error:  # whatever ails the queue must not fail the order that is committed already
        log.warning("worker_not_woken", name=name, reason=type(error).__name__)
