"""`flask shop ...`: what an operator runs. One of three places that commit."""

import click
from flask.cli import AppGroup

from shop import schema
from shop.web import runtime


def make_group(name: str) -> AppGroup:
    """The command group of one mounted shop."""
    group = AppGroup(name, help="Run and keep the shop.")
    for command in (upgrade, downgrade):
        group.add_command(command)
    return group


@click.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database up to REVISION (default: head)."""
    schema.upgrade(runtime().engine, revision)
    click.echo(f"database is at {schema.current_revision(runtime().engine)}")


@click.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Bring the database down to REVISION ("base" removes all tables of the shop)."""
    schema.downgrade(runtime().engine, revision)
    click.echo(f"database is at {schema.current_revision(runtime().engine)}")
