"""A customer who writes code into their name, sends more fields than asked for, and plays with links."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.clock import utc_now
from shop.db import begin_write
from shop.mail.models import OutboxMail
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState
from shop.staff import service as staff
from tests.conftest import ORIGIN
from tests.make import make_product
from tests.shop.checkout.shopper import Shopper

HOSTILE = "<img src=x onerror=alert(1)>{{31337*3}}\"'"


@pytest.fixture
def shopper(client: FlaskClient, engine: Engine) -> Shopper:
    with Session(engine) as session:
        begin_write(session)
        make_product(session, "MAT01", title="Classic Mat", variants=("CHARCOAL", "TEAL"), available=3)
        session.commit()
    return Shopper(client)


def only_order(engine: Engine) -> Order:
    with Session(engine) as session:
        return session.scalars(select(Order)).one()


def test_what_a_customer_typed_is_inert_on_every_page_and_in_every_mail(
    app: Flask, shopper: Shopper, engine: Engine
) -> None:
    shopper.add()
    shopper.type_details(full_name=HOSTILE, line1=HOSTILE, line2=HOSTILE, city=HOSTILE)
    review = shopper.client.get("/checkout/review").text
    shopper.place()
    order = only_order(engine)
    with Session(engine) as session:
        begin_write(session)
        member = staff.add_member(session, "anna@shop.example", "blue kettle seven moss", now=utc_now())
        token = staff.open_session(session, member.id, now=utc_now())
        session.commit()
    customer = shopper.client.get(f"/order/{order.token}").text
    shopper.client.set_cookie("tsubo_staff", token)
    merchant = shopper.client.get(f"/merchant/orders/{order.number}").text
    with Session(engine) as session:
        mails = [f"{mail.__dict__}" for mail in session.scalars(select(OutboxMail))]

    for text in (review, customer, merchant, *mails):
        assert "<img src=x" not in text
        assert "94011" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;{{31337*3}}" in review
    assert "&lt;img src=x onerror=alert(1)&gt;{{31337*3}}" in merchant


def test_line_breaks_in_name_and_address_become_blanks_and_in_the_email_a_refusal(
    shopper: Shopper, engine: Engine
) -> None:
    shopper.add()

    refused = shopper.type_details(email="pat@example.com\r\nBcc: all@example.com")
    shopper.type_details(full_name="Pat\r\nBcc: all@example.com", line1="1\u2028Long\x00Street")
    shopper.place()

    order = only_order(engine)
    assert refused.status_code == 422
    assert order.full_name == "Pat Bcc: all@example.com"
    assert order.line1 == "1 Long Street"


def test_fields_that_nobody_asked_for_change_nothing_of_an_order(shopper: Shopper, engine: Engine) -> None:
    extra = {
        "total_minor": "1", "total": "0.01", "price": "1", "unit_minor": "1", "discount_minor": "99999", "id": "7",
        "state": "placed", "payment_state": "paid", "number": "TS-EVIL-0001", "currency": "JPY", "tax_minor": "0",
        "role": "admin", "token": "x", "shipping_minor": "0",
    }  # fmt: skip
    shopper.client.post("/cart/add", data={"sku": "MAT01-CHARCOAL", "quantity": "1", **extra})
    shopper.type_details(**extra)
    shown = shopper.client.get("/checkout/review").text

    shopper.place({**shopper.button(), **extra})

    order = only_order(engine)
    assert (order.state, order.payment_state) == (OrderState.PENDING, PaymentState.PENDING)
    assert order.total_minor > 1000
    assert order.currency == "USD"
    assert order.discount_minor == 0
    assert order.number != "TS-EVIL-0001"
    assert f"{order.total_minor / 100:.2f}" in shown


@pytest.mark.parametrize("purpose", ["newsletter-confirm", "newsletter-guide", "newsletter-leave", "staff-device", ""])
def test_a_token_of_one_purpose_opens_nothing_else(app: Flask, client: FlaskClient, purpose: str) -> None:
    token = app.extensions["tsubo"].keyring.links(purpose).dumps("some-mark") if purpose else "x"
    pages = {
        "newsletter-confirm": "/newsletter/confirm/",
        "newsletter-guide": "/newsletter/guide/",
        "newsletter-leave": "/newsletter/unsubscribe/",
        "order": "/order/",
        "return": "/checkout/return/",
        "cancel": "/checkout/cancel/",
    }

    foreign = {name: client.get(path + token).status_code for name, path in pages.items() if name != purpose}

    assert set(foreign.values()) == {404}


@pytest.mark.parametrize("token", ["", "%20", "%00", "None", "null", "0", "undefined", "%27%27", ".", "..", "*"])
def test_an_empty_or_odd_token_opens_no_order(shopper: Shopper, token: str) -> None:
    shopper.order()

    for path in ("/order/", "/checkout/return/", "/checkout/cancel/", "/checkout/wait/"):
        assert shopper.client.get(path + token).status_code in (404, 308), path


@pytest.mark.parametrize("path", ["/checkout/review", "/checkout", "/cart/added/MAT01-CHARCOAL"])
def test_no_step_of_the_checkout_can_be_skipped(shopper: Shopper, path: str) -> None:
    assert shopper.client.get(path).status_code == 303
    assert shopper.client.post("/checkout/place", headers=ORIGIN).status_code == 403


def test_the_order_of_somebody_else_does_not_open_by_number_alone(shopper: Shopper, engine: Engine) -> None:
    shopper.order()
    number = only_order(engine).number

    answers = [
        shopper.client.post("/order/lookup", data={"number": number, "email": email})
        for email in ("", "kim@example.com", "%", "' OR 1=1", "pat@example.com\x00")
    ]

    assert not [answer for answer in answers if answer.status_code == 303]
    assert all("1 Long Street" not in answer.text for answer in answers)
