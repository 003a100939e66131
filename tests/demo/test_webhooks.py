import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import stripe
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from demo.stripe_server import InProcessStripe, StripeServer, serving, signature_header, webhook_to
from demo.stripe_server.serving import Quiet
from tests.demo.conftest import SECRET, Clock, Desk, order


@dataclass
class Shop:
    """Takes webhooks as a shop does, and answers with the statuses it is told, then 200."""

    statuses: list[int] = field(default_factory=list)
    received: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    def __call__(self, body: bytes, headers: dict[str, str]) -> int:
        self.received.append((body, headers))
        return self.statuses.pop(0) if self.statuses else 200

    def types(self) -> list[str]:
        return [self.event(number).type for number in range(len(self.received))]

    def event(self, number: int) -> stripe.Event:
        event: stripe.Event = stripe.Webhook.construct_event_without_verification(self.received[number][0])
        return event


def test_a_payment_tells_its_story_in_order(near: Desk) -> None:
    shop = Shop()
    near.paid_session()

    near.server.deliver_due(shop)

    assert shop.types() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
                            "checkout.session.completed"]  # fmt: skip
    completed = shop.event(3)
    assert (completed.api_version, completed.livemode) == ("2026-10-28.endive", False)
    assert completed.data.object["client_reference_id"] == "T-1001"
    assert completed.data.object["payment_status"] == "paid"


def test_the_library_accepts_the_signature_and_refuses_another_secret(near: Desk) -> None:
    shop = Shop()
    near.clock.now = time.time()
    near.paid_session()
    near.server.deliver_due(shop)
    body, headers = shop.received[0]

    event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)

    assert event.type == "payment_intent.created"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_other")


@pytest.mark.parametrize(("seconds", "accepted"), [(0, True), (-290, True), (-310, False), (3600, True)])
def test_the_library_refuses_old_stamps_but_not_future_ones(seconds: int, accepted: bool) -> None:
    body = b'{"object": "event", "id": "evt_1"}'
    header = signature_header(body, SECRET, timestamp=int(time.time()) + seconds)

    if accepted:  # an hour ahead passes: a shop must check the future itself
        stripe.WebhookSignature.verify_header(body, header, SECRET, 300)
    else:
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(body, header, SECRET, 300)


def test_a_shop_that_fails_is_asked_again_until_patience_ends(near: Desk) -> None:
    shop, silent = Shop(statuses=[500, 503]), Shop(statuses=[500] * 99)
    session = near.open_session()
    near.server.act("expire", session=session.id)

    near.server.deliver_due(shop)
    near.server.deliver_due(shop)
    for _ in range(2):
        near.clock.now += 20
        near.server.deliver_due(shop)

    assert shop.types() == ["checkout.session.expired"] * 3
    near.server.redeliver()
    for _ in range(9):
        near.clock.now += 20
        near.server.deliver_due(silent)
    assert len(silent.received) == 5
    assert [row["status"] for row in near.server.ledger()["deliveries"]] == ["delivered", "failed"]


def test_webhooks_come_twice_late_or_never_on_request(near: Desk) -> None:
    shop = Shop()
    near.server.add_fault(kind="duplicate", copies=3, types=["checkout.session.completed"])
    near.server.add_fault(kind="late", seconds=60, types=["charge.succeeded"])
    near.server.add_fault(kind="lose", types=["payment_intent.succeeded", "payment_intent.created"])
    near.paid_session()

    near.server.deliver_due(shop)
    near.clock.now += 60
    near.server.deliver_due(shop)

    assert shop.types() == ["checkout.session.completed"] * 3 + ["charge.succeeded"]
    assert len({shop.event(number).id for number in range(3)}) == 1, "a duplicate is the same event"
    assert near.server.redeliver(status="lost") == 2
    near.server.deliver_due(shop)
    assert shop.types()[4:] == ["payment_intent.created", "payment_intent.succeeded"]


