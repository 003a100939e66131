"""What becomes of a shown product finds its row in the log; the order keeps nothing of it."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, inspect, select
from sqlalchemy.orm import Session

from shop.clock import utc_now
from shop.learning.models import Impression, OutcomeTag
from shop.learning.states import Fate
from shop.money import Money
from shop.orders import returns
from shop.orders import service as orders
from shop.orders.models import Order, OrderLine
from shop.payments import refunding
from shop.payments.refunds import RefundWish
from shop.payments.web_desk import web_desk
from tests.fakes import FakeGateway
from tests.shop.checkout.learner import find_out, only_order, rows, writing
from tests.shop.checkout.shopper import Shopper


def order(shopper: Shopper, *, learning: bool = True) -> None:
    find_out(shopper.client, learning=learning)
    shopper.order()


def pay(shopper: Shopper, gateway: FakeGateway, engine: Engine) -> None:
    gateway.pay("cs_test_1")
    shopper.client.get(f"/checkout/return/{only_order(engine).token}")


def ship(session: Session) -> None:
    number = session.scalars(select(Order.id)).one()
    orders.ship(session, number, orders.Parcel("Post"), actor="merchant:m@example.com", now=utc_now())


def put_back(session: Session) -> None:
    line = session.scalars(select(OrderLine)).one()
    returns.put_back(session, line, 1, reason="came back", actor="merchant:m@example.com", now=utc_now())


def test_put_into_the_cart_ordered_and_paid_are_noted_one_after_the_other(
    shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    seen = []
    find_out(shopper.client)
    seen.append((rows(engine)[0].added, rows(engine)[0].bought))
    shopper.add()
    seen.append((rows(engine)[0].added, rows(engine)[0].bought))
    shopper.type_details()
    shopper.place()
    seen.append((rows(engine)[0].added, rows(engine)[0].bought))
    pay(shopper, gateway, engine)
    seen.append((rows(engine)[0].added, rows(engine)[0].bought))

    assert seen == [(False, False), (True, False), (True, False), (True, True)]


def test_without_the_learning_consent_no_digest_is_written(
    shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    order(shopper, learning=False)
    pay(shopper, gateway, engine)

    with Session(engine) as session:
        assert session.scalars(select(OutcomeTag)).all() == []
        assert session.scalars(select(Impression)).all() == []


@pytest.mark.parametrize(("acts", "became"), [((ship,), (True, Fate.OPEN)), ((ship, put_back), (True, Fate.RETURNED))])
def test_parcel_and_return_are_noted(
    shopper: Shopper, gateway: FakeGateway, engine: Engine, app: Flask, acts: tuple[object, ...], became: object
) -> None:
    order(shopper)
    pay(shopper, gateway, engine)

    for act in acts:
        writing(app, act)

    assert (rows(engine)[0].sent, rows(engine)[0].fate) == became


@pytest.mark.parametrize(("part", "fate"), [(1.0, Fate.RETURNED), (0.5, Fate.OPEN)])
def test_all_the_money_back_is_a_return_and_a_part_of_it_is_not(
    shopper: Shopper, gateway: FakeGateway, engine: Engine, app: Flask, part: float, fate: Fate
) -> None:
    order(shopper)
    pay(shopper, gateway, engine)
    whole = only_order(engine)
    amount = Money(int(whole.total_minor * part), whole.currency)

    with app.app_context():
        wish = RefundWish(amount, "did not fit", "form-1", "merchant:m@example.com")
        refunding.refund(web_desk(), whole.id, wish, now=utc_now())

    assert rows(engine)[0].fate is fate


def test_an_order_that_is_never_paid_is_no_purchase(shopper: Shopper, engine: Engine) -> None:
    order(shopper)

    assert (rows(engine)[0].added, rows(engine)[0].bought) == (True, False)


def test_what_lay_in_the_cart_before_the_list_was_shown_is_no_merit_of_the_list(
    shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    shopper.add()
    find_out(shopper.client)
    shopper.type_details()
    shopper.place()
    pay(shopper, gateway, engine)

    assert (rows(engine)[0].added, rows(engine)[0].bought) == (False, False)


def test_once_the_answers_are_deleted_nothing_more_is_noted(
    shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    find_out(shopper.client)
    shopper.client.post("/find/delete")
    shopper.order()
    pay(shopper, gateway, engine)

    assert (rows(engine)[0].added, rows(engine)[0].bought) == (False, False)


def test_an_old_cookie_that_is_sent_again_notes_nothing_more(shopper: Shopper, engine: Engine) -> None:
    find_out(shopper.client)
    kept = shopper.client.get_cookie("tsubo_answers", domain="localhost") or shopper.client.get_cookie(
        "tsubo_answers", domain="shop.test"
    )
    assert kept is not None

    with time_machine.travel(utc_now() + timedelta(minutes=61), tick=False):
        shopper.client.set_cookie("tsubo_answers", kept.value, domain="shop.test")
        shopper.add()

    assert not rows(engine)[0].added


def test_the_log_cannot_be_joined_with_orders_and_orders_know_nothing_of_it(
    shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    order(shopper)
    pay(shopper, gateway, engine)
    placed = only_order(engine)

    with Session(engine) as session:
        shown, tag = session.scalars(select(Impression)).one(), session.scalars(select(OutcomeTag)).one()
        line = session.scalars(select(OrderLine)).one()
    log_words = {shown.id, shown.visit, tag.tag, str(shown.seed)}
    order_words = {str(getattr(row, column.key)) for row in (placed, line) for column in inspect(type(row)).columns}
    log_columns = {column.key for table in (Impression, OutcomeTag) for column in inspect(table).columns}

    assert log_words.isdisjoint(order_words)
    assert {placed.number, placed.token, placed.email, placed.checkout_token}.isdisjoint(log_words)
    assert not [name for name in log_columns if re.search(r"order|line|cart|email|customer", name)]
