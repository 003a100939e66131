"""Every event of the provider: handled or left alone on purpose; signed by the stand-in, doubled and out of order."""

from collections.abc import Callable
from typing import get_args

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from stripe.params._webhook_endpoint_create_params import WebhookEndpointCreateParams

from demo.stripe_server import InProcessStripe, StripeServer
from shop.clock import utc_now
from shop.payments.adapter import StripeGateway
from shop.payments.events import EFFECTS, LEFT_ALONE, Asks, asks
from shop.payments.models import ReceivedEvent, Refund
from tests.conftest import MakeApp
from tests.fakes import FakeGateway
from tests.shop.payments.conftest import Bench
from tests.shop.payments.providers import config

PATH = "/webhooks/stripe"
ASKED = {Asks.PAYMENT: "find_payment", Asks.REFUND: "find_refund", Asks.DISPUTE: "find_dispute"}
TOLD = {
    "checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
    "checkout.session.expired", "refund.created", "refund.updated", "refund.failed", "charge.dispute.created",
    "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
}  # fmt: skip


def every_type() -> list[str]:
    """Every event type that the installed library knows."""
    named: set[str] = set()
    waiting = [WebhookEndpointCreateParams.__annotations__["enabled_events"]]
    while waiting:
        part = waiting.pop()
        named |= {part} if isinstance(part, str) else set()
        waiting += get_args(part)
    return sorted(named - {"*"})


TYPES = every_type()


def test_the_library_knows_every_event_that_the_table_names() -> None:
    assert len(TYPES) > 200
    assert set(EFFECTS) | set(LEFT_ALONE) <= set(TYPES)
    assert not set(EFFECTS) & set(LEFT_ALONE)
    assert set(EFFECTS) == TOLD


def test_every_event_about_our_payments_is_handled_or_left_alone_on_purpose() -> None:
    ours = ("checkout.session.", "payment_intent.", "charge.", "refund.")
    undecided = {kind for kind in TYPES if kind.startswith(ours)} - set(EFFECTS) - set(LEFT_ALONE)

    of_later_captures = {"charge.captured", "charge.expired", "payment_intent.amount_capturable_updated"}
    assert undecided <= {*of_later_captures, "payment_intent.partially_funded"}  # this shop opens no such payments


def test_each_type_asks_what_the_table_says_and_is_answered_200(make_app: MakeApp, gateway: FakeGateway) -> None:
    client = make_app(SHOP_JOBS_URL="memory://").test_client()

    for kind in [*TYPES, "something.nobody.knows"]:
        before = len(gateway.calls)
        body, headers = gateway.event(kind, "id_of_nothing", now=utc_now())
        assert client.post(PATH, data=body, headers=headers).status_code == 200, kind
        wanted = [ASKED[asks(kind)]] if asks(kind) in ASKED else []
        assert gateway.calls[before:] == wanted, kind


@pytest.fixture
def gateway(request: pytest.FixtureRequest, server: StripeServer) -> object:
    """The strict stand-in behind the real adapter; the table's test has the provider in memory."""
    if "each_type" in request.node.name:
        return FakeGateway()
    return StripeGateway(config(), http_client=lambda: InProcessStripe(server))


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    return make_app(SHOP_JOBS_URL="memory://").test_client()


Deliver = Callable[[], list[int]]


@pytest.fixture(params=["in order", "doubled", "shuffled", "late"])
def deliver(request: pytest.FixtureRequest, server: StripeServer, client: FlaskClient) -> Deliver:
    """Send what the stand-in has to tell, in one of the ways it may arrive; returns the answers."""
    if request.param == "doubled":
        server.add_fault(kind="duplicate", copies=3)
    if request.param == "shuffled":
        server.add_fault(kind="shuffle", seconds=2)
    if request.param == "late":
        server.add_fault(kind="late", seconds=2, every=2)

    def send() -> list[int]:
        answers: list[int] = []

        def post(body: bytes, headers: dict[str, str]) -> int:
            answers.append(client.post(PATH, data=body, headers=headers).status_code)
            return answers[-1]

        server.deliver_due(post)
        server.advance(3)
        server.deliver_due(post)
        return answers

    return send


def effects(bench: Bench) -> list[str]:
    """What the events that changed something did."""
    idle = ("stored", "unchanged", "dispute known")
    with bench.desk.transaction() as session:
        outcomes = session.scalars(select(ReceivedEvent.outcome).where(ReceivedEvent.outcome.not_in(idle)))
        return sorted(outcomes)


def opened(bench: Bench) -> tuple[int, str]:
    return bench.opened(now=utc_now())


