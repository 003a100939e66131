"""The page that compares provider and orders: both words, the difference, and a button only where it is safe."""

import pytest
from sqlalchemy import Engine

from shop.clock import utc_now
from shop.money import Money
from tests.fakes import FakeGateway
from tests.shop.merchant.browser import EMAIL, Browser
from tests.shop.merchant.conftest import Transaction
from tests.shop.merchant.test_order_pages import audited
from tests.shop.payments.conftest import Bench

PAGE = "/merchant/reconciliation"
REPAIR = f"{PAGE}/repair"


@pytest.fixture
def bench(merchant: Browser, engine: Engine, gateway: FakeGateway) -> Bench:
    return Bench(engine, gateway)


def test_a_lost_webhook_is_shown_and_repaired_at_a_click(
    merchant: Browser, bench: Bench, transaction: Transaction
) -> None:
    order_id, session_id = bench.opened(now=utc_now())
    bench.gateway.pay(session_id)
    page = merchant.get(PAGE).text

    first = merchant.post(REPAIR, {"session": session_id, "days": "3"})
    again = merchant.post(REPAIR, {"session": session_id})

    assert "Paid at the provider, not here" in page
    assert "$39.00, paid" in page
    assert "nothing paid" in page
    assert first.status_code == 303
    assert "It is settled" in merchant.get(first.location).text
    assert again.status_code == 409
    assert "Nothing is different here any more. Nothing was changed." in again.text
    assert bench.states(order_id) == ("placed", "paid")
    assert audited(transaction) == [(f"merchant:{EMAIL}", "payment.repaired")]
    assert "Nothing on this page differs." in merchant.get(PAGE).text


def test_money_for_no_order_has_a_sentence_and_no_button(merchant: Browser, bench: Bench) -> None:
    _, session_id = bench.opened(now=utc_now())
    bench.gateway.pay(session_id)
    bench.settle(1, session_id)
    bench.gateway.add_payment(session_id, "cs_lost", "TS-LOST-0001")

    page = merchant.get(PAGE).text
    forced = merchant.post(REPAIR, {"session": "cs_lost"})

    assert "pi_cs_lost" in page
    assert "No order of this shop has this number" in page
    assert 'name="session"' not in page
    assert forced.status_code == 409


def test_an_amount_that_differs_leads_to_the_order(merchant: Browser, bench: Bench) -> None:
    order_id, session_id = bench.opened(now=utc_now())
    bench.gateway.pay(session_id)
    bench.gateway.change_amount(session_id, Money(100, "USD"))
    bench.settle(order_id, session_id)

    page = merchant.get(PAGE).text

    assert "The amounts differ" in page
    assert "$1.00, paid" in page
    assert "/merchant/orders/TS-TEST-0001" in page
    assert 'name="session"' not in page


def test_a_provider_that_does_not_answer_is_said_and_nothing_changes(merchant: Browser, bench: Bench) -> None:
    order_id, session_id = bench.opened(now=utc_now())
    bench.gateway.pay(session_id)
    bench.gateway.is_down = True

    shown = merchant.get(PAGE)
    pressed = merchant.post(REPAIR, {"session": session_id})

    assert (shown.status_code, pressed.status_code) == (503, 503)
    assert int(shown.headers["Retry-After"]) > 0
    assert "Nothing could be compared" in shown.text
    assert bench.states(order_id) == ("pending", "pending")


def test_odd_addresses_and_buttons_are_answered_in_words(merchant: Browser, bench: Bench) -> None:
    bench.opened(now=utc_now())

    shown = [merchant.get(f"{PAGE}?days={days}&until={until}").status_code for days, until in (("x", "-"), ("9", "²"))]
    empty = merchant.post(REPAIR, {})
    both = merchant.post(REPAIR, {"session": "cs", "dispute": "dp"})

    assert shown == [200, 200]
    assert (empty.status_code, both.status_code) == (422, 422)
    assert merchant.post(REPAIR, {"dispute": "dp_none"}).status_code == 409
