"""A bank may send a refund back after it went through: the merchant is told, and nothing stays called finished."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from shop.mail.models import OutboxMail
from shop.orders.models import OrderLine, Return
from shop.payments import refunding
from shop.payments.models import Refund
from shop.stock.models import StockLevel
from tests.fakes import FakeGateway
from tests.make import NOW
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import Transaction
from tests.shop.merchant.test_order_pages import paid
from tests.shop.merchant.test_refund_pages import REFUND, filled
from tests.shop.merchant.test_return_pages import CUSTOMER, PAGE, ask, refund, sent, state_of
from tests.shop.payments.conftest import Bench

__all__ = ["paid", "sent"]
Fail = Callable[[], None]


@pytest.fixture
def fail(engine: Engine, gateway: FakeGateway) -> Fail:
    """The newest refund fails, and the shop hears of it, twice."""
    bench = Bench(engine, gateway)

    def run() -> None:
        provider_id = list(gateway.refunds)[-1]
        gateway.end_refund(provider_id, "failed")
        for _ in range(2):
            refunding.catch_up_payment(bench.desk, gateway.refunds[provider_id].payment_intent, now=NOW)

    return run


def alerts(transaction: Transaction) -> list[str]:
    with transaction() as session:
        found = select(OutboxMail.text).where(OutboxMail.kind == "attention").order_by(OutboxMail.id)
        return list(session.scalars(found))


def shelf(transaction: Transaction) -> int:
    with transaction() as session:
        return sum(session.scalars(select(StockLevel.available)))


def received(browser: Browser) -> int:
    number = ask(browser)
    for name in ("approve", "receive"):
        browser.post(f"{PAGE}/returns/{number}/{name}")
    return number


def line(transaction: Transaction) -> tuple[int, int]:
    """(called off, back on the shelf) of the only line."""
    with transaction() as session:
        found = session.scalars(select(OrderLine)).one()
        return found.called_off, found.returned


def test_peer_11_each_refund_that_fails_late_is_told_to_the_merchant_and_waits_on_the_overview(
    paid: Browser, transaction: Transaction, fail: Fail
) -> None:
    for _ in range(2):
        paid.client.post(f"{REFUND}/send", data=filled(paid, amount="5.00"))
        fail()

    first, second = alerts(transaction)
    assert "refund 1 of 5.00 USD failed after it had gone through" in first
    assert "refund 2 of 5.00 USD failed after it had gone through" in second
    assert "TS-TEST-0001" in paid.get("/merchant/orders?payment=needs_attention").text
    assert "the customer does not have the money" in paid.get(PAGE).text


def test_a_return_whose_refund_failed_late_is_open_again_and_another_refund_ends_it(
    sent: Browser, transaction: Transaction, fail: Fail
) -> None:
    received(sent)
    sent.client.post(f"{PAGE}/refund/send", data=refund(sent))

    fail()
    open_again = (state_of(transaction), sent.client.get(CUSTOMER).text, sent.get("/merchant/returns").text)
    sent.client.post(f"{PAGE}/refund/send", data=refund(sent))

    state, customer, listed = open_again
    assert state == "received"
    assert "Finished" not in customer
    assert "TS-TEST-0001" in listed
    assert state_of(transaction) == "refunded"
    assert line(transaction) == (0, 1)
    with transaction() as session:
        assert [found.state for found in session.scalars(select(Refund).order_by(Refund.id))] == ["failed", "succeeded"]
        assert session.scalars(select(Return.restocked)).one()


def test_a_finished_return_is_not_opened_by_a_click(sent: Browser, transaction: Transaction) -> None:
    number = received(sent)
    sent.client.post(f"{PAGE}/refund/send", data=refund(sent))

    again = sent.post(f"{PAGE}/returns/{number}/receive")

    assert (again.status_code, state_of(transaction)) == (409, "refunded")


def test_goods_of_a_refund_that_failed_late_are_called_off_and_shelved_once(
    paid: Browser, transaction: Transaction, fail: Fail
) -> None:
    for _ in range(2):
        paid.client.post(f"{REFUND}/send", data=filled(paid, "?line-1=1", restock="y", not_sent="y"))
        if not alerts(transaction):
            fail()

    assert line(transaction) == (1, 1)
    with transaction() as session:
        assert [found.shelved for found in session.scalars(select(Refund).order_by(Refund.id))] == [{"1": 1}, {}]


def test_a_piece_that_a_refund_put_on_the_shelf_is_not_put_there_again_when_its_return_is_closed_by_hand(
    sent: Browser, transaction: Transaction, fail: Fail
) -> None:
    number = received(sent)
    sent.client.post(f"{PAGE}/refund/send", data=refund(sent))
    before = shelf(transaction)
    fail()

    closed = sent.post(f"{PAGE}/returns/{number}/close", {"restock": "y", "words": "Sent by bank transfer."})

    assert closed.status_code == 303
    assert state_of(transaction) == "refunded"
    assert line(transaction) == (0, 1)
    assert shelf(transaction) == before
