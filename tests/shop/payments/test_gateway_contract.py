"""What every payment provider of the shop does: the one in memory and the real adapter pass the same tests."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo.stripe_server import InProcessStripe, StripeServer, serving, signature_header
from shop.clock import utc_now
from shop.config import load_config
from shop.gateway import BadSignature, Gateway, GatewayRefused, GatewayUnavailable, PaymentRequest, RefundRequest
from shop.money import Money
from shop.payments.adapter import StripeGateway
from tests.fakes import SECRET, FakeGateway

OLD_SECRET = "whsec_the_one_before"


class Provider:
    """A gateway and the hands of its customers."""

    def __init__(self, gateway: Gateway, act: Callable[[str, str], Any], refund_act: Callable[[str, str], Any]) -> None:
        self.gateway, self.act, self.refund_act = gateway, act, refund_act


def config(**settings: Any) -> Any:
    return load_config(
        {
            "SHOP_MODE": "test",
            "SHOP_SECRET_KEYS": "a-secret-for-tests-only-0123456789abcdef",
            "SHOP_STRIPE_SECRET_KEY": "sk_test_contract",
            "SHOP_STRIPE_WEBHOOK_SECRETS": f"{OLD_SECRET},{SECRET}",
            **settings,
        }
    )


@pytest.fixture
def server() -> StripeServer:
    return StripeServer(webhook_secret=SECRET)


@pytest.fixture
def real(server: StripeServer) -> StripeGateway:
    return StripeGateway(config(), http_client=lambda: InProcessStripe(server))


@pytest.fixture(params=["in memory", "stripe"])
def provider(request: pytest.FixtureRequest) -> Provider:
    if request.param == "in memory":
        fake = FakeGateway()
        outcomes = {"succeed": "succeeded", "fail": "failed"}
        return Provider(
            fake,
            lambda action, session: getattr(fake, action)(session),
            lambda action, refund: fake.end_refund(refund, outcomes[action]),
        )
    server: StripeServer = request.getfixturevalue("server")
    return Provider(
        request.getfixturevalue("real"),
        lambda action, session: server.act(action, session=session),
        lambda action, refund: server.act(action, refund=refund),
    )


def make_request(*, key: str = "order:TS-1:session:1", amount: int = 3400, minutes: int = 31) -> PaymentRequest:
    parameters = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "client_reference_id": "TS-1",
        "customer_email": "pat@example.com",
        "locale": "auto",
        "success_url": "http://shop.test/orders/t",
        "cancel_url": "http://shop.test/cart",
        "expires_at": int((utc_now() + timedelta(minutes=minutes)).timestamp()),
        "adaptive_pricing": {"enabled": False},
        "metadata": {"order": "TS-1"},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Mat"}},
            }
        ],
    }
    return PaymentRequest(order_id=1, attempt_id=1, idempotency_key=key, parameters=parameters)


def refund_of(intent: str | None, minor: int, *, refund_id: int = 1) -> RefundRequest:
    assert intent is not None
    return RefundRequest(refund_id, intent, Money(minor, "USD"), f"refund:{intent}:{refund_id}")


def test_an_opened_page_is_known_as_open_and_unpaid(provider: Provider) -> None:
    page = provider.gateway.open_payment(make_request())

    facts = provider.gateway.find_payment(page.session_id)

    assert facts is not None
    assert (facts.status, facts.payment_status, facts.failed) == ("open", "unpaid", False)
    assert (facts.amount, facts.order_reference, facts.livemode) == (Money(3400, "USD"), "TS-1", False)
    assert facts.url == page.url
    assert facts.expires_at == page.expires_at


def test_the_same_call_again_opens_the_same_page(provider: Provider) -> None:
    request = make_request()

    first, second = provider.gateway.open_payment(request), provider.gateway.open_payment(request)

    assert first == second
    assert len(provider.gateway.list_payments(utc_now() - timedelta(hours=1))) == 1


def test_the_same_key_with_another_amount_is_refused(provider: Provider) -> None:
    provider.gateway.open_payment(make_request())

    with pytest.raises(GatewayRefused):
        provider.gateway.open_payment(make_request(amount=1))


def test_a_paid_page_says_so_and_names_its_payment(provider: Provider) -> None:
    page = provider.gateway.open_payment(make_request())

    provider.act("pay", page.session_id)

    facts = provider.gateway.find_payment(page.session_id)
    assert facts is not None
    assert (facts.status, facts.payment_status) == ("complete", "paid")
    assert facts.payment_intent


def test_a_declined_card_leaves_the_page_open(provider: Provider) -> None:
    page = provider.gateway.open_payment(make_request())

    provider.act("decline", page.session_id)

    facts = provider.gateway.find_payment(page.session_id)
    assert facts is not None
    assert (facts.status, facts.payment_status, facts.failed) == ("open", "unpaid", False)


@pytest.mark.parametrize(
    ("acts", "payment_status", "failed"),
    [
        (["pay_later"], "unpaid", False),
        (["pay_later", "arrive"], "paid", False),
        (["pay_later", "bounce"], "unpaid", True),
    ],
)
def test_a_slow_method_waits_then_succeeds_or_fails(
    provider: Provider, acts: list[str], payment_status: str, failed: bool
) -> None:
    page = provider.gateway.open_payment(make_request())

    for action in acts:
        provider.act(action, page.session_id)

    facts = provider.gateway.find_payment(page.session_id)
    assert facts is not None
    assert (facts.status, facts.payment_status, facts.failed) == ("complete", payment_status, failed)


def test_a_closed_page_is_expired_and_a_paid_one_comes_back_as_paid(provider: Provider) -> None:
    left = provider.gateway.open_payment(make_request())
    paid = provider.gateway.open_payment(make_request(key="order:TS-1:session:2"))
    provider.act("pay", paid.session_id)

    closed, complete = provider.gateway.close_payment(left.session_id), provider.gateway.close_payment(paid.session_id)

    assert closed.status == "expired"
    assert (complete.status, complete.payment_status) == ("complete", "paid")
    assert provider.gateway.close_payment(left.session_id).status == "expired"


def test_a_page_nobody_opened_is_not_found(provider: Provider) -> None:
    assert provider.gateway.find_payment("cs_test_nobody") is None
    assert provider.gateway.find_refund("re_nobody") is None


def test_payments_are_listed_newest_first(provider: Provider) -> None:
    pages = [provider.gateway.open_payment(make_request(key=f"key:{n}")) for n in range(3)]

    listed = provider.gateway.list_payments(utc_now() - timedelta(hours=1))

    assert [facts.session_id for facts in listed] == [page.session_id for page in reversed(pages)]


def test_a_refund_goes_out_once_and_never_above_the_payment(provider: Provider) -> None:
    page = provider.gateway.open_payment(make_request())
    provider.act("pay", page.session_id)
    paid = provider.gateway.find_payment(page.session_id)
    assert paid is not None
    request = refund_of(paid.payment_intent, 1000)

    first, second = provider.gateway.refund(request), provider.gateway.refund(request)

    assert first == second
    assert (first.status, first.amount, first.refund_id) == ("succeeded", Money(1000, "USD"), 1)
    assert provider.gateway.find_refund(first.provider_id) == first
    assert list(provider.gateway.list_refunds(request.payment_intent)) == [first]
    with pytest.raises(GatewayRefused):
        provider.gateway.refund(refund_of(paid.payment_intent, 2401, refund_id=2))
    after = provider.gateway.find_payment(page.session_id)
    assert after is not None
    assert after.refunded_minor == 1000


def test_a_refund_can_fail_in_the_end(provider: Provider) -> None:
    page = provider.gateway.open_payment(make_request())
    provider.act("pay", page.session_id)
    paid = provider.gateway.find_payment(page.session_id)
    assert paid is not None
    made = provider.gateway.refund(refund_of(paid.payment_intent, 1000))

    provider.refund_act("fail", made.provider_id)

    known = provider.gateway.find_refund(made.provider_id)
    assert known is not None
    assert known.status == "failed"


def event(secret: str, stamp: datetime, content: object | None = None) -> tuple[bytes, str]:
    usual = {
        "object": "event",
        "id": "evt_1",
        "type": "checkout.session.completed",
        "api_version": "2026-10-28.endive",
        "livemode": False,
        "created": int(stamp.timestamp()),
        "data": {"object": {"id": "cs_test_1"}},
    }
    body = json.dumps(usual if content is None else content, indent=2).encode()
    return body, signature_header(body, secret, timestamp=int(stamp.timestamp()))


def test_a_signed_event_is_read(provider: Provider) -> None:
    now = utc_now()
    body, signature = event(SECRET, now)

    read = provider.gateway.read_event(body, signature, now)

    assert (read.event_id, read.kind, read.subject_id) == ("evt_1", "checkout.session.completed", "cs_test_1")
    assert (read.livemode, read.created_at) == (False, now.replace(microsecond=0))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_stamp_too_old_or_from_the_future_is_refused(provider: Provider, minutes: int) -> None:
    now = utc_now()
    body, signature = event(SECRET, now + timedelta(minutes=minutes))

    with pytest.raises(BadSignature):
        provider.gateway.read_event(body, signature, now)


@pytest.mark.parametrize("signature", ["", "t=1", "v1=00", "t=x,v1=00", "t=1,v1=00", "nonsense", "t=1,v1=\u00e9"])
def test_a_signature_that_is_none_is_refused(provider: Provider, signature: str) -> None:
    with pytest.raises(BadSignature):
        provider.gateway.read_event(b"{}", signature, datetime.fromtimestamp(1, tz=UTC))


def test_a_changed_or_foreign_body_is_refused(provider: Provider) -> None:
    now = utc_now()
    body, signature = event(SECRET, now)

    for forged, header in ((body + b" ", signature), (b"\xff", signature), event("whsec_stranger", now)):
        with pytest.raises(BadSignature):
            provider.gateway.read_event(forged, header, now)


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
