"""Lists that cannot have been: every command that reads them says so, counts and names them, and goes on."""

import math
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, select, update

from recommender.catalogue import prepare
from shop.clock import utc_now
from shop.db import begin_write
from shop.learning.judging import Usable, read_lists
from shop.learning.models import Candidate, Impression
from shop.learning.reading import LogReport
from tests.shop.learning.made_up_log import PLACES, fill_log

LISTS = 400
SPOILT = f"{7:032d}"
"""One of the newest lists: no model was trained on it, so that it would be judged by."""

OF_THE_LIST = {
    "more chance than there is": ({"exploration": 7.5}, "a share of chance outside of 0 to 1"),
    "less than none": ({"exploration": -0.5}, "a share of chance outside of 0 to 1"),
    "infinite chance": ({"exploration": math.inf}, "a share of chance outside of 0 to 1"),
    "a seed below 0": ({"seed": -1}, "a seed that no visit is given"),
}
OF_ITS_ROWS = {
    "a probability above 1": ({"propensity": 7.0}, "a probability outside of 0 to 1"),
    "a fit that is no mapping": ({"features": [1]}, "a fit that is no number of ours"),
    "an unknown product": ({"sku": "NOBODY-KNOWS-IT"}, "a product that the catalogue does not know"),
}
EVERY = [
    pytest.param(table, values, reason, id=name)
    for table, cases in ((Impression, OF_THE_LIST), (Candidate, OF_ITS_ROWS))
    for name, (values, reason) in cases.items()
]


@pytest.fixture
def learn(app: Flask) -> FlaskCliRunner:
    with app.extensions["tsubo"].sessions() as session:
        begin_write(session)
        fill_log(session, LISTS, until=utc_now().date())
        session.commit()
    return app.test_cli_runner()


def said(learn: FlaskCliRunner, *arguments: str) -> str:
    result = learn.invoke(args=["shop", "learn", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def spoil(app: Flask, table: type[Impression] | type[Candidate], values: dict[str, Any]) -> None:
    name = Impression.id if table is Impression else Candidate.impression_id
    where = [name == SPOILT, *([] if table is Impression else [Candidate.position == 2])]
    with app.extensions["tsubo"].sessions() as session:
        begin_write(session)
        session.execute(update(table).where(*where).values(values))
        session.commit()


@pytest.mark.parametrize(("table", "values", "reason"), EVERY)
def test_it_is_left_out_of_the_judgement_counted_and_named(
    app: Flask, learn: FlaskCliRunner, table: type[Any], values: dict[str, Any], reason: str
) -> None:
    said(learn, "train")
    spoil(app, table, values)

    judged = said(learn, "evaluate", "--cases", "20")

    assert f"{PLACES} rows left out: {reason}" in judged
    assert f"list {SPOILT}, whole list: {reason}" in judged


@pytest.mark.parametrize(("table", "values", "reason"), EVERY)
def test_it_is_replayed_as_it_stands_without_values_and_with_its_reason(
    app: Flask, learn: FlaskCliRunner, table: type[Any], values: dict[str, Any], reason: str
) -> None:
    spoil(app, table, values)

    shown = said(learn, "replay", SPOILT)

    assert f"without values here: {reason}." in shown
    assert shown.count("chance of this place") == PLACES
    assert ", value" not in shown


def test_a_list_without_products_is_replayed_too(app: Flask, learn: FlaskCliRunner) -> None:
    with app.extensions["tsubo"].sessions() as session:
        begin_write(session)
        session.execute(delete(Candidate).where(Candidate.impression_id == SPOILT))
        session.commit()

    assert "without values here: a list without products." in said(learn, "replay", SPOILT)


def test_no_list_with_an_unknown_product_or_from_days_to_come_is_judged(app: Flask, learn: FlaskCliRunner) -> None:
    spoil(app, Candidate, {"sku": "NOBODY-KNOWS-IT"})
    report, usable = LogReport(utc_now().date()), Usable()

    with app.extensions["tsubo"].sessions() as session:
        newest = session.scalars(select(Impression.day).order_by(Impression.day.desc())).first()
        assert newest is not None
        earlier = LogReport(newest - timedelta(days=1))
        read_lists(session, newest, {}, usable, report, prepare([]))
        read_lists(session, newest, {}, Usable(), earlier, prepare([]))

    assert usable.read == LISTS // 20 - 1
    assert dict(report.refused) == {"a product that the catalogue does not know": PLACES}
    assert dict(earlier.refused) == {"a day that has not been yet": PLACES * LISTS // 20}
