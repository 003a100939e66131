"""A return from the customer's link to its refund, by the pages alone: each step once, and no piece twice."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.audit.models import AuditEvent
from shop.money import Money
from shop.orders.models import Order, OrderLine, Return
from shop.payments import refunding
from shop.payments.models import Refund
from shop.stock.models import StockLevel
from tests.conftest import ORIGIN
from tests.fakes import FakeGateway
from tests.make import NOW
from tests.shop.merchant.browser import Browser, fields_of
from tests.shop.merchant.conftest import Transaction
from tests.shop.merchant.test_order_pages import PAGE, mail_kinds
from tests.shop.payments.conftest import Bench

CUSTOMER = "/order/token-of-TS-TEST-0001"
FORM = f"{CUSTOMER}/return"


@pytest.fixture
def sent(merchant: Browser, engine: Engine, gateway: FakeGateway) -> Browser:
    """The merchant, and a paid order over two mats that have left."""
    bench = Bench(engine, gateway)
    order_id, session_id = bench.opened(quantity=2)
    gateway.pay(session_id)
    bench.settle(order_id, session_id)
    merchant.post(f"{PAGE}/ship", {"carrier": "Post"})
    return merchant


def filled(browser: Browser, pieces: int | str = 1, **fields: str) -> dict[str, Any]:
    """The customer's form as the page shows it, with so many pieces."""
    form = fields_of(browser.client.get(FORM).text.split("<form")[-1])
    form[next(name for name in form if name.startswith("pieces_"))] = str(pieces)
    return {**form, **fields}


def ask(browser: Browser, pieces: int = 1, **fields: str) -> int:
    """Ask to send back so many pieces; the id of the return."""
    answer = browser.client.post(FORM, data=filled(browser, pieces, **fields), headers=ORIGIN)
    assert answer.status_code == 303
    found = re.search(r"Return (\d+)</strong>", browser.get(PAGE).text)
    assert found is not None
    return int(found[1])


def refund(browser: Browser) -> dict[str, Any]:
    """The refund form that the page of the order leads to."""
    page = browser.get(PAGE).text
    link = re.search(r'href="([^"]+return=\d+)"', page)
    assert link is not None
    shown = browser.get(link[1].replace("&amp;", "&")).text
    start = shown.index(f'method="post" action="{PAGE}/refund"')
    return {**fields_of(shown[start : shown.index("</form>", start)]), "reason": "It came back"}


def state_of(transaction: Transaction) -> str:
    with transaction() as session:
        return session.scalars(select(Return.state).order_by(Return.id)).first() or ""


def test_nothing_is_chosen_beforehand_and_one_press_asks_for_nothing(sent: Browser) -> None:
    form = fields_of(sent.client.get(FORM).text.split("<form")[-1])

    answer = sent.client.post(FORM, data=form, headers=ORIGIN)

    assert "reason" not in form
    assert answer.status_code == 422
    assert "Choose at least one piece." in answer.text


def test_a_reason_may_be_left_out(sent: Browser) -> None:
    ask(sent)

    assert "Reason: I would rather not say." in sent.get(PAGE).text


def test_a_return_from_asking_to_the_money(sent: Browser, transaction: Transaction, engine: Engine) -> None:
    number = ask(sent, reason="damaged", note="<b>The seam</b> is open.")
    asked = sent.get(PAGE).text
    listed = sent.get("/merchant/returns").text
    for name in ("approve", "receive"):
        sent.post(f"{PAGE}/returns/{number}/{name}", {"words": "Thank you."})
    form = refund(sent)
    sent.client.post(f"{PAGE}/refund/send", data=form)
    done = sent.client.get(CUSTOMER).text

    assert "&lt;b&gt;The seam&lt;/b&gt; is open." in asked
    assert "<strong>Return</strong>: Asked for. " in asked
    assert "It arrived damaged or does not work" in listed
    assert (form["amount"], form["restock"]) == ("34.00", "y")
    assert state_of(transaction) == "refunded"
    assert "Finished" in done
    assert "There is nothing" not in done
    assert mail_kinds(transaction) == [
        "confirmation", "shipped", "return", "return_notice", "return", "return", "refunded",
    ]  # fmt: skip
    with Session(engine) as session:
        line = session.scalars(select(OrderLine)).one()
        assert (line.shipped, line.called_off, line.returned) == (2, 0, 1)
        assert session.get_one(StockLevel, "MAT01-CHARCOAL").available == 9
        assert session.scalars(select(Refund.amount_minor)).all() == [3400]
    assert "No open returns" in sent.get("/merchant/returns").text


def test_a_double_click_asks_once(app: Flask, sent: Browser, transaction: Transaction) -> None:
    form = filled(sent)

    again = [sent.client.post(FORM, data=form, headers=ORIGIN).status_code for _ in range(2)]
    form, start = filled(sent), Barrier(2)

    def send(_number: int) -> int:
        start.wait()
        return app.test_client().post(FORM, data=form, headers=ORIGIN).status_code

    with ThreadPoolExecutor(2) as people:
        at_once = list(people.map(send, range(2)))

    assert (again, at_once) == ([303, 303], [303, 303])
    with transaction() as session:
        assert len(session.scalars(select(Return)).all()) == 2
    assert mail_kinds(transaction).count("return_notice") == 2


