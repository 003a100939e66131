"""`flask shop ...`: what an operator runs. One of three places that commit."""

import os
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from shop import backup as backups
from shop.catalogue import search
from shop.catalogue import service as catalogue
from shop.catalogue.rules import Standards
from shop.clock import utc_now
from shop.content.claims import find_claims
from shop.db import begin_write
from shop.errors import ShopError
from shop.importing import demo
from shop.learn_commands import learn
from shop.recommendations.knowledge import type_safety
from shop.staff import second_factor
from shop.staff import service as staff
from shop.web import runtime
from shop.work_commands import reconcile, send_mails, worker


def make_group(name: str) -> AppGroup:
    """The command group of one mounted shop."""
    group = AppGroup(name, help="Run and keep the shop.")
    keeping = (upgrade, downgrade, load_demo, backup, restore, add_merchant, remove_merchant, reset_second_factor)
    for command in (*keeping, worker, reconcile, send_mails, learn):
        group.add_command(command)
    return group


@click.command()
@click.argument("revision", default="head")
@with_appcontext
def upgrade(revision: str) -> None:
    """Bring the database up to REVISION (default: head)."""
    from shop import schema  # late: Alembic is 8 MB that no page needs

    try:
        schema.upgrade(runtime().engine, revision)
    except ShopError as error:
        raise click.ClickException(str(error)) from error
    if revision == "head":
        with runtime().sessions() as session:
            begin_write(session)
            search.index_all(session)
            session.commit()
    _say_release(schema.current_revision(runtime().engine))


def _say_release(revision: str | None) -> None:
    click.echo(f"The database is at {revision}." if revision else "The database holds no tables of the shop.")


@click.command()
@click.argument("revision")
@with_appcontext
def downgrade(revision: str) -> None:
    """Bring the database down to REVISION ("base" removes all tables of the shop)."""
    from shop import schema  # late: Alembic is 8 MB that no page needs

    try:
        schema.downgrade(runtime().engine, revision)
    except ShopError as error:
        raise click.ClickException(str(error)) from error
    _say_release(schema.current_revision(runtime().engine))


@click.command("load-demo")
@click.option("--keep", is_flag=True, help="Do nothing when there are products already.")
@with_appcontext
def load_demo(keep: bool) -> None:
    """Create the demo catalogue, or put its values back."""
    with runtime().sessions() as session:
        begin_write(session)
        if keep and catalogue.has_products(session):
            click.echo("There are products already. Nothing changed.")
            return
        try:
            standards, currency = Standards(find_claims, type_safety), runtime().config.currency
            products = demo.load_demo(session, currency=currency, standards=standards, now=utc_now())
            bundles = demo.load_demo_bundles(session, currency=currency, standards=standards, now=utc_now())
        except ShopError as error:
            raise click.ClickException(str(error)) from error
        session.commit()
    created, changed = (sum(counts) for counts in zip(products, bundles, strict=True))
    click.echo(f"{created} products created, {changed} changed.")


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@with_appcontext
def backup(target: Path) -> None:
    """Copy the live SQLite database to TARGET; the shop may run."""
    try:
        size = backups.back_up(runtime().engine, target)
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{target}: {size} bytes, checked.")


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@with_appcontext
def restore(source: Path) -> None:
    """Put the backup SOURCE in place of the SQLite database; stop the shop first."""
    try:
        backups.restore(runtime().engine, source)
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Restored {source}. Run 'flask shop upgrade' and 'flask shop reconcile' before you open again.")


@click.command("add-merchant")
@click.argument("email")
@click.option("--password-from", metavar="VARIABLE", help="Read the password from this environment variable.")
@click.option("--keep", is_flag=True, help="Do nothing when this address signs in already.")
@with_appcontext
def add_merchant(email: str, password_from: str | None, keep: bool) -> None:
    """Let EMAIL sign in to the merchant's pages, or give it a new password."""
    with runtime().sessions() as session:
        if keep and staff.find_member(session, email):
            return
    password = os.environ.get(password_from, "") if password_from else click.prompt("Password", hide_input=True)
    with runtime().sessions() as session:
        begin_write(session)
        try:
            staff.add_member(session, email, password, now=utc_now(), shop_name=runtime().config.name)
        except ShopError as error:
            raise click.ClickException(str(error)) from error
        session.commit()
    click.echo(f"{email} may sign in.")


@click.command("remove-merchant")
@click.argument("email")
@with_appcontext
def remove_merchant(email: str) -> None:
    """Take EMAIL's right to sign in, and end its sessions."""
    with runtime().sessions() as session:
        begin_write(session)
        try:
            staff.remove_member(session, email)
        except ShopError as error:
            raise click.ClickException(str(error)) from error
        session.commit()
    click.echo(f"{email} may no longer sign in.")


@click.command("reset-second-factor")
@click.argument("email")
@with_appcontext
def reset_second_factor(email: str) -> None:
    """Take EMAIL's second factor away (the phone is lost), and end its sessions."""
    with runtime().sessions() as session:
        begin_write(session)
        try:
            second_factor.reset(session, email)
        except ShopError as error:
            raise click.ClickException(str(error)) from error
        session.commit()
    click.echo(f"{email} signs in with the password alone now.")