def test_webhooks_come_in_the_wrong_order_on_request(near: Desk) -> None:
    shop = Shop()
    near.server.add_fault(kind="shuffle", seconds=1)
    near.paid_session()

    assert near.server.deliver_due(shop) == 0
    near.clock.now += 1
    near.server.deliver_due(shop)

    assert shop.types() == ["checkout.session.completed", "payment_intent.succeeded", "charge.succeeded",
                            "payment_intent.created"]  # fmt: skip


def test_stamps_can_be_wrong_on_request(near: Desk) -> None:
    shop = Shop()
    near.server.add_fault(kind="skew", seconds=600)
    near.paid_session()

    near.server.deliver_due(shop)

    assert shop.received[0][1]["Stripe-Signature"].startswith(f"t={int(near.clock.now) + 600},v1=")


def test_events_can_be_asked_for_when_webhooks_were_lost(desk: Desk) -> None:
    desk.server.add_fault(kind="lose")
    session = desk.paid_session()

    listed = desk.stripe.v1.events.list({"type": "checkout.session.*", "delivery_success": False})

    assert [event.data.object["id"] for event in listed.data] == [session.id]
    assert desk.stripe.v1.events.retrieve(listed.data[0].id).type == "checkout.session.completed"


def test_a_refund_event_names_the_key_that_asked_for_it(near: Desk) -> None:
    intent = str(near.paid_session().payment_intent)

    near.stripe.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "refund:7"})

    event = near.stripe.v1.events.list({"type": "refund.created"}).data[0]
    assert event.request is not None
    assert event.request.idempotency_key == "refund:7"


@pytest.fixture
def shop_address() -> Iterator[tuple[Shop, str]]:
    shop = Shop(statuses=[500])

    @Request.application
    def app(request: Request) -> Response:
        headers = dict(request.headers)
        return Response(status=shop(request.get_data(), headers))

    http = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield shop, f"http://127.0.0.1:{http.port}/webhook"
    http.shutdown()
    http.server_close()
    thread.join()


def test_over_sockets_a_payment_reaches_the_shop_signed_and_after_a_failure(shop_address: tuple[Shop, str]) -> None:
    shop, url = shop_address
    server = StripeServer(webhook_secret=SECRET, post=webhook_to(url), retry_delays=[0.05])

    with serving(server):
        client = stripe.StripeClient("sk_test_x", http_client=InProcessStripe(server))
        session = client.v1.checkout.sessions.create(order())
        server.act("pay", session=session.id)
        _wait_until(lambda: all(row["status"] == "delivered" for row in server.ledger()["deliveries"]))

    assert len(shop.received) == 5, "four events, one of them refused at first"
    for body, headers in shop.received:
        stripe.WebhookSignature.verify_header(body, headers["Stripe-Signature"], SECRET, 300)


def test_nobody_listening_is_a_failed_delivery(clock: Clock) -> None:
    server = StripeServer(post=webhook_to("http://127.0.0.1:9"), clock=clock, retry_delays=[])
    client = stripe.StripeClient("sk_test_x", http_client=InProcessStripe(server))
    session = client.v1.checkout.sessions.create(order())
    server.act("expire", session=session.id)

    server.deliver_due()

    assert [row["status"] for row in server.ledger()["deliveries"]] == ["failed"]


@pytest.mark.parametrize("url", ["https://127.0.0.1/hook", "http://shop.example/hook", "http://10.0.0.1/", "hook"])
def test_webhooks_leave_this_machine_never(url: str) -> None:
    with pytest.raises(ValueError, match="this machine"):
        webhook_to(url)


def test_what_was_not_delivered_is_sent_after_a_restart(state_file: Path, clock: Clock) -> None:
    before = StripeServer(state=state_file, clock=clock)
    client = stripe.StripeClient("sk_test_x", http_client=InProcessStripe(before))
    session = client.v1.checkout.sessions.create(order())
    before.act("expire", session=session.id)
    before.store.close()

    shop, after = Shop(), StripeServer(state=state_file, clock=clock)
    after.deliver_due(shop)
    after.store.close()

    assert shop.types() == ["checkout.session.expired"]


def _wait_until(true: object, seconds: float = 5) -> None:
    assert callable(true)
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.02)
