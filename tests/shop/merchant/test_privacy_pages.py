"""A customer asks for their data: a copy, and its erasure, with the address in no URL and in no record."""

from sqlalchemy import select

from shop.audit.models import AuditEvent
from shop.clock import utc_now
from shop.newsletter.models import Subscriber
from shop.orders.models import Order
from shop.orders.states import OrderState
from tests.make import make_order
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import Transaction

EMAIL = "pat@example.com"


def make_customer(transaction: Transaction) -> None:
    with transaction() as session:
        make_order(session, "TS-DONE-0001", state=OrderState.CANCELLED)
        make_order(session, "TS-WAIT-0002")
        session.add(Subscriber(email=EMAIL, consent_text="Yes", requested_at=utc_now(), confirmed_at=utc_now()))


def test_what_is_kept_is_looked_up_by_post(merchant: Browser, transaction: Transaction) -> None:
    make_customer(transaction)

    page = merchant.post("/merchant/privacy", {"email": " Pat@Example.com "})

    assert page.status_code == 200
    assert "2 orders" in page.text
    assert "a newsletter sign-up" in page.text
    assert "0 orders" in merchant.post("/merchant/privacy", {"email": "nobody@example.com"}).text
    assert merchant.post("/merchant/privacy", {"email": "no address"}).status_code == 422


def test_a_copy_holds_orders_and_newsletter(merchant: Browser, transaction: Transaction) -> None:
    make_customer(transaction)

    copy = merchant.post("/merchant/privacy/export.json", {"email": EMAIL})

    assert copy.json is not None
    assert [order["number"] for order in copy.json["orders"]] == ["TS-DONE-0001", "TS-WAIT-0002"]
    assert copy.json["newsletter"]["email"] == EMAIL
    assert "attachment" in copy.headers["Content-Disposition"]


def test_erasing_blanks_finished_orders_and_says_which_wait(merchant: Browser, transaction: Transaction) -> None:
    make_customer(transaction)

    page = merchant.post("/merchant/privacy/erase", {"email": EMAIL})

    assert "1 finished order:" in page.text
    assert "TS-WAIT-0002" in page.text
    with transaction() as session:
        emails = {order.number: order.email for order in session.scalars(select(Order))}
        assert session.scalars(select(Subscriber)).all() == []
    assert emails["TS-DONE-0001"] != EMAIL
    assert emails["TS-WAIT-0002"] == EMAIL


def test_the_record_knows_the_customer_by_a_fingerprint(merchant: Browser, transaction: Transaction) -> None:
    make_customer(transaction)
    merchant.post("/merchant/privacy/export.json", {"email": EMAIL})
    merchant.post("/merchant/privacy/erase", {"email": EMAIL})

    with transaction() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()

    assert [event.action for event in events] == ["privacy.exported", "privacy.erased"]
    assert all(EMAIL not in f"{event.subject}{event.changes}" for event in events)


def test_an_order_is_found_and_erased_by_any_spelling_of_its_mailbox(
    merchant: Browser, transaction: Transaction
) -> None:
    kept = ("pat@bücher.example", "pat@xn--bcher-kva.example.", "=?utf-8?q?pat?=@example.com")
    with transaction() as session:
        for number, email in enumerate(kept):
            make_order(session, f"TS-DONE-000{number}", state=OrderState.CANCELLED, email=email)

    copy = merchant.post("/merchant/privacy/export.json", {"email": "Pat@xn--bcher-kva.example"})
    merchant.post("/merchant/privacy/erase", {"email": "pat@bücher.example"})
    merchant.post("/merchant/privacy/erase", {"email": "=?utf-8?q?pat?=@example.com"})

    assert copy.json is not None
    assert [order["number"] for order in copy.json["orders"]] == ["TS-DONE-0000", "TS-DONE-0001"]
    with transaction() as session:
        assert {order.email.partition("-")[0] for order in session.scalars(select(Order))} == {"erased"}
