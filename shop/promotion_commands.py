"""`flask shop learn evaluate | promote | rollback | card | replay`: which model is live, and why."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import IntegrityError

from shop.audit import service as audit
from shop.clock import utc_now
from shop.errors import ShopError
from shop.learning import register
from shop.learning.models import RankingModel
from shop.learning.states import ModelState
from shop.web import config, db, transaction

if TYPE_CHECKING:
    from shop.learning.verdict import Word

CASES = 20_000
BY = click.option("--by", default="", help="Your e-mail address, for the record.")
SAFETY = click.option(
    "--cases", type=click.IntRange(min=1), default=CASES, show_default=True, help="Visits of the safety suite."
)
NAME = click.argument("model", required=False)


def actor(by: str) -> str:
    """Who decides, as the record names them."""
    return f"merchant:{by}"[:80] if by else "system"


@click.command()
@NAME
@SAFETY
@with_appcontext
def evaluate(model: str | None, cases: int) -> None:
    """Compare MODEL (a number or the beginning of its sha256; default: the newest candidate) with what serves now.

    It is judged by the lists since its training, the safety suite and graded visits. Nothing changes but what is kept
    of the verdict for the merchant's page.
    """
    row = _find(model)
    word = _judge(row, cases)
    _keep(row.sha256, word)
    _show(word)


@click.command()
@NAME
@SAFETY
@BY
@with_appcontext
def promote(model: str | None, cases: int, by: str) -> None:
    """Let MODEL order the lists from now on, if the gate says yes. Else the exit code is 1, and nothing changes."""
    row = _find(model)
    word = _judge(row, cases)
    _keep(row.sha256, word)
    _show(word)
    if not word.decision.promote:
        raise click.ClickException(f"Model {row.id} was not promoted.")
    try:
        before = _promote(row.sha256, word.against, by)
    except (ShopError, IntegrityError) as error:
        raise click.ClickException(f"Nothing was changed: {error}") from error
    click.echo(f"Model {row.id} is live, in place of {before}.")


@click.command()
@BY
@with_appcontext
def rollback(by: str) -> None:
    """Put the model before the live one back; before the first there is the day-one ranking."""
    with transaction() as session:
        left, back = register.roll_back(session)
        if left is None:
            raise click.ClickException("The day-one ranking serves already: there is nothing to go back from.")
        changes = {"live": [left.id, back.id if back else "day one"]}
        audit.record(
            session, actor=actor(by), action="rollback", subject=f"model:{left.id}", changes=changes, now=utc_now()
        )
        now_live = f"Model {back.id}" if back else "The day-one ranking"
    click.echo(f"{now_live} is live, in place of model {left.id}.")


@click.command()
@NAME
@with_appcontext
def card(model: str | None) -> None:
    """Print the card of MODEL as Markdown: what it saw, how good it is, what it may not be used for."""
    from recommender.storage import RefusedModel
    from shop.learning.cards import card_of

    row = _find(model)
    try:
        click.echo((row.decision or {}).get("card") or card_of(row, Path(config().models_dir)))
    except RefusedModel as error:
        raise click.ClickException(error.reason) from error


@click.command()
@click.argument("list_id")
@with_appcontext
def replay(list_id: str) -> None:
    """Show a logged list as its visitor saw it, and what its model and seed make of the same products today."""
    from shop.learning.replaying import replay as replayed
    from shop.recommendations.logged import day_one_id

    lines = replayed(db(), list_id, Path(config().models_dir), day_one_id(), utc_now().date())
    if lines is None:
        raise click.ClickException(f"There is no list {list_id}: it was erased, or its visitor did not agree.")
    click.echo("\n".join(lines))


COMMANDS = (evaluate, promote, rollback, card, replay)


def _find(name: str | None) -> RankingModel:
    try:
        return register.get_model(db(), name)
    except ShopError as error:
        raise click.ClickException(str(error)) from error


def _judge(row: RankingModel, cases: int) -> "Word":
    from recommender.storage import RefusedModel
    from shop.learning import verdict
    from shop.recommendations.assortment import whole_assortment
    from shop.recommendations.logged import day_one_id

    click.echo(f"Judging model {row.id} by the log, {cases:,} made-up visits and the graded ones.", err=True)
    folder, today = Path(config().models_dir), utc_now().date()
    try:
        serving = verdict.Serving(day_one_id(), whole_assortment(db(), config().currency).items)
        return verdict.reach(db(), row, folder, serving, today=today, cases=cases)
    except RefusedModel as error:
        raise click.ClickException(f"Model {row.id} cannot be used: {error.reason}") from error


def _keep(sha256: str, word: "Word") -> None:
    with transaction() as session:
        register.keep_decision(register.get_model(session, sha256), word.as_values())


def _promote(sha256: str, against: str, by: str) -> str:
    """Move the row, write the record, and name what was live before."""
    with transaction() as session:
        live = register.find_live(session)
        if (live.sha256 if live else "") != against:
            raise register.ModelMoved(register.get_model(session, sha256), ModelState.LIVE)
        row, now = register.get_model(session, sha256), utc_now()
        before = register.promote(session, row, by=actor(by), now=now)
        changes = {"live": [before.id if before else "day one", row.id], "sha256": row.sha256}
        subject = f"model:{row.id}"
        audit.record(session, actor=actor(by), action="promote", subject=subject, changes=changes, now=now)
        return f"model {before.id}" if before else "the day-one ranking"


def _show(word: "Word") -> None:
    from recommender import gate_words

    if word.decision.table:
        click.echo(gate_words.table(word.decision))
    for line in (*word.lines(), *word.report.first_left_out()):
        click.echo(line)
