"""`flask shop worker | send-mails | reconcile`: background work, run by hand or for good."""

from datetime import timedelta

import click
from flask import Flask
from flask.cli import ScriptInfo, with_appcontext

from shop import jobs
from shop.clock import utc_now
from shop.gateway import GatewayUnavailable
from shop.payments import reconcile as reconciling
from shop.payments.web_desk import web_desk


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
@with_appcontext
def reconcile(days: int) -> None:
    """Ask the payment provider about every open order and repair what was missed.

    Ends with 1 when something is left that needs a person or another run.
    """
    now = utc_now()
    try:
        report = reconciling.reconcile_all(web_desk(), since=now - timedelta(days=days), now=now)
    except GatewayUnavailable as error:
        raise click.ClickException(str(error)) from error
    for line in report.lines():
        click.echo(line)
    if not report.is_clean:
        raise SystemExit(1)


def _app() -> Flask:
    """The app itself, not its proxy: jobs push contexts of their own."""
    return click.get_current_context().ensure_object(ScriptInfo).load_app()