def refund_there(server: StripeServer, minor: int) -> str:
    intent = server.ledger()["payment_intents"][-1]["id"]
    body = f"payment_intent={intent}&amount={minor}"
    answer = server.handle("POST", "/v1/refunds", {"authorization": "Bearer sk_test_staff"}, body)
    assert answer.status == 200, answer.body
    return str(server.ledger()["refunds"][-1]["id"])


def test_a_card_that_is_paid_at_once(bench: Bench, server: StripeServer, deliver: Deliver) -> None:
    order_id, session_id = opened(bench)
    server.act("pay", session=session_id)

    answers = deliver()

    assert set(answers) == {200}
    assert effects(bench) == ["placed"]
    assert bench.states(order_id) == ("placed", "paid")
    assert (bench.stock(), bench.mails()) == ((9, 0, 1), ["confirmation"])


def test_3_d_secure_waits_and_is_never_a_failure(bench: Bench, server: StripeServer, deliver: Deliver) -> None:
    order_id, session_id = opened(bench)
    server.act("challenge", session=session_id)
    deliver()
    waiting, held = bench.states(order_id), bench.stock()
    server.act("fail", session=session_id)
    deliver()
    failed = bench.states(order_id)
    server.act("challenge", session=session_id)
    server.act("approve", session=session_id)
    deliver()

    assert (waiting, held, failed) == (("pending", "pending"), (9, 1, 0), ("pending", "pending"))
    assert bench.states(order_id) == ("placed", "paid")
    assert bench.mails() == ["confirmation"]


def test_slow_money_that_comes(bench: Bench, server: StripeServer, deliver: Deliver) -> None:
    order_id, session_id = opened(bench)
    server.act("pay_later", session=session_id)
    deliver()
    waiting, held = bench.states(order_id), bench.stock()
    server.act("arrive", session=session_id)
    deliver()

    assert (waiting, held) == (("pending", "pending"), (9, 1, 0))
    assert bench.states(order_id) == ("placed", "paid")
    assert bench.mails() == ["awaiting", "paid"]


def test_slow_money_that_does_not_come(bench: Bench, server: StripeServer, deliver: Deliver) -> None:
    order_id, session_id = opened(bench)
    server.act("pay_later", session=session_id)
    deliver()
    server.act("bounce", session=session_id)
    deliver()

    assert bench.states(order_id) == ("cancelled", "failed")
    assert bench.stock() == (10, 0, 0)
    assert bench.mails() == ["awaiting", "payment_failed"]


def test_a_page_that_runs_out_lets_its_goods_go(bench: Bench, server: StripeServer, deliver: Deliver) -> None:
    order_id, session_id = opened(bench)
    server.act("expire", session=session_id)

    deliver()

    assert effects(bench) == ["cancelled"]
    assert (bench.states(order_id), bench.stock()) == (("cancelled", "failed"), (10, 0, 0))


def test_refunds_made_in_the_providers_own_pages(bench: Bench, server: StripeServer, deliver: Deliver) -> None:
    _, session_id = opened(bench)
    server.act("pay", session=session_id)
    deliver()
    refund_there(server, 900)
    server.add_fault(kind="pending_refund", times=1)
    slow = refund_there(server, 400)
    deliver()
    server.act("succeed", refund=slow)
    deliver()
    server.act("fail", refund=slow)
    deliver()

    assert bench.mails() == ["confirmation", "refunded", "refunded", "attention"]  # the one that failed late
    assert effects(bench).count("refund succeeded") >= 2
    assert "refund failed" in effects(bench)
    assert refunded(bench) == [(900, "succeeded"), (400, "failed")]


def refunded(bench: Bench) -> list[tuple[int, str]]:
    with bench.desk.transaction() as session:
        found = session.scalars(select(Refund).order_by(Refund.amount_minor.desc()))
        return [(refund.amount_minor, refund.state.value) for refund in found]


@pytest.mark.parametrize("end", ["win", "lose"])
def test_a_dispute_from_its_first_day_to_its_last(
    bench: Bench, server: StripeServer, deliver: Deliver, end: str
) -> None:
    order_id, session_id = opened(bench)
    server.act("pay", session=session_id)
    deliver()
    server.act("dispute", charge=server.ledger()["charges"][0]["id"])
    deliver()
    disputed, told = bench.states(order_id), bench.mails()
    server.act(end, dispute=server.ledger()["disputes"][0]["id"])
    deliver()

    assert disputed == ("placed", "needs_attention")
    assert told == ["confirmation", "attention"]
    assert bench.mails() == [*told, *(["attention"] if end == "lose" else [])]
    assert bench.states(order_id) == ("placed", "needs_attention")
    assert effects(bench).count("dispute needs_response") == 1
    assert effects(bench).count({"win": "dispute won", "lose": "dispute lost"}[end]) == 1
