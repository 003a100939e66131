"""`flask shop worker | send-mails | reconcile`: background work, run by hand or for good."""

from datetime import datetime, timedelta

import click
from flask import Flask
from flask.cli import ScriptInfo, with_appcontext

from shop import jobs
from shop.clock import utc_now
from shop.gateway import GatewayRefused, GatewayUnavailable
from shop.payments import reconcile as reconciling
from shop.payments.comparison import compare_all
from shop.payments.differences import DIFFERENCE_WORDS
from shop.payments.web_desk import web_desk

MOST_PAGES = 400  # of fifty payments each


@click.command()
def worker() -> None:
    """Run background jobs (mails, ending unpaid orders, reconciling, cleaning) until it is told to stop."""
    click.echo("The worker runs. Ctrl-C or SIGTERM ends it after the job it is at.")
    jobs.run_worker(_app())


@click.command("send-mails")
def send_mails() -> None:
    """Send what is due in the outbox, once."""
    sent = jobs.run(_app(), "mails")
    click.echo("Another worker is sending." if sent is None else f"{sent} sent.")


@click.command()
@click.option("--days", default=jobs.RECONCILED_DAYS, show_default=True, help="How far back to compare.")
@click.option("--check", is_flag=True, help="Only compare: change nothing.")
@with_appcontext
def reconcile(days: int, check: bool) -> None:
    """Ask the payment provider about every open order and repair what was missed.

    Ends with 0 when provider and orders agree, 1 when something is left that needs a person or another run, and 2
    when the provider cannot be reached.
    """
    now = utc_now()
    since = now - timedelta(days=days)
    try:
        is_clean = _compare(since, now) if check else _repair(since, now)
    except (GatewayUnavailable, GatewayRefused) as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(2) from error
    if not is_clean:
        raise SystemExit(1)


def _repair(since: datetime, now: datetime) -> bool:
    report = reconciling.reconcile_all(web_desk(), since=since, now=now)
    for line in report.lines():
        click.echo(line)
    return report.is_clean


def _compare(since: datetime, now: datetime) -> bool:
    different, is_whole = compare_all(web_desk(), since=since, now=now, most_pages=MOST_PAGES)
    for row in different:
        payment = row.dispute.provider_id if row.dispute else row.session_id
        subject = f"{row.number} {payment}".strip()
        found = row.difference
        if found is not None:
            click.echo(f"{subject}: {DIFFERENCE_WORDS[found.kind]}. {found.refusal or 'Can be repaired.'}")
    if not is_whole:
        click.echo("There are more payments than one run compares: give fewer --days to see all of them.")
    click.echo(f"{len(different)} difference{'' if len(different) == 1 else 's'}.")
    return not different and is_whole


def _app() -> Flask:
    """The app itself, not its proxy: jobs push contexts of their own."""
    return click.get_current_context().ensure_object(ScriptInfo).load_app()
