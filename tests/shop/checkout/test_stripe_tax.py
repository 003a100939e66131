"""Tax asked of the provider: checked, shown before ordering, kept with the order; and no order without an answer."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from demo.stripe_server import InProcessStripe, StripeServer
from shop import jobs
from shop.checkout.taxing import adds_up
from shop.db import begin_write
from shop.gateway import TaxAnswer, TaxQuestion, TaxSale
from shop.money import format_money
from shop.orders.models import OrderEvent, OrderLine
from shop.payments.adapter import StripeGateway
from shop.promotions.states import PromotionKind
from tests.conftest import MakeApp
from tests.fake_tax import answer_of
from tests.fakes import FakeGateway
from tests.make import make_promotion
from tests.shop.checkout.shopper import Shopper, orders_of
from tests.shop.payments.providers import config

QUESTION = TaxQuestion("USD", (("1", 3400), ("2", 900)), 500, False, "US", "CA", "San Francisco", "94110")
RIGHT = answer_of(QUESTION)


@pytest.fixture
def app(make_app: MakeApp, request: pytest.FixtureRequest) -> Flask:
    marked: dict[str, Any] = getattr(request, "param", {})
    return make_app(SHOP_TAX_SOURCE="stripe", **marked)


def untaxed(question: TaxQuestion) -> TaxAnswer:
    """Another right answer: nothing is taxed there."""
    nothing = {reference: (0, 0) for reference, _ in question.lines}
    whole = sum(amount for _, amount in question.lines) + question.shipping_minor
    return TaxAnswer("taxcalc_2", question.currency, nothing, 0, whole)


def lines_of(engine: Engine) -> list[tuple[int, int]]:
    with Session(engine) as session:
        return [(line.tax_minor, line.tax_rate) for line in session.scalars(select(OrderLine))]


def test_the_answer_is_shown_ordered_paid_and_kept(shopper: Shopper, gateway: FakeGateway, engine: Engine) -> None:
    shopper.add(2)
    shopper.type_details()
    review = shopper.client.get("/checkout/review").text

    shopper.place()
    order = orders_of(engine)[0]

    tenth = 680 + order.shipping_minor // 10
    assert (order.tax_minor, order.total_minor) == (tenth, 6800 + order.shipping_minor + tenth)
    assert format_money(order.total) in review
    assert lines_of(engine) == [(680, 100_000)]
    assert next(iter(gateway.sessions.values())).amount == order.total
    with Session(engine) as session:
        notes = session.scalars(select(OrderEvent.note).where(OrderEvent.subject == "tax")).all()
    assert notes == ["calculated by the payment service: taxcalc_1"]


def test_what_was_paid_is_reported_by_the_worker(app: Flask, shopper: Shopper, gateway: FakeGateway) -> None:
    shopper.order()
    (session_id,) = gateway.sessions
    unpaid = jobs.run(app, "tax_reports")
    gateway.pay(session_id)
    shopper.client.get(urlsplit(str(gateway.requests[0].parameters["success_url"])).path)

    reported = jobs.run(app, "tax_reports")

    (sale,) = gateway.tax_reports.values()
    assert (unpaid, reported) == (0, 1)
    assert sale == TaxSale("taxcalc_1", gateway.sessions[session_id].order_reference or "")


def test_without_an_answer_nothing_is_ordered_and_a_page_says_so(
    shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()
    gateway.is_down = True

    shown, placed = shopper.client.get("/checkout/review"), shopper.place(button)

    assert (shown.status_code, placed.status_code) == (503, 503)
    assert "nothing was ordered and nothing charged" in placed.text
    assert int(placed.headers["Retry-After"]) > 0
    assert orders_of(engine) == []
    gateway.is_down = False
    assert shopper.place().location.startswith("http://provider.test/pay/")


@pytest.mark.parametrize("app", [{"SHOP_TAX_WHEN_SILENT": "zones"}], indirect=True)
def test_a_merchant_may_choose_the_zones_own_rates_instead(
    shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    shopper.add()
    shopper.type_details()
    gateway.tax_answers = [replace(RIGHT, total_minor=1)] * 2

    review = shopper.client.get("/checkout/review")
    gateway.tax_answers = [replace(RIGHT, total_minor=1)] * 2
    shopper.place()

    assert review.status_code == 200
    order = orders_of(engine)[0]
    assert order.total_minor == 3400 + order.shipping_minor + order.tax_minor
    assert order.tax_minor != 390


def test_an_answer_that_changed_since_the_check_page_is_shown_again_first(
    shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()
    asked = gateway.tax_questions[-1]
    gateway.tax_answers = [untaxed(asked)]

    placed = shopper.place(button)

    assert placed.location is not None
    assert placed.location.endswith("told=changed")
    assert orders_of(engine) == []


@pytest.mark.parametrize(
    "wrong",
    [
        replace(RIGHT, currency="EUR"),
        replace(RIGHT, total_minor=RIGHT.total_minor + 1),
        replace(RIGHT, lines={"1": RIGHT.lines["1"]}),
        replace(RIGHT, lines={**RIGHT.lines, "2": (-90, 0)}, total_minor=RIGHT.total_minor - 180),
        replace(RIGHT, shipping_minor=-50, total_minor=RIGHT.total_minor - 100),
        replace(RIGHT, calculation_id=""),
    ],
)
def test_an_answer_that_does_not_add_up_is_no_answer(wrong: TaxAnswer) -> None:
    assert adds_up(QUESTION, RIGHT)
    assert not adds_up(QUESTION, wrong)


@pytest.mark.parametrize("is_inclusive", [False, True])
def test_the_strict_stand_in_answers_what_adds_up(is_inclusive: bool) -> None:
    server = StripeServer()
    gateway = StripeGateway(config(), http_client=lambda: InProcessStripe(server))
    question = replace(QUESTION, is_inclusive=is_inclusive)

    answer = gateway.calculate_tax(question)

    assert adds_up(question, answer)
    assert answer.lines["1"] == ((274 if is_inclusive else 298), 87_500)
    assert answer.shipping_minor == (40 if is_inclusive else 44)
    call = server.ledger()["calls"][0]
    assert (call["path"], call["status"]) == ("/v1/tax/calculations", 200)


def test_goods_that_cost_nothing_leave_the_tax_on_delivery_to_be_asked_for(
    shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    with Session(engine) as session:
        begin_write(session)
        make_promotion(
            session, "GIFT34", kind=PromotionKind.AMOUNT, rate_millionths=0, amount_minor=3400, currency="USD"
        )
        session.commit()
    shopper.add()
    shopper.client.post("/cart/code", data={"csrf_token": shopper.csrf(), "code": "GIFT34"})
    shopper.type_details()

    shopper.place()
    order = orders_of(engine)[0]

    assert [(asked.lines, asked.shipping_minor) for asked in gateway.tax_questions[-1:]] == [((), 590)]
    assert (order.discount_minor, order.shipping_minor, order.tax_minor, order.total_minor) == (3400, 590, 59, 649)


@pytest.mark.parametrize("is_inclusive", [False, True])
def test_the_strict_stand_in_answers_for_delivery_alone(is_inclusive: bool) -> None:
    server = StripeServer()
    gateway = StripeGateway(config(), http_client=lambda: InProcessStripe(server))
    question = replace(QUESTION, lines=(), is_inclusive=is_inclusive)

    answer = gateway.calculate_tax(question)

    assert adds_up(question, answer)
    assert (answer.lines, answer.shipping_minor) == ({}, 40 if is_inclusive else 44)


def test_neither_name_nor_street_nor_goods_are_asked_about() -> None:
    assert set(TaxQuestion.__slots__) == {
        "currency", "lines", "shipping_minor", "is_inclusive", "country", "region", "city", "postal_code",
    }  # fmt: skip
