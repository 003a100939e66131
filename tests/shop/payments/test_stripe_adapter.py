"""The real adapter in trouble: secrets being rolled, a provider that fails, is slow or loses its answer."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from demo.stripe_server import InProcessStripe, StripeServer, serving
from shop.clock import utc_now
from shop.gateway import BadSignature, GatewayUnavailable, RefundRequest
from shop.money import Money
from shop.payments.adapter import StripeGateway
from tests.fakes import SECRET
from tests.shop.payments.providers import OLD_SECRET, config, event, make_request


def test_two_secrets_are_good_while_they_are_rolled(real: StripeGateway) -> None:
    now = utc_now()

    for secret in (OLD_SECRET, SECRET):
        assert real.read_event(*event(secret, now), now).event_id == "evt_1"


@pytest.mark.parametrize("content", [[], "x", {"object": "event"}, {"object": "charge", "id": "evt_1"}])
def test_signed_bytes_that_are_no_event_are_refused(real: StripeGateway, content: object) -> None:
    now = utc_now()

    with pytest.raises(BadSignature):
        real.read_event(*event(SECRET, now, content), now)


@pytest.mark.parametrize("fault", [{"kind": "cut"}, {"kind": "error"}, {"kind": "rate_limit"}, {"kind": "lose_answer"}])
def test_trouble_at_the_provider_means_try_again(
    real: StripeGateway, server: StripeServer, fault: dict[str, Any]
) -> None:
    server.add_fault(**fault, times=1)

    with pytest.raises(GatewayUnavailable):
        real.open_payment(make_request())


def test_an_answer_that_was_lost_is_found_by_the_same_call(real: StripeGateway, server: StripeServer) -> None:
    server.add_fault(kind="lose_answer", times=1)
    request = make_request()
    with pytest.raises(GatewayUnavailable):
        real.open_payment(request)

    page = real.open_payment(request)

    assert [session["id"] for session in server.ledger()["sessions"]] == [page.session_id]


def test_a_dispute_names_its_payment_and_where_it_stands(real: StripeGateway, server: StripeServer) -> None:
    page = real.open_payment(make_request())
    server.act("pay", session=page.session_id)
    charge = server.ledger()["charges"][0]
    opened = server.act("dispute", charge=charge["id"])
    name = server.ledger()["disputes"][0]["id"]

    facts = real.find_dispute(name)
    server.act("lose", dispute=name)
    after = real.find_dispute(name)

    assert opened is not None
    assert facts is not None
    assert after is not None
    assert (facts.payment_intent, facts.amount) == (charge["payment_intent"], Money(3400, "USD"))
    assert (facts.status, after.status, facts.reason) == ("needs_response", "lost", "product_not_received")


def test_a_wrong_key_says_nothing_of_itself(server: StripeServer) -> None:
    gateway = StripeGateway(config(SHOP_STRIPE_SECRET_KEY="nonsense"), http_client=lambda: InProcessStripe(server))

    with pytest.raises(GatewayUnavailable) as refused:
        gateway.open_payment(make_request())

    assert "nonsense" not in str(refused.value)


@pytest.fixture
def slow_address(server: StripeServer) -> Iterator[str]:
    with serving(server) as address:
        yield address


def test_a_slow_provider_is_given_up_and_does_not_take_every_thread(server: StripeServer, slow_address: str) -> None:
    settings = {"SHOP_PROVIDER_TIMEOUT_SECONDS": 1, "SHOP_PROVIDER_CONCURRENCY": 1}
    gateway = StripeGateway(config(SHOP_STRIPE_API_BASE=slow_address, **settings))
    gateway.find_payment("cs_test_nobody")  # the library is loaded now
    server.add_fault(kind="slow", seconds=1.5)
    answers: list[type[Exception]] = []

    def ask() -> None:
        try:
            gateway.find_payment("cs_test_nobody")
        except GatewayUnavailable as error:
            answers.append(type(error))

    waiting = threading.Thread(target=ask)
    waiting.start()
    while gateway._waiting._value:  # until the first thread is at the provider
        time.sleep(0.01)
    started = utc_now()
    ask()
    at_once = utc_now() - started
    waiting.join(5)
    server.clear_faults()

    assert answers == [GatewayUnavailable, GatewayUnavailable]
    assert at_once < timedelta(seconds=0.5)


def test_the_real_library_speaks_over_a_socket(slow_address: str) -> None:
    gateway = StripeGateway(config(SHOP_STRIPE_API_BASE=slow_address))

    page = gateway.open_payment(make_request())

    assert page.url.startswith(slow_address)
    assert gateway.close_payment(page.session_id).status == "expired"


def test_the_library_is_loaded_beside_the_request_and_once(server: StripeServer) -> None:
    made: list[threading.Thread] = []

    def client() -> InProcessStripe:
        made.append(threading.current_thread())
        return InProcessStripe(server)

    gateway = StripeGateway(config(), http_client=client)
    for _ in range(3):
        gateway.warm_up()
    while not made:
        time.sleep(0.01)
    gateway.open_payment(make_request())

    assert len(made) == 1
    assert made[0] is not threading.current_thread()
    assert server.ledger()["sessions"]


def test_refunds_and_disputes_are_listed_by_their_own_time(real: StripeGateway, server: StripeServer) -> None:
    before, ahead = utc_now() - timedelta(hours=1), utc_now() + timedelta(hours=1)
    page = real.open_payment(make_request())
    server.act("pay", session=page.session_id)
    paid = real.find_payment(page.session_id)
    assert paid is not None

    made = real.refund(RefundRequest(1, paid.payment_intent or "", Money(100, "USD"), "key-of-the-refund"))

    assert list(real.list_refunds_since(before)) == [made]
    assert list(real.list_refunds_since(ahead)) == []
    assert list(real.list_disputes(ahead)) == []
