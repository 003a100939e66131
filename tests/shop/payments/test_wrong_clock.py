"""The shop's clock is ten minutes off: every webhook is refused, and no paid order is lost."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from demo.stripe_server import StripeServer
from shop.clock import utc_now
from shop.gateway import BadSignature, GatewayUnavailable
from shop.payments import flow
from shop.payments.adapter import StripeGateway
from shop.payments.reconcile import reconcile_all
from tests.fakes import SECRET
from tests.make import NOW
from tests.shop.payments.conftest import Bench
from tests.shop.payments.providers import event

KINDS = ("checkout.session.completed", "checkout.session.async_payment_succeeded", "refund.created")
TEN_MINUTES = timedelta(minutes=10)


@pytest.mark.parametrize("off", [TEN_MINUTES, -TEN_MINUTES], ids=["ahead", "behind"])
def test_reconcile_recovers_what_every_refused_webhook_would_have_said(
    bench: Bench, client: FlaskClient, off: timedelta
) -> None:
    orders = [bench.opened(f"TS-TEST-000{number}") for number in (1, 2)]
    for _, session_id in orders:
        bench.gateway.pay(session_id)

    answers = []
    for kind in KINDS:
        for _, session_id in orders:
            body, headers = bench.gateway.event(kind, session_id, now=utc_now() - off)  # the provider's clock is right
            answers.append(client.post("/webhooks/stripe", data=body, headers=headers).status_code)
    refused = [bench.states(order_id) for order_id, _ in orders]
    report = reconcile_all(bench.desk, since=NOW + off - timedelta(days=3), now=NOW + off)

    assert answers == [400] * len(KINDS) * len(orders)
    assert refused == [("pending", "pending")] * 2
    assert [bench.states(order_id) for order_id, _ in orders] == [("placed", "paid")] * 2
    assert len(report.repaired) == 2
    assert report.is_clean


@pytest.mark.parametrize(("off", "reason"), [(TEN_MINUTES, "too_old"), (-TEN_MINUTES, "ahead")])
def test_the_log_and_the_metric_say_which_way_the_clock_is_off(
    real: StripeGateway, off: timedelta, reason: str
) -> None:
    now = utc_now()

    with pytest.raises(BadSignature) as refused:
        real.read_event(*event(SECRET, now - off), now)

    assert refused.value.reason == reason


@pytest.mark.parametrize("off", [TEN_MINUTES, -TEN_MINUTES], ids=["ahead", "behind"])
def test_a_page_whose_answer_was_lost_is_found_by_a_clock_that_is_off(
    engine: Engine, server: StripeServer, real: StripeGateway, off: timedelta
) -> None:
    bench = Bench(engine, real)
    request = bench.prepared(now=utc_now() + max(off, timedelta(0)))  # one that is behind fell behind afterwards
    server.add_fault(kind="lose_answer", times=1)
    with pytest.raises(GatewayUnavailable):
        flow.open_page(bench.desk, request)
    server.act("pay", session=server.ledger()["sessions"][0]["id"])

    flow.look_again(bench.desk, request.order_id, now=utc_now() + off)

    assert bench.states(request.order_id) == ("placed", "paid")
