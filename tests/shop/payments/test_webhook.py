"""The webhook over HTTP: signed once and acted on once; nothing half done when something fails."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs

from shop.clock import utc_now
from shop.payments.models import ReceivedEvent
from tests.conftest import MakeApp
from tests.fakes import FakeGateway
from tests.shop.payments.conftest import Bench

PATH = "/webhooks/stripe"
COMPLETED = "checkout.session.completed"


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    """The provider's own client: no cookies of ours, no word on where it comes from."""
    return make_app(SHOP_JOBS_URL="memory://").test_client()


def events(bench: Bench) -> list[tuple[str, str]]:
    with bench.desk.transaction() as session:
        rows = session.execute(select(ReceivedEvent.kind, ReceivedEvent.outcome).order_by(ReceivedEvent.received_at))
        return [(kind, outcome) for kind, outcome in rows]


def test_an_event_settles_its_order_and_is_stored_with_its_effect(bench: Bench, client: FlaskClient) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    body, headers = bench.gateway.event(COMPLETED, session_id, now=utc_now())

    answer = client.post(PATH, data=body, headers=headers)

    assert answer.status_code == 200
    assert answer.data == b""
    assert "Set-Cookie" not in answer.headers
    assert bench.states(order_id) == ("placed", "paid")
    assert events(bench) == [(COMPLETED, "placed")]


def test_a_duplicate_is_answered_without_asking_the_provider(bench: Bench, client: FlaskClient) -> None:
    _, session_id = bench.opened()
    bench.gateway.pay(session_id)
    body, headers = bench.gateway.event(COMPLETED, session_id, now=utc_now())
    client.post(PATH, data=body, headers=headers)
    asked = len(bench.gateway.calls)

    answer = client.post(PATH, data=body, headers=headers)

    assert answer.status_code == 200
    assert len(bench.gateway.calls) == asked
    assert bench.mails() == ["confirmation"]


def test_events_in_any_order_end_in_the_same_place(bench: Bench, client: FlaskClient) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay_later(session_id)
    bench.gateway.arrive(session_id)
    kinds = ["checkout.session.async_payment_succeeded", "checkout.session.expired", COMPLETED]

    for kind in kinds:
        body, headers = bench.gateway.event(kind, session_id, now=utc_now())
        assert client.post(PATH, data=body, headers=headers).status_code == 200

    assert bench.states(order_id) == ("placed", "paid")
    assert bench.stock() == (9, 0, 1)
    assert [outcome for _, outcome in events(bench)] == ["placed", "unchanged", "unchanged"]


@pytest.mark.parametrize("trouble", ["stranger", "no signature", "stale", "future", "changed"])
def test_what_nobody_signed_lately_gets_an_answer_that_says_nothing(
    bench: Bench, client: FlaskClient, trouble: str
) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    stamp = utc_now() + {"stale": timedelta(minutes=-6), "future": timedelta(minutes=6)}.get(trouble, timedelta())
    secret = {"secret": "whsec_stranger"} if trouble == "stranger" else {}
    body, headers = bench.gateway.event(COMPLETED, session_id, now=stamp, **secret)
    if trouble == "no signature":
        headers = {}
    if trouble == "changed":
        body = body.replace(b"cs_test", b"cs_TEST")

    with capture_logs() as lines:
        answer = client.post(PATH, data=body, headers=headers)

    assert answer.status_code == 400
    assert answer.data == b""
    assert bench.states(order_id) == ("pending", "pending")
    assert events(bench) == []
    reason = {"stale": "too_old", "future": "ahead"}.get(trouble, "not_signed")
    said = [line for line in lines if line["event"] == "webhook_refused"]
    assert said == [{"event": "webhook_refused", "reason": reason, "log_level": "warning"}]
    counted = f'shop_webhooks_refused_total{{reason="{reason}"}} 1.0'
    assert counted in client.application.extensions["tsubo_metrics"].text().decode()


def test_a_provider_that_is_down_is_asked_again_later_and_nothing_is_stored(bench: Bench, client: FlaskClient) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    body, headers = bench.gateway.event(COMPLETED, session_id, now=utc_now())
    bench.gateway.is_down = True

    refused = client.post(PATH, data=body, headers=headers)
    bench.gateway.is_down = False
    again = client.post(PATH, data=body, headers=headers)

    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert again.status_code == 200
    assert bench.states(order_id) == ("placed", "paid")


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("charge.dispute.created", "stored"), ("customer.created", "stored"), (COMPLETED, "stored")],
)
def test_events_about_other_things_are_stored_and_answered(
    bench: Bench, client: FlaskClient, kind: str, outcome: str
) -> None:
    body, headers = bench.gateway.event(kind, "cs_test_of_another_shop", now=utc_now())

    answer = client.post(PATH, data=body, headers=headers)

    assert answer.status_code == 200
    assert events(bench) == [(kind, outcome)]


def test_an_event_of_the_other_mode_has_no_effect(bench: Bench, client: FlaskClient) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    body, headers = bench.gateway.event(COMPLETED, session_id, now=utc_now(), livemode=True)

    answer = client.post(PATH, data=body, headers=headers)

    assert answer.status_code == 200
    assert bench.states(order_id) == ("pending", "pending")


def test_a_paid_session_of_no_order_of_ours_is_noted(bench: Bench, client: FlaskClient, gateway: FakeGateway) -> None:
    _, session_id = bench.opened()
    gateway.pay(session_id)
    gateway.add_payment(session_id, "cs_else", "TS-ELSEWHERE")
    body, headers = gateway.event(COMPLETED, "cs_else", now=utc_now())

    client.post(PATH, data=body, headers=headers)

    assert events(bench) == [(COMPLETED, "unknown order")]


def test_a_body_without_end_is_refused(client: FlaskClient) -> None:
    answer = client.post(PATH, data=b"x" * (256 * 1024 + 1), headers={"Stripe-Signature": "t=1,v1=00"})

    assert answer.status_code == 413


def test_a_refund_made_at_the_providers_pages_is_written_down(bench: Bench, client: FlaskClient) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)
    paid = bench.gateway.sessions[session_id]
    made = bench.gateway.add_refund(paid.payment_intent or "", paid.amount)

    for kind in ("refund.created", "refund.updated"):
        body, headers = bench.gateway.event(kind, made.provider_id, now=utc_now())
        assert client.post(PATH, data=body, headers=headers).status_code == 200

    assert events(bench) == [("refund.created", "refund succeeded"), ("refund.updated", "refund succeeded")]
    assert bench.mails() == ["confirmation", "refunded", "attention"]  # who sends an order whose money is back?
