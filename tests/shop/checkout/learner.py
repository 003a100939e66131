"""A visitor who answered the questionnaire, and what the log says of them."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.learning.models import Candidate
from shop.orders.models import Order
from shop.web import transaction
from tests.shop.quiz.walk import SORE_BACK, Walk


def find_out(client: FlaskClient, *, learning: bool = True) -> str:
    """Walk through the questionnaire to its result."""
    return Walk(client).answer_all(SORE_BACK, learning=learning).text


def rows(engine: Engine) -> list[Candidate]:
    """The log's products."""
    with Session(engine) as session:
        return list(session.scalars(select(Candidate).order_by(Candidate.position)))


def only_order(engine: Engine) -> Order:
    """The one order there is."""
    with Session(engine) as session:
        return session.scalars(select(Order)).one()


def writing(app: Flask, work: Callable[[Session], object]) -> None:
    """Do something as the shop's own code does, with the shop's keys."""
    with app.app_context(), transaction() as session:
        work(session)


def ask_tick(page: str) -> str:
    """The tick with which somebody may be asked later."""
    found = re.search(r'<input type="checkbox"[^>]*name="ask_later"[^>]*>', page)
    assert found is not None
    return found[0]
