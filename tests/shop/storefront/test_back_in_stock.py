"""Tell me when it is back: double opt-in, one mail, then forgotten; asked on a page that everybody shares."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop import housekeeping, jobs
from shop.back_in_stock import service
from shop.back_in_stock.models import StockWish
from shop.back_in_stock.rules import CONSENT_TEXT
from shop.catalogue.models import BundlePart, Product
from shop.catalogue.states import ProductStatus
from shop.clock import utc_now
from shop.mail.models import OutboxMail
from shop.stock.models import StockLevel
from shop.web import transaction
from tests.make import make_product

ADDRESS, SKU = "wait@example.com", "MAT01-CHARCOAL"


@pytest.fixture
def sold_out(app: Flask) -> None:
    """A mat in two colours; charcoal is sold out."""
    with app.app_context(), transaction() as session:
        make_product(session, "MAT01", title="Classic Mat", variants=("CHARCOAL", "TEAL"))
        session.get_one(StockLevel, SKU).available = 0


def ask(client: FlaskClient, email: str = ADDRESS, sku: str = SKU) -> int:
    return client.post("/back-in-stock", data={"sku": sku, "email": email}).status_code


def mails(app: Flask) -> list[OutboxMail]:
    with Session(app.extensions["tsubo"].engine) as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def wishes(app: Flask) -> list[StockWish]:
    with Session(app.extensions["tsubo"].engine) as session:
        return list(session.scalars(select(StockWish).order_by(StockWish.id)))


def link(app: Flask) -> str:
    found = re.search(r"http://shop\.test(/back-in-stock/mine/\S+)", mails(app)[0].text)
    assert found is not None
    return found[1]


def restock(app: Flask, available: int = 3) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(StockLevel).where(StockLevel.sku == SKU).values(available=available))


def confirmed(app: Flask, client: FlaskClient) -> None:
    ask(client)
    client.post(link(app), data={"act": "confirm"})


def test_whoever_confirmed_is_told_once_and_then_forgotten(app: Flask, client: FlaskClient, sold_out: None) -> None:
    confirmed(app, client)
    before = jobs.run(app, "back_in_stock")
    restock(app)

    rounds = [jobs.run(app, "back_in_stock") for _ in range(3)]

    told = [mail for mail in mails(app) if mail.kind == "stock_back"]
    assert (before, rounds) == (0, [1, 0, 0])
    assert [mail.recipient for mail in told] == [ADDRESS]
    assert "Classic Mat, Charcoal" in told[0].text
    assert "http://shop.test/products/mat01" in told[0].text
    assert wishes(app) == []
    assert client.get(link(app)).status_code == 404


def test_nobody_is_told_who_did_not_confirm(app: Flask, client: FlaskClient, sold_out: None) -> None:
    ask(client)
    shown = client.get(link(app))
    restock(app)

    jobs.run(app, "back_in_stock")

    assert "Confirm your address" in shown.text
    assert [mail.kind for mail in mails(app)] == ["stock_confirm"]


def test_the_same_page_for_everybody_carries_the_form(client: FlaskClient, sold_out: None) -> None:
    page = client.get("/products/mat01")

    assert "public" in page.headers["Cache-Control"]
    assert "Set-Cookie" not in page.headers
    assert CONSENT_TEXT in page.text
    assert f'name="sku" value="{SKU}"' in page.text
    assert "csrf_token" not in page.text


def test_a_product_that_is_there_has_no_such_form(app: Flask, client: FlaskClient, sold_out: None) -> None:
    restock(app)

    assert "Tell me when it is back" not in client.get("/products/mat01").text


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(
    app: Flask, client: FlaskClient, sold_out: None
) -> None:
    confirmed(app, client)

    answers = {ask(client), ask(client, "new@example.com")}

    assert answers == {303}
    assert [mail.kind for mail in mails(app)] == ["stock_confirm", "stock_confirm"]


def test_asking_twice_on_one_day_is_one_mail(app: Flask, client: FlaskClient, sold_out: None) -> None:
    for _ in range(3):
        ask(client)

    assert len(mails(app)) == len(wishes(app)) == 1


def test_a_mail_says_what_the_thing_is_and_nothing_of_anybodys_body(
    app: Flask, client: FlaskClient, sold_out: None
) -> None:
    confirmed(app, client)
    restock(app)
    jobs.run(app, "back_in_stock")

    for mail in mails(app):
        assert not re.search(r"pain|ache|lower|neck|sleep", mail.subject + mail.text + mail.html, re.IGNORECASE)


def test_the_link_takes_it_back_at_any_time(app: Flask, client: FlaskClient, sold_out: None) -> None:
    confirmed(app, client)
    path = link(app)

    shown = client.get(path)
    gone = client.post(path, data={"act": "forget"})
    restock(app)
    jobs.run(app, "back_in_stock")

    assert "Forget my address" in shown.text
    assert "deleted" in gone.text
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert wishes(app) == []
    assert len(mails(app)) == 1


@pytest.mark.parametrize("typed", ["", "nobody", "a@b", "x@example.com\r\nBcc: all@example.com"])
def test_a_wrong_address_gets_its_sentence_and_no_mail(
    app: Flask, client: FlaskClient, sold_out: None, typed: str
) -> None:
    answer = client.post("/back-in-stock", data={"sku": SKU, "email": typed})

    assert answer.status_code == 422
    assert "name@example.com" in answer.text
    assert mails(app) == []


def test_other_sites_strange_skus_and_crowds_are_refused(app: Flask, client: FlaskClient, sold_out: None) -> None:
    elsewhere = client.post(
        "/back-in-stock", data={"sku": SKU, "email": ADDRESS}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    crowd = [ask(client, f"n{number}@example.com") for number in range(7)]

    assert elsewhere.status_code == 403
    assert crowd[-1] == 429
    assert ask(client, sku="NO-SUCH") in (404, 429)
    assert client.get("/back-in-stock/mine/x").status_code == 404


def test_nobody_is_told_of_what_is_not_sold_any_more(app: Flask, client: FlaskClient, sold_out: None) -> None:
    confirmed(app, client)
    restock(app)
    with app.app_context(), transaction() as session:
        session.execute(update(Product).values(status=ProductStatus.ARCHIVED))

    assert jobs.run(app, "back_in_stock") == 0
    assert ask(client, "late@example.com") == 404


def test_a_bundle_is_back_when_all_its_parts_are(app: Flask, client: FlaskClient, sold_out: None) -> None:
    with app.app_context(), transaction() as session:
        bundle = make_product(session, "SET01", title="Mat set", variants=("",), available=0)
        parts = {SKU: 2, "MAT01-TEAL": 1}
        session.add_all(
            BundlePart(variant_id=bundle.variants[0].id, part_sku=sku, quantity=pieces) for sku, pieces in parts.items()
        )
    ask(client, sku="SET01")
    client.post(link(app), data={"act": "confirm"})

    told = []
    for available in (1, 2):
        restock(app, available)
        told.append(jobs.run(app, "back_in_stock"))

    assert told == [0, 1]


def test_addresses_end_by_themselves(app: Flask, client: FlaskClient, sold_out: None) -> None:
    confirmed(app, client)
    ask(client, "never@example.com")
    jobs.run(app, "mails")
    left = []

    for days in (6, 8, 179, 181):
        with app.app_context(), transaction() as session:
            housekeeping.delete_expired(session, now=utc_now() + timedelta(days=days))
        left.append([wish.email for wish in wishes(app)])

    assert left == [[ADDRESS, "never@example.com"], [ADDRESS], [ADDRESS], []]


def test_a_dead_mail_server_loses_neither_the_question_nor_the_news(
    app: Flask, client: FlaskClient, sold_out: None
) -> None:
    confirmed(app, client)
    ask(client, "late@example.com")
    restock(app)
    jobs.run(app, "back_in_stock")

    with app.app_context(), transaction() as session:
        session.execute(update(OutboxMail).where(OutboxMail.id == 1).values(sent_at=utc_now()))
        housekeeping.delete_expired(session, now=utc_now() + timedelta(days=30))
    waiting, asked = [(mail.kind, mail.recipient) for mail in mails(app)], [wish.email for wish in wishes(app)]
    with app.app_context(), transaction() as session:
        session.execute(update(OutboxMail).values(sent_at=utc_now() + timedelta(days=30)))
        housekeeping.delete_expired(session, now=utc_now() + timedelta(days=36))
    kept, can_confirm = len(mails(app)), len(wishes(app))
    with app.app_context(), transaction() as session:
        housekeeping.delete_expired(session, now=utc_now() + timedelta(days=38))

    assert waiting == [("stock_confirm", "late@example.com"), ("stock_back", ADDRESS)]
    assert asked == ["late@example.com"]
    assert (kept, can_confirm) == (2, 1)
    assert (mails(app), wishes(app)) == ([], [])


def test_a_mail_that_no_server_takes_is_forgotten_after_a_quarter(
    app: Flask, client: FlaskClient, sold_out: None
) -> None:
    ask(client)
    left = []

    for days in (89, 91):
        with app.app_context(), transaction() as session:
            housekeeping.delete_expired(session, now=utc_now() + timedelta(days=days))
        left.append((len(mails(app)), len(wishes(app))))

    assert left[0] == (1, 1)
    assert left[1][0] == 0


def test_what_somebody_waits_for_is_exported_and_erased(app: Flask, client: FlaskClient, sold_out: None) -> None:
    confirmed(app, client)

    with app.app_context(), transaction() as session:
        known = service.export_wishes(session, ADDRESS)
        gone = service.erase_wishes(session, ADDRESS), service.erase_wishes(session, ADDRESS)

    assert [(wish["sku"], wish["consent_text"]) for wish in known] == [(SKU, CONSENT_TEXT)]
    assert known[0]["confirmed_at"]
    assert gone == (1, 0)
