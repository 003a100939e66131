"""The cart by mail: consented, throttled, opened by a signed link, merged, and every change told line by line."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop import housekeeping
from shop.cart import saved
from shop.cart.models import CartLine, SavedCart
from shop.cart.rules import CartTerms
from shop.cart.saved import CONSENT_TEXT, Reason
from shop.catalogue.models import Price, Product, Variant
from shop.catalogue.states import ProductStatus
from shop.clock import utc_now
from shop.mail.models import OutboxMail
from shop.stock.models import StockLevel
from shop.web import transaction
from tests.make import NOW, make_product

ADDRESS = "later@example.com"


@pytest.fixture
def goods(app: Flask) -> None:
    """Three mats of 34.00."""
    with app.app_context(), transaction() as session:
        for sku in ("MAT01", "MAT02", "MAT03"):
            make_product(session, sku, title=f"Classic {sku}")


@pytest.fixture
def other(app: Flask) -> FlaskClient:
    """A second device."""
    browser = app.test_client()
    browser.environ_base.update(HTTP_SEC_FETCH_SITE="same-origin", HTTP_HOST="shop.test")
    return browser


def put_in(browser: FlaskClient, *skus: str, quantity: int = 1) -> None:
    for sku in skus:
        assert browser.post("/cart/add", data={"sku": f"{sku}-CHARCOAL", "quantity": quantity}).status_code == 303


def mail_it(browser: FlaskClient, email: str = ADDRESS) -> int:
    token = re.search(r'name="csrf_token"[^>]*value="(\w+)"', browser.get("/cart/mail").text)
    assert token is not None
    return browser.post("/cart/mail", data={"csrf_token": token[1], "email": email}).status_code


def mails(app: Flask) -> list[OutboxMail]:
    with Session(app.extensions["tsubo"].engine) as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def link(app: Flask) -> str:
    found = re.search(r"http://shop\.test(/cart/saved/\S+)", mails(app)[-1].text)
    assert found is not None
    return found[1]


def change(app: Flask, *statements: object) -> None:
    with app.app_context(), transaction() as session:
        for statement in statements:
            session.execute(statement)


def in_cart(app: Flask) -> dict[str, int]:
    """What lies in the newest cart."""
    with Session(app.extensions["tsubo"].engine) as session:
        newest = session.scalar(select(CartLine.cart_id).order_by(CartLine.cart_id.desc()))
        rows = select(Variant.sku, CartLine.quantity).join(Variant, Variant.id == CartLine.variant_id)
        return {row.sku: row.quantity for row in session.execute(rows.where(CartLine.cart_id == newest))}


def test_peer_20_a_cart_comes_back_on_another_device_without_an_account(
    app: Flask, client: FlaskClient, other: FlaskClient, goods: None
) -> None:
    put_in(client, "MAT01", "MAT02", quantity=2)

    assert mail_it(client) == 303
    shown = other.get(link(app)).text
    nothing_yet = other.get("/cart").text
    done = other.post(link(app))
    cart = other.get("/cart").text

    assert "2 × Classic MAT01, Charcoal" in shown
    assert "nothing in your cart" in nothing_yet
    assert done.status_code == 303
    assert "lies in your cart" in other.get(link(app)).text
    assert 'value="2"' in cart
    assert in_cart(app) == {"MAT01-CHARCOAL": 2, "MAT02-CHARCOAL": 2}


def test_the_mail_is_one_names_things_neutrally_and_joins_no_list(app: Flask, client: FlaskClient, goods: None) -> None:
    put_in(client, "MAT01")

    page = client.get("/cart/mail").text
    for _ in range(2):
        mail_it(client)

    (mail,) = mails(app)
    assert CONSENT_TEXT in page
    assert mail.recipient == ADDRESS
    assert "1 × Classic MAT01, Charcoal" in mail.text
    assert not re.search(r"pain|ache|neck|lower.back|sleep", mail.text + mail.html + mail.subject, re.IGNORECASE)
    with Session(app.extensions["tsubo"].engine) as session:
        assert ADDRESS not in str([saved.lines for saved in session.scalars(select(SavedCart))])
        assert len(session.scalars(select(SavedCart)).all()) == 1


def test_opening_the_link_twice_doubles_nothing_and_keeps_the_larger_number(
    app: Flask, client: FlaskClient, other: FlaskClient, goods: None
) -> None:
    put_in(client, "MAT01", "MAT02", quantity=2)
    mail_it(client)
    put_in(other, "MAT01", quantity=5)
    put_in(other, "MAT03")

    for _ in range(2):
        other.post(link(app))

    assert in_cart(app) == {"MAT01-CHARCOAL": 5, "MAT02-CHARCOAL": 2, "MAT03-CHARCOAL": 1}


def test_what_is_sold_out_fewer_gone_or_dearer_is_told_line_by_line(
    app: Flask, client: FlaskClient, other: FlaskClient, goods: None
) -> None:
    put_in(client, "MAT01", "MAT02", "MAT03", quantity=4)
    mail_it(client)
    archived = update(Product).where(Product.sku == "MAT03").values(status=ProductStatus.ARCHIVED)
    change(
        app,
        update(StockLevel).where(StockLevel.sku == "MAT01-CHARCOAL").values(available=3),
        update(StockLevel).where(StockLevel.sku == "MAT02-CHARCOAL").values(available=0),
        update(Price).where(Price.currency == "USD").values(minor=3900),
        archived,
    )

    shown = other.get(link(app)).text
    other.post(link(app))
    cart = other.get("/cart").text

    assert "3 instead of 4" in shown
    assert "Sold out at the moment" in shown
    assert "No longer sold here" in shown
    assert "The price is $39.00 now; it was $34.00." in shown
    assert "went up from $34.00 to $39.00" in cart
    assert in_cart(app) == {"MAT01-CHARCOAL": 3}


def test_a_price_saved_in_one_currency_is_held_against_once_the_cart_comes_to_it(
    app: Flask, client: FlaskClient, other: FlaskClient, goods: None
) -> None:
    put_in(client, "MAT01")
    mail_it(client)
    put_in(other, "MAT02")
    go_to(other, "DE")
    change(app, update(Price).where(Price.currency == "USD").values(minor=3900))
    other.post(link(app))

    go_to(other, "US")

    assert "went up from $34.00 to $39.00" in other.get("/cart").text


def go_to(browser: FlaskClient, country: str) -> None:
    token = re.search(r'name="csrf_token"[^>]*value="(\w+)"', browser.get("/cart").text)
    assert token is not None
    chosen = {"csrf_token": token[1], "country": country, "region": "", "method": "standard"}
    assert browser.post("/cart/delivery", data=chosen).status_code == 303


def test_a_full_cart_says_so(app: Flask, client: FlaskClient, other: FlaskClient, goods: None) -> None:
    with app.app_context(), transaction() as session:
        for number in range(40):
            make_product(session, f"FULL{number}")
    put_in(client, "MAT01")
    mail_it(client)
    put_in(other, *(f"FULL{number}" for number in range(40)))

    shown = other.get(link(app)).text
    other.post(link(app))

    assert "Your cart is full" in shown
    assert len(in_cart(app)) == 40


def test_a_link_lives_as_long_as_it_says_and_only_as_it_was_signed(
    app: Flask, client: FlaskClient, other: FlaskClient, goods: None
) -> None:
    put_in(client, "MAT01")
    mail_it(client)
    path = link(app)

    assert other.get(path[:-3] + "abc").status_code == 404
    assert other.get("/cart/saved/x").status_code == 404
    assert other.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert other.get(path).headers["Referrer-Policy"] == "no-referrer"
    with time_machine.travel(utc_now() + timedelta(days=31), tick=False):
        assert other.get(path).status_code == 404
        assert other.post(path).status_code == 404


def test_nobody_mails_many_carts_and_nobody_gets_many(app: Flask, client: FlaskClient, goods: None) -> None:
    answers = []
    for _ in range(4):
        put_in(client, "MAT01")  # another cart each time
        answers.append(mail_it(client))
    others = [mail_it(client, f"n{number}@example.com") for number in range(4)]

    assert answers == [303, 303, 303, 429]
    assert others == [303, 303, 429, 429]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nobody",
        "a@b",
        "x@example.com\r\nBcc: all@example.com",
        "=?utf-8?q?a=0Ab?=@example.com",
        "=?utf-8?q?pat?=@example.com",
        "pat@example.com.",
    ],
)
def test_a_wrong_address_is_told_and_nothing_leaves(app: Flask, client: FlaskClient, goods: None, typed: str) -> None:
    put_in(client, "MAT01")

    assert mail_it(client, typed) == 422
    assert mails(app) == []


def test_an_empty_cart_cannot_be_mailed(client: FlaskClient) -> None:
    assert client.get("/cart/mail").headers["Location"].endswith("/cart")
    assert client.post("/cart/mail", data={"email": ADDRESS}).headers["Location"].endswith("/cart")


def test_address_and_cart_are_forgotten_when_their_time_is_over(app: Flask, client: FlaskClient, goods: None) -> None:
    put_in(client, "MAT01")
    mail_it(client)
    now = utc_now()

    with app.app_context(), transaction() as session:
        session.execute(update(OutboxMail).values(sent_at=now))
        housekeeping.delete_expired(session, now=now + timedelta(days=8))
        kept = session.scalars(select(OutboxMail)).all(), session.scalars(select(SavedCart)).all()
        housekeeping.delete_expired(session, now=now + timedelta(days=31))
        left = session.scalars(select(SavedCart)).all()

    assert (len(kept[0]), len(kept[1]), len(left)) == (0, 1, 0)


def test_what_the_readers_own_answers_speak_against_stays_out(session: Session) -> None:
    make_product(session, "MAT01")
    kept = SavedCart(token_hash="t", lines=[("MAT01-CHARCOAL", 2, 3400, "USD")], expires_at=NOW)
    terms = CartTerms({None: "USD"}, 30)

    (line,) = saved.plan(session, kept, None, terms=terms, against=lambda sku: f"Not {sku}.")
    token = saved.put_back(session, [line], None, terms=terms, now=NOW)

    assert (line.reason, line.target, line.against) == (Reason.AGAINST, 0, "Not MAT01-CHARCOAL.")
    assert token is None