@pytest.mark.parametrize(
    ("pieces", "fields", "sentence"),
    [
        ("3", {}, "Enter a whole number from 0 to 2."),
        ("-1", {}, "Enter a whole number from 0 to 2."),
        ("all", {}, "Enter a whole number from 0 to 2."),
        ("0", {}, "Choose at least one piece."),
        ("1", {"note": "x" * 1001}, "This is too long: 1000 characters at the most."),
        ("1", {"reason": "it hurts"}, "Not a valid choice."),
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    sent: Browser, transaction: Transaction, pieces: str, fields: dict[str, str], sentence: str
) -> None:
    answer = sent.client.post(FORM, data=filled(sent, pieces, **fields), headers=ORIGIN)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert state_of(transaction) == ""


def test_no_other_site_and_no_wrong_link_asks(sent: Browser) -> None:
    foreign = sent.client.post(FORM, data=filled(sent), headers={"Sec-Fetch-Site": "cross-site"})

    assert foreign.status_code == 403
    assert sent.client.get("/order/another-token/return").status_code == 404


def test_an_order_that_has_not_left_has_nothing_to_return(
    merchant: Browser, engine: Engine, gateway: FakeGateway
) -> None:
    Bench(engine, gateway).opened(quantity=2)

    form = merchant.client.get(FORM)

    assert (form.status_code, form.headers["Location"]) == (303, CUSTOMER)
    assert "Send something back" not in merchant.client.get(CUSTOMER).text


def test_a_refusal_needs_words_and_the_customer_reads_them(sent: Browser, transaction: Transaction) -> None:
    number = ask(sent)

    silent = sent.post(f"{PAGE}/returns/{number}/refuse", {"words": " "})
    sent.post(f"{PAGE}/returns/{number}/refuse", {"words": "It is a year old."})

    assert (silent.status_code, state_of(transaction)) == (422, "refused")
    assert "Say why: the customer reads it." in silent.text
    assert "It is a year old." in sent.client.get(CUSTOMER).text
    assert sent.post(f"{PAGE}/returns/{number}/approve").status_code == 409
    assert sent.post(f"{PAGE}/returns/{number + 1}/approve").status_code == 404


def test_of_two_refunds_of_one_return_the_second_is_refused(sent: Browser, transaction: Transaction) -> None:
    number = ask(sent)
    for name in ("approve", "receive"):
        sent.post(f"{PAGE}/returns/{number}/{name}")
    first, second = refund(sent), refund(sent)

    answers = [sent.client.post(f"{PAGE}/refund/send", data=form).status_code for form in (first, first, second)]

    assert answers == [303, 303, 422]
    with transaction() as session:
        assert len(session.scalars(select(Refund)).all()) == 1


def test_peer_11_a_refused_refund_leaves_the_return_open_and_another_try_ends_it(
    sent: Browser, gateway: FakeGateway, transaction: Transaction
) -> None:
    number = ask(sent)
    for name in ("approve", "receive"):
        sent.post(f"{PAGE}/returns/{number}/{name}")
    gateway.refuses_refunds = True

    refused = sent.client.post(f"{PAGE}/refund/send", data=refund(sent))
    between = state_of(transaction)
    gateway.refuses_refunds = False
    sent.client.post(f"{PAGE}/refund/send", data=refund(sent))

    assert (refused.status_code, between, state_of(transaction)) == (409, "received", "refunded")


def test_where_there_is_money_to_send_back_a_return_is_not_closed_without_it(
    sent: Browser, transaction: Transaction
) -> None:
    number = ask(sent)
    for name in ("approve", "receive"):
        sent.post(f"{PAGE}/returns/{number}/{name}")

    early = sent.post(f"{PAGE}/returns/{number}/close")
    left = {"amount": "73.00", "reason": "All of it", "form_token": "f" * 32}
    sent.post(f"{PAGE}/refund/send", left)
    closed = sent.post(f"{PAGE}/returns/{number}/close", {"restock": "y"})

    assert (early.status_code, closed.status_code, state_of(transaction)) == (409, 303, "refunded")
    with transaction() as session:
        assert session.scalars(select(OrderLine.returned)).one() == 1
        actions = list(session.scalars(select(AuditEvent.action)))
        assert session.scalars(select(Order.state)).one() == "completed"
    assert actions[-1] == "return.refunded"


def test_a_return_whose_money_was_sent_at_the_provider_is_closed_with_a_word_how(
    sent: Browser, engine: Engine, gateway: FakeGateway, transaction: Transaction
) -> None:
    number = ask(sent)
    for name in ("approve", "receive"):
        sent.post(f"{PAGE}/returns/{number}/{name}")
    intent = next(iter(gateway.sessions.values())).payment_intent or ""
    gateway.add_refund(intent, Money(3400, "USD"))
    refunding.catch_up_payment(Bench(engine, gateway).desk, intent, now=NOW)

    offered = "Its money went another way" in sent.get(PAGE).text
    silent = sent.post(f"{PAGE}/returns/{number}/close", {"restock": "y"})
    closed = sent.post(f"{PAGE}/returns/{number}/close", {"restock": "y", "words": "At the provider"})

    assert offered
    assert (silent.status_code, closed.status_code, state_of(transaction)) == (409, 303, "refunded")
    assert "At the provider" in sent.get(PAGE).text
    assert "At the provider" not in sent.client.get(CUSTOMER).text
    with transaction() as session:
        assert session.scalars(select(Refund.amount_minor)).all() == [3400]
        assert session.scalars(select(OrderLine.returned)).one() == 1


def test_a_return_whose_own_refund_is_on_its_way_is_not_closed_by_hand(
    sent: Browser, gateway: FakeGateway, transaction: Transaction
) -> None:
    number = ask(sent)
    for name in ("approve", "receive"):
        sent.post(f"{PAGE}/returns/{number}/{name}")
    gateway.refunds_start_pending = True
    sent.client.post(f"{PAGE}/refund/send", data=refund(sent))

    closed = sent.post(f"{PAGE}/returns/{number}/close", {"words": "By bank transfer"})

    assert (closed.status_code, state_of(transaction)) == (409, "received")
