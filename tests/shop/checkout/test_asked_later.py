"""The tick at checkout, the mail, and the page that its link opens: from the order to the log."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from shop import jobs
from shop.clock import utc_now
from shop.follow_up.models import FollowUp
from shop.learning.states import Fate
from shop.mail.models import OutboxMail
from shop.orders import service as orders
from shop.orders.models import Order
from tests.fakes import FakeGateway
from tests.shop.checkout.learner import ask_tick, find_out, only_order, rows, writing
from tests.shop.checkout.shopper import Shopper

LINK = re.compile(r"http://shop\.test(/asked/\S+)")


def ticks(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(FollowUp)) or 0


def asked(shopper: Shopper, gateway: FakeGateway, engine: Engine, app: Flask) -> str:
    """Order with the tick and pay; it left two weeks ago, and the job runs twice: the address in the one mail."""
    shopper.add()
    shopper.type_details()
    shopper.place(shopper.button() | {"ask_later": "y"})
    gateway.pay("cs_test_1")
    shopper.client.get(f"/checkout/return/{only_order(engine).token}")
    writing(app, ship)
    for _ in range(2):
        jobs.run(app, "asking")
    with Session(engine) as session:
        [mail] = session.scalars(select(OutboxMail).where(OutboxMail.kind == "follow_up")).all()
    found = LINK.search(mail.text)
    assert found is not None
    return found[1]


def ship(session: Session) -> None:
    number = session.scalars(select(Order.id)).one()
    long_ago = utc_now() - timedelta(days=14)
    orders.ship(session, number, orders.Parcel("Post"), actor="merchant:m@example.com", now=long_ago)


def line_of(page: str) -> str:
    found = re.search(r'name="(line-\d+-)mark"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("learning", [True, False])
def test_the_tick_is_there_for_everybody_unticked_and_names_no_complaint(shopper: Shopper, learning: bool) -> None:
    find_out(shopper.client, learning=learning)
    shopper.add()
    shopper.type_details()

    page = shopper.client.get("/checkout/review").text

    assert "checked" not in ask_tick(page)
    assert "whether it helped" in page


@pytest.mark.parametrize(("ticked", "kept"), [({}, 0), ({"ask_later": "y"}, 1)])
def test_only_a_tick_is_kept(shopper: Shopper, engine: Engine, ticked: dict[str, str], kept: int) -> None:
    shopper.add()
    shopper.type_details()

    shopper.place(shopper.button() | ticked)

    assert ticks(engine) == kept


def test_the_answer_finds_the_row_of_the_log(
    shopper: Shopper, gateway: FakeGateway, engine: Engine, app: Flask
) -> None:
    find_out(shopper.client)
    address = asked(shopper, gateway, engine, app)
    elsewhere = app.test_client()
    page = elsewhere.get(address)

    answer = elsewhere.post(address, data={f"{line_of(page.text)}mark": "9"})
    thanks = elsewhere.get(answer.location)

    assert (page.status_code, answer.status_code) == (200, 303)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "Thank you" in thanks.text
    assert (rows(engine)[0].helped, rows(engine)[0].fate) == (9, Fate.OPEN)


def test_sent_back_is_an_answer_too(shopper: Shopper, gateway: FakeGateway, engine: Engine, app: Flask) -> None:
    find_out(shopper.client)
    address = asked(shopper, gateway, engine, app)
    line = line_of(app.test_client().get(address).text)

    app.test_client().post(address, data={f"{line}mark": "2", f"{line}returned": "y"})

    assert (rows(engine)[0].helped, rows(engine)[0].fate) == (2, Fate.RETURNED)


def test_opening_the_link_answers_nothing(shopper: Shopper, gateway: FakeGateway, engine: Engine, app: Flask) -> None:
    find_out(shopper.client)
    address = asked(shopper, gateway, engine, app)

    app.test_client().get(f"{address}?line-1-mark=3&done=answered")

    assert rows(engine)[0].helped is None


@pytest.mark.parametrize("mark", ["11", "-1", "9.5", "", "٣", "nine"])
def test_a_mark_that_is_none_is_not_kept(
    shopper: Shopper, gateway: FakeGateway, engine: Engine, app: Flask, mark: str
) -> None:
    find_out(shopper.client)
    address = asked(shopper, gateway, engine, app)
    line = line_of(app.test_client().get(address).text)

    answer = app.test_client().post(address, data={f"{line}mark": mark, "line-999-mark": "5"})

    assert answer.status_code == 303
    assert rows(engine)[0].helped is None


def test_without_the_learning_consent_nothing_is_kept_of_an_answer(
    shopper: Shopper, gateway: FakeGateway, engine: Engine, app: Flask
) -> None:
    address = asked(shopper, gateway, engine, app)
    page = app.test_client().get(address).text

    answer = app.test_client().post(address, data={f"{line_of(page)}mark": "9"})

    assert answer.status_code == 303
    assert "nothing is kept of your answer" in page
    assert rows(engine) == []


def test_who_says_no_is_asked_about_no_order_any_more(
    shopper: Shopper, gateway: FakeGateway, engine: Engine, app: Flask
) -> None:
    address = asked(shopper, gateway, engine, app)
    writing(app, lambda session: session.add(FollowUp(order_id=only_order(engine).id, consent="2026-06")))

    app.test_client().post(f"{address}/never")

    assert ticks(engine) == 0


def test_a_link_ends_after_sixty_days(shopper: Shopper, gateway: FakeGateway, engine: Engine, app: Flask) -> None:
    address = asked(shopper, gateway, engine, app)

    with time_machine.travel(utc_now() + timedelta(days=61), tick=True):
        answer = app.test_client().get(address)

    assert answer.status_code == 404
