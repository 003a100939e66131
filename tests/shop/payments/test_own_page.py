"""Paid in a page of the shop: one open session at any time, also when the customer changes to the provider's page."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from demo.stripe_server import InProcessStripe, StripeServer
from shop.errors import Conflict
from shop.gateway import GatewayUnavailable
from shop.orders.models import Order
from shop.payments import flow, service, switching
from shop.payments.adapter import StripeGateway
from shop.payments.rules import Addresses
from shop.payments.states import AttemptState
from tests.fakes import SECRET
from tests.make import NOW
from tests.shop.payments.conftest import Bench
from tests.shop.payments.providers import config

PAGE = "http://shop.test/checkout/pay/t"
HOSTED = Addresses("http://shop.test/orders/t", "http://shop.test/checkout")
SOON = NOW + timedelta(minutes=2)


@pytest.fixture
def server() -> StripeServer:
    return StripeServer(webhook_secret=SECRET, clock=NOW.timestamp)


@pytest.fixture
def bench(engine: Engine, server: StripeServer) -> Bench:
    return Bench(engine, StripeGateway(config(), http_client=lambda: InProcessStripe(server)))


def sessions(server: StripeServer) -> list[tuple[str, str]]:
    return [(row["ui_mode"], row["status"]) for row in server.ledger()["sessions"]]


def attempts(bench: Bench, order_id: int) -> list[str]:
    with bench.desk.transaction() as session:
        return [attempt.state.value for attempt in reversed(service.attempts_of(session, order_id))]


def opened(bench: Bench) -> tuple[int, str]:
    request = bench.prepared(own_page=PAGE)
    return request.order_id, flow.open_page(bench.desk, request).session_id


def switch(bench: Bench, order_id: int) -> str:
    return switching.to_hosted_page(bench.desk, order_id, HOSTED, now=SOON)


def test_the_session_has_a_secret_and_no_page_of_the_providers(bench: Bench, server: StripeServer) -> None:
    request = bench.prepared(own_page=PAGE)

    page = flow.open_page(bench.desk, request)
    again = flow.payment_page(bench.desk, request.order_id, now=SOON)
    facts = bench.desk.gateway().find_payment(page.session_id)

    assert (page.url, again) == (PAGE, PAGE)
    assert facts is not None
    assert facts.client_secret.startswith(f"{page.session_id}_secret_")
    assert facts.client_secret not in repr(facts)
    assert sessions(server) == [("elements", "open")]


def test_a_lost_answer_leads_to_the_same_session(bench: Bench, server: StripeServer) -> None:
    request = bench.prepared(own_page=PAGE)
    server.add_fault(kind="lose_answer", method="POST", times=1)
    with pytest.raises(GatewayUnavailable):
        flow.open_page(bench.desk, request)

    address = flow.payment_page(bench.desk, request.order_id, now=SOON)

    assert address == PAGE
    assert sessions(server) == [("elements", "open")]


def test_a_call_that_is_too_old_gets_a_new_session_for_the_same_page(bench: Bench, server: StripeServer) -> None:
    request = bench.prepared(own_page=PAGE)

    address = flow.payment_page(bench.desk, request.order_id, now=NOW + timedelta(minutes=3))

    assert address == PAGE
    assert sessions(server) == [("elements", "open")]
    assert attempts(bench, request.order_id) == ["failed", "open"]


def test_going_on_to_the_providers_page_closes_ours_first_and_keeps_the_goods(
    bench: Bench, server: StripeServer
) -> None:
    order_id, _ = opened(bench)

    address = switch(bench, order_id)
    again = switch(bench, order_id)

    assert address == again == server.ledger()["sessions"][1]["url"]
    assert sessions(server) == [("elements", "expired"), ("hosted_page", "open")]
    assert attempts(bench, order_id) == ["expired", "open"]
    assert bench.states(order_id) == ("pending", "pending")
    assert bench.stock() == (9, 1, 0)


def test_what_was_paid_in_our_page_is_not_paid_again_on_theirs(bench: Bench, server: StripeServer) -> None:
    order_id, session_id = opened(bench)
    server.act("pay", session=session_id)

    with pytest.raises(Conflict):
        switch(bench, order_id)

    assert sessions(server) == [("elements", "complete")]
    assert attempts(bench, order_id) == ["completed", "failed"]
    assert bench.states(order_id) == ("placed", "paid")


def test_a_change_that_was_cut_short_is_finished_by_the_next_click(bench: Bench, server: StripeServer) -> None:
    order_id, _ = opened(bench)
    server.add_fault(kind="error", status=500, saved=False, times=1)
    with pytest.raises(GatewayUnavailable):
        switch(bench, order_id)
    before = sessions(server)

    flow.payment_page(bench.desk, order_id, now=SOON)

    assert before == [("elements", "open")]
    assert sessions(server) == [("elements", "expired"), ("hosted_page", "open")]


def test_the_end_of_the_first_page_told_in_between_does_not_end_the_order(bench: Bench, server: StripeServer) -> None:
    order_id, session_id = opened(bench)
    with bench.desk.transaction() as session:
        order = session.get_one(Order, order_id)
        service.prepare_other_page(session, order, HOSTED, session_minutes=31, now=SOON)
    server.act("expire", session=session_id)
    facts = bench.desk.gateway().find_payment(session_id)
    assert facts is not None

    flow.settle_facts(bench.desk, order_id, facts, now=SOON, actor="provider")

    assert bench.states(order_id) == ("pending", "pending")
    assert flow.payment_page(bench.desk, order_id, now=SOON) == server.ledger()["sessions"][1]["url"]


def test_an_order_given_up_after_the_change_lets_everything_go(bench: Bench, server: StripeServer) -> None:
    order_id, _ = opened(bench)
    switch(bench, order_id)

    flow.close_open_session(bench.desk, order_id, now=SOON)

    assert sessions(server) == [("elements", "expired"), ("hosted_page", "expired")]
    assert bench.states(order_id) == ("cancelled", "failed")
    assert bench.stock() == (10, 0, 0)
    assert AttemptState.OPEN.value not in attempts(bench, order_id)
