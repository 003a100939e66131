"""`flask shop learn`: from the log to a candidate, from the candidate to the live model, and back."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import Result
from distributed import LocalCluster
from flask import Flask
from sqlalchemy import delete, func, select, update

from recommender.learning.archive import day_files
from recommender.storage import manifest_path
from shop.audit.models import AuditEvent
from shop.clock import utc_now
from shop.db import begin_write
from shop.learning import register
from shop.learning.models import Candidate, Impression, RankingModel
from shop.learning.rules import training_days
from shop.learning.states import ModelState
from tests.shop.learning.lists import TODAY
from tests.shop.learning.made_up_log import DAYS, fill_log

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def command(*arguments: str) -> Result:
        return app.test_cli_runner().invoke(args=["shop", "learn", *arguments])

    return command


def fill(app: Flask, lists: int, **options: float) -> None:
    with app.extensions["tsubo"].sessions() as session:
        begin_write(session)
        fill_log(session, lists, until=utc_now().date(), **options)
        session.commit()


def change(app: Flask, *statements: object) -> None:
    with app.extensions["tsubo"].sessions() as session:
        begin_write(session)
        for statement in statements:
            session.execute(statement)
        session.commit()


def models(app: Flask) -> list[RankingModel]:
    with app.extensions["tsubo"].sessions() as session:
        return list(session.scalars(select(RankingModel).order_by(RankingModel.id)))


def sha256_in(result: Result) -> str:
    assert result.exit_code == 0, result.output
    found = re.search(r"^[0-9a-f]{64}$", result.stdout, re.MULTILINE)
    assert found, result.output
    return found[0]


def test_a_model_is_trained_stored_and_waits_for_a_decision(app: Flask, run: Run) -> None:
    fill(app, 400)

    result = run("train", "--by", "m@shop.example")

    sha256 = sha256_in(result)
    row = models(app)[0]
    assert (row.sha256, row.state, row.made_by) == (sha256, ModelState.CANDIDATE, "merchant:m@shop.example")
    assert manifest_path(Path(app.extensions["tsubo"].config.models_dir), sha256).is_file()
    assert "rows read" in result.stdout
    assert "days read" in result.stderr
    assert "helped: " in result.stdout


def test_the_same_log_gives_the_same_model_and_one_row(app: Flask, run: Run) -> None:
    fill(app, 400)

    first, second = run("train"), run("train")
    other = run("train", "--half-life-days", "5")

    assert sha256_in(first) == sha256_in(second) != sha256_in(other)
    assert "It was there already: candidate." in second.stdout
    assert len(models(app)) == 2


def test_a_log_of_few_days_leaves_nothing_to_choose_and_forgets_nothing(app: Flask, run: Run) -> None:
    fill(app, 400)

    plain, chosen = run("train"), run("train", "--half-life-days", "auto")

    assert sha256_in(plain) == sha256_in(chosen)
    assert "counts half" not in chosen.stdout


def test_every_engine_makes_the_same_model_to_the_last_bit(app: Flask, run: Run, tmp_path: Path) -> None:
    fill(app, 400)
    archive = tmp_path / "archive"
    exported = run("export", "--to", str(archive))

    by_log, by_duckdb = run("train"), run("train", "--engine", "duckdb", "--archive", str(archive))
    with cast(Any, LocalCluster)(  # Dask has no types
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        where = ("--archive", str(archive), "--scheduler", cluster.scheduler_address)
        by_dask = run("train", "--engine", "dask", *where)

    assert f"{DAYS} days in {archive}, 0 removed." in exported.stdout
    assert sha256_in(by_log) == sha256_in(by_duckdb) == sha256_in(by_dask)
    assert len(models(app)) == 1


def test_what_was_erased_from_the_log_is_gone_from_the_next_export(app: Flask, run: Run, tmp_path: Path) -> None:
    fill(app, 40)
    run("export", "--to", str(tmp_path))
    yesterday = utc_now().date() - timedelta(days=1)
    change(app, delete(Impression).where(Impression.day == yesterday))

    result = run("export", "--to", str(tmp_path))

    assert f"{DAYS - 1} days in {tmp_path}, 1 removed." in result.stdout
    assert not [path for path in day_files(tmp_path) if yesterday.isoformat() in str(path)]


@pytest.mark.parametrize("lists", [0, 60])
def test_too_little_to_learn_from_is_said_and_changes_nothing(app: Flask, run: Run, lists: int) -> None:
    if lists:
        fill(app, lists)

    result = run("train")

    assert result.exit_code == 1
    assert "Too little to learn from yet, so nothing was changed" in result.output
    assert "it takes 500" in result.output
    assert models(app) == []
    assert not Path(app.extensions["tsubo"].config.models_dir).exists()


def test_impossible_rows_are_counted_listed_and_left_out(app: Flask, run: Run) -> None:
    fill(app, 400)
    change(app, update(Candidate).where(Candidate.impression_id.like("%399")).values(propensity=7.0))

    result = run("train")

    assert "3 rows left out: a probability outside of 0 to 1" in result.stdout
    assert re.search(r"list 0+399, place 2: a probability", result.stdout)


@pytest.mark.parametrize(
    "options",
    [
        ("--engine", "duckdb"),
        ("--engine", "dask", "--archive", "x"),
        ("--archive", "x"),
        ("--engine", "spark"),
        ("--since", "yesterday"),
        ("--half-life-days", "0"),
    ],
)
def test_options_that_do_not_belong_together_are_a_sentence(run: Run, options: tuple[str, ...]) -> None:
    result = run("train", *options)

    assert result.exit_code == 2
    assert "Error:" in result.output


def test_an_empty_archive_and_a_scheduler_that_is_not_there_are_sentences(app: Flask, run: Run, tmp_path: Path) -> None:
    empty = run("train", "--engine", "duckdb", "--archive", str(tmp_path))

    assert empty.exit_code == 1
    assert "holds no day between" in empty.output


def test_a_candidate_that_is_better_beyond_doubt_is_promoted_and_written_down(app: Flask, run: Run) -> None:
    fill(app, 4000)
    sha256 = sha256_in(run("train"))

    result = run("promote", "--cases", "200", "--by", "m@shop.example")

    assert result.exit_code == 0, result.output
    assert "is live, in place of the day-one ranking." in result.stdout
    assert "day one" in result.stdout
    row = models(app)[0]
    assert (row.state, row.promoted_by) == (ModelState.LIVE, "merchant:m@shop.example")
    assert row.decision is not None
    assert row.decision["promote"] is True
    assert [line["name"] for line in row.decision["table"]] == ["model 1", "day one"]
    with app.extensions["tsubo"].sessions() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.subject, event.actor) == ("promote", "model:1", "merchant:m@shop.example")
    assert event.changes == {"live": ["day one", 1], "sha256": sha256}
    card = run("card", "1").stdout
    assert card.startswith("# Model 1")
    assert sha256 in card
    assert "0 violations in 200 generated visits" in card
    assert re.search(r"\| no area was named \| [\d,]+ \| 0\.\d+ \(0\.\d+ to 0\.\d+\) \| 0\.\d+ \(", card)


def test_lists_without_chance_promote_nothing(app: Flask, run: Run) -> None:
    fill(app, 400, exploration=0.0)
    run("train")

    result = run("promote", "--cases", "50")

    assert result.exit_code == 1
    assert "had no chance in them" in result.output
    assert "was not promoted" in result.output
    assert models(app)[0].state is ModelState.CANDIDATE
    assert (models(app)[0].decision or {})["promote"] is False


def test_too_few_lists_are_not_enough_yet(app: Flask, run: Run) -> None:
    fill(app, 400)
    run("train")

    result = run("evaluate", "--cases", "50")

    assert result.exit_code == 0, result.output
    assert "Not enough yet" in result.stdout
    assert "What cannot be said" in result.stdout


def test_a_tampered_candidate_cannot_be_judged_or_promoted(app: Flask, run: Run) -> None:
    fill(app, 400)
    sha256 = sha256_in(run("train"))
    path = manifest_path(Path(app.extensions["tsubo"].config.models_dir), sha256)
    path.write_text(path.read_text().replace("rows", "r0ws"))

    results = [run("promote", "--cases", "50"), run("card")]

    assert [result.exit_code for result in results] == [1, 1]
    assert all("was changed since it was stored" in result.output for result in results)


def test_rollback_puts_the_one_before_back_and_is_written_down(app: Flask, run: Run) -> None:
    with app.extensions["tsubo"].sessions() as session:
        begin_write(session)
        for day, letter in enumerate("ab"):
            row, _ = register.add_candidate(session, letter * 64, by="system", now=utc_now())
            register.promote(session, row, by="system", now=utc_now() + timedelta(days=day))
        session.commit()

    results = [run("rollback") for _ in range(3)]

    assert [result.exit_code for result in results] == [0, 0, 1]
    assert "Model 1 is live, in place of model 2." in results[0].output
    assert "The day-one ranking is live, in place of model 1." in results[1].output
    assert "nothing to go back from" in results[2].output
    with app.extensions["tsubo"].sessions() as session:
        assert session.scalar(select(func.count()).where(AuditEvent.action == "rollback")) == 2


@pytest.mark.parametrize("arguments", [("evaluate",), ("promote", "17"), ("card", "nothing"), ("replay", "x")])
def test_a_name_that_is_none_is_a_sentence(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)

    assert result.exit_code == 1
    assert "There is no" in result.output


def test_a_past_list_is_shown_as_it_was(app: Flask, run: Run) -> None:
    fill(app, 20)
    name = f"{7:032d}"

    result = run("replay", name)

    with app.extensions["tsubo"].sessions() as session:
        shown = session.scalars(select(Candidate.sku).where(Candidate.impression_id == name).order_by("position")).all()
    assert "seed 7, share of chance 1" in result.stdout
    found = re.findall(r"^\d\. (P\d): chance of this place 0\.500, value (-?[\d.]+)$", result.stdout, re.MULTILINE)
    assert [sku for sku, _ in found] == shown
    assert [float(value) for _, value in found] == sorted((float(value) for _, value in found), reverse=True)


LOADED = """
import shop.cli, sys
late = ("sklearn", "scipy", "duckdb", "pyarrow", "dask", "distributed", "recommender.learning")
print([name for name in sys.modules if name.startswith(late)])
"""


def test_nothing_that_trains_is_imported_before_a_command_runs() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_about_the_newest_third_of_the_lists_is_kept_back() -> None:
    days = [(TODAY + timedelta(days=number), 10) for number in range(10)]

    assert training_days(days) == TODAY + timedelta(days=6)
    assert training_days(days[:1]) is None
    assert training_days([(TODAY, 1), (TODAY + timedelta(days=1), 99)]) == TODAY
    assert training_days([(TODAY, 99), (TODAY + timedelta(days=1), 1)]) == TODAY
