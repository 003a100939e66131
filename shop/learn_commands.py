"""`flask shop learn train | export | evaluate | promote | rollback | card | replay`: models, made and chosen by hand.

What trains is imported when a command runs: no page and no other command waits for it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
from flask.cli import AppGroup, with_appcontext

from shop import promotion_commands
from shop.clock import utc_now
from shop.learning import register
from shop.learning.rules import BY_THE_LOG
from shop.web import config, db, transaction

if TYPE_CHECKING:
    from recommender.learning.statistics import SufficientStatistics
    from shop.learning.reading import LogReport
    from shop.learning.training import Window

DAY = click.DateTime(formats=["%Y-%m-%d"])
ENGINES = ("log", "duckdb", "dask")
EXTRAS = {"sklearn": "learn", "scipy": "learn", **dict.fromkeys(("duckdb", "pyarrow", "dask", "distributed"), "scale")}


class _Learn(AppGroup):
    """Says which extra to install where a package is not there."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if error.name not in EXTRAS:
                raise
            raise click.ClickException(f"{error}: pip install tsubo[{EXTRAS[error.name]}]") from error


learn = _Learn("learn", help="Train ranking models on the learning log, compare them, and choose the live one.")
for each in promotion_commands.COMMANDS:
    learn.add_command(each)


class _HalfLife(click.FloatRange):
    """Days, or the word that leaves the choice to the log."""

    name = "days or auto"

    def __init__(self) -> None:
        super().__init__(min=1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if value == BY_THE_LOG else super().convert(value, param, ctx)


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `train`."""

    since: datetime | None
    until: datetime | None
    half_life_days: float | Literal["auto"] | None
    seed: int
    engine: str
    archive: Path | None
    scheduler: str | None
    by: str

    def check(self) -> None:
        """Refuse options that do not belong together. Raises UsageError."""
        reads_files = self.engine != "log"
        if reads_files != (self.archive is not None) or (self.engine == "dask") != (self.scheduler is not None):
            raise click.UsageError("duckdb and dask need --archive, dask needs --scheduler, and log takes neither")


@learn.command()
@click.option("--since", type=DAY, help="First day to learn from (default: all that is kept).")
@click.option("--until", type=DAY, help="Last day (default: the newest 30 % of the lists are kept to judge by).")
@click.option("--half-life-days", type=_HalfLife(), help="An answer this old counts half; auto: the log chooses.")
@click.option("--seed", type=int, default=0, show_default=True, help="For learners that need chance; is written down.")
@click.option("--engine", type=click.Choice(ENGINES), default="log", show_default=True, help="Who adds up the log.")
@click.option("--archive", type=click.Path(path_type=Path), help="The folder of `export`, for duckdb and dask.")
@click.option("--scheduler", help="Address of a running Dask scheduler, such as tcp://127.0.0.1:8786.")
@click.option("--by", default="", help="Your e-mail address, for the record.")
@with_appcontext
def train(**given: Any) -> None:
    """Train a model on the log and keep it as a candidate. The same log and seed give the same model to the last bit.

    With too little to learn from, nothing is changed and the exit code is 1.
    """
    asked = Asked(**given)
    asked.check()
    from shop.learning import training

    today = utc_now().date()
    window = _window(asked, today)
    if asked.until is None:
        window = training.window_of_log(db(), window)
    click.echo(f"Learning from {window.since} to {window.until}.")
    summed = _sums(window, today) if asked.archive is None else _sums_of_files(asked.archive, window, asked.scheduler)
    try:
        made = training.train_and_store(
            summed, Path(config().models_dir), seed=asked.seed, half_life_days=asked.half_life_days
        )
    except training.TooLittle as error:
        raise click.ClickException(str(error)) from error
    with transaction() as session:
        now = utc_now()
        model, is_new = register.add_candidate(session, made.sha256, by=promotion_commands.actor(asked.by), now=now)
        number, state = model.id, model.state.value
    click.echo(", ".join(f"{stage}: {count} answers" for stage, count in made.counts.items()))
    if made.half_life_days is not None:
        click.echo(f"An answer that is {made.half_life_days:g} days old counts half.")
    click.echo(made.sha256)
    known = "" if is_new else f" It was there already: {state}."
    click.echo(f"Model {number}.{known} Next: flask shop learn evaluate {number}")


@learn.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="The folder of the files.")
@with_appcontext
def export(folder: Path) -> None:
    """Mirror the log into Parquet files, one a day.

    What was erased from the log since the last export to the same folder goes from its files now, not before.
    """
    from shop.learning import archiving
    from shop.learning.training import by_tenths

    report = _report()
    written, gone = archiving.export(db(), folder, report, by_tenths(_tell, "days written"))
    _say(report)
    click.echo(f"{written} days in {folder}, {gone} removed.")


def _window(asked: Asked, today: date) -> "Window":
    from shop.learning.training import Window

    first = asked.since.date() if asked.since else today - timedelta(days=config().learning_days + 1)
    return Window(first, asked.until.date() if asked.until else today)


def _sums(window: "Window", today: date) -> "SufficientStatistics | None":
    from shop.learning import training
    from shop.learning.reading import LogReport

    report = LogReport(today)
    summed = training.log_statistics(db(), window, report, training.by_tenths(_tell, "days read"))
    _say(report)
    return summed


def _sums_of_files(archive: Path, window: "Window", scheduler: str | None) -> "SufficientStatistics":
    from shop.learning import archiving
    from shop.learning.training import by_tenths

    try:
        return archiving.archive_statistics(archive, window, scheduler, by_tenths(_tell, "files read"))
    except (archiving.BadArchive, OSError) as error:
        raise click.ClickException(str(error)) from error


def _report() -> "LogReport":
    from shop.learning.reading import LogReport

    return LogReport(utc_now().date())


def _say(report: "LogReport") -> None:
    """The report's figures, and the first rows that were left out."""
    for line in (*report.lines(), *report.first_left_out()):
        click.echo(line)


def _tell(words: str) -> None:
    click.echo(words, err=True)
