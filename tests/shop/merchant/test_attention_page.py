"""The order page says why a payment waits for a person, what accepting it means, and lets them accept it."""

import pytest
from sqlalchemy import Engine

from shop.gateway import ProviderEvent
from shop.money import Money
from shop.payments import webhook
from tests.fakes import FakeGateway
from tests.make import NOW
from tests.shop.merchant.browser import EMAIL, Browser
from tests.shop.merchant.conftest import Transaction
from tests.shop.merchant.test_order_pages import audited
from tests.shop.payments.conftest import Bench

PAGE = "/merchant/orders/TS-TEST-0001"
ACCEPT = f"{PAGE}/payment/accept"


@pytest.fixture
def disputed(merchant: Browser, engine: Engine, gateway: FakeGateway) -> Bench:
    """A placed order whose customer complained at their bank."""
    bench = Bench(engine, gateway)
    order_id, session_id = bench.opened()
    gateway.pay(session_id)
    bench.settle(order_id, session_id)
    event = ProviderEvent("evt_1", "charge.dispute.created", gateway.dispute(session_id), None, False, NOW)
    webhook.handle(bench.desk, event, now=NOW)
    return bench


def test_a_dispute_is_on_the_page_and_can_be_accepted_once(
    merchant: Browser, disputed: Bench, transaction: Transaction
) -> None:
    page = merchant.get(PAGE).text

    first = merchant.post(ACCEPT, {"meaning": "keep"})
    again = merchant.post(ACCEPT, {"meaning": "keep"})

    assert "needs response, reason given: product not received" in page
    assert "Of what was paid, $39.00 is not sent back" in page
    assert first.status_code == 303
    assert "The payment is accepted" in merchant.get(first.location).text
    assert "This payment needs your attention" not in merchant.get(PAGE).text
    assert again.status_code == 409
    assert disputed.states(1) == ("placed", "paid")
    assert audited(transaction) == [(f"merchant:{EMAIL}", "order.payment_accepted")]


def test_what_was_paid_wrongly_has_a_sentence_and_no_button(
    merchant: Browser, engine: Engine, gateway: FakeGateway, transaction: Transaction
) -> None:
    bench = Bench(engine, gateway)
    order_id, session_id = bench.opened()
    gateway.pay(session_id)
    gateway.change_amount(session_id, Money(1, "USD"))
    bench.settle(order_id, session_id)

    page = merchant.get(PAGE).text
    forced = merchant.post(ACCEPT, {"meaning": "place"})

    assert "It cannot be accepted: paid 0.01 USD of 39.00 USD." in page
    assert ACCEPT not in page
    assert forced.status_code == 409
    assert bench.states(order_id) == ("pending", "needs_attention")
    assert audited(transaction) == []


def test_nothing_is_accepted_without_a_token_a_meaning_or_a_session(
    merchant: Browser, stranger: Browser, disputed: Bench
) -> None:
    answers = [
        merchant.client.post(ACCEPT, data={"meaning": "keep"}),
        merchant.post(ACCEPT, {"meaning": "everything"}),
        merchant.post(ACCEPT),
        stranger.client.post(ACCEPT, data={"meaning": "keep"}),
    ]

    assert [answer.status_code for answer in answers][:3] == [403, 422, 422]
    assert answers[3].status_code in (302, 303, 403)
    assert disputed.states(1) == ("placed", "needs_attention")
