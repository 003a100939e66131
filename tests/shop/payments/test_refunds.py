"""Refunds: never more than was captured, once per form, and a failed one changes nothing."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from shop.errors import BadInput, Conflict
from shop.gateway import GatewayRefused, GatewayUnavailable
from shop.money import Money
from shop.orders.models import Order
from shop.payments import refunding, refunds
from shop.payments.models import Refund
from shop.payments.refunds import RefundWish
from tests.make import NOW
from tests.shop.payments.conftest import Bench


def paid(bench: Bench) -> tuple[int, str]:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)
    return order_id, session_id


def wish(minor: int, *, token: str = "form-1", currency: str = "USD") -> RefundWish:
    return RefundWish(Money(minor, currency), "did not fit", token, "merchant:m@example.com")


def left(bench: Bench, order_id: int) -> int:
    with bench.desk.transaction() as session:
        return refunds.refundable(session, session.get_one(Order, order_id)).minor


def test_parts_can_go_back_until_nothing_is_left(bench: Bench) -> None:
    order_id, session_id = paid(bench)

    states = [refunding.refund(bench.desk, order_id, wish(n, token=str(n)), now=NOW) for n in (1000, 2900)]

    assert states == ["succeeded", "succeeded"]
    assert bench.gateway.sessions[session_id].refunded_minor == 3900
    assert left(bench, order_id) == 0
    assert bench.mails() == ["confirmation", "refunded", "refunded"]


def test_the_same_form_twice_is_one_refund(bench: Bench) -> None:
    order_id, session_id = paid(bench)

    for _ in range(2):
        refunding.refund(bench.desk, order_id, wish(1000), now=NOW)

    assert bench.gateway.sessions[session_id].refunded_minor == 1000
    assert bench.mails() == ["confirmation", "refunded"]


@pytest.mark.parametrize(("minor", "currency"), [(3901, "USD"), (0, "USD"), (-5, "USD"), (100, "EUR"), (10**12, "USD")])
def test_more_than_was_paid_or_another_currency_is_refused(bench: Bench, minor: int, currency: str) -> None:
    order_id, _ = paid(bench)

    with pytest.raises(BadInput):
        refunding.refund(bench.desk, order_id, wish(minor, currency=currency), now=NOW)

    assert bench.gateway.calls.count("refund") == 0


def test_an_order_nobody_paid_has_nothing_to_refund(bench: Bench) -> None:
    order_id, _ = bench.opened()

    with pytest.raises(Conflict):
        refunding.refund(bench.desk, order_id, wish(100), now=NOW)


def test_parallel_refunds_never_exceed_the_payment(bench: Bench) -> None:
    order_id, session_id = paid(bench)
    start = threading.Barrier(6)
    refused: list[BadInput] = []

    def ask(number: int) -> None:
        start.wait(10)
        try:
            refunding.refund(bench.desk, order_id, wish(1500, token=f"form-{number}"), now=NOW)
        except BadInput as error:
            refused.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(refused) == 4
    assert bench.gateway.sessions[session_id].refunded_minor == 3000
    assert left(bench, order_id) == 900


def test_a_refund_the_provider_refuses_changes_nothing_and_can_be_tried_anew(bench: Bench) -> None:
    order_id, session_id = paid(bench)
    bench.gateway.refuses_refunds = True
    with pytest.raises(GatewayRefused):
        refunding.refund(bench.desk, order_id, wish(3900), now=NOW)
    bench.gateway.refuses_refunds = False

    state = refunding.refund(bench.desk, order_id, wish(3900, token="form-2"), now=NOW)

    assert state == "succeeded"
    assert bench.gateway.sessions[session_id].refunded_minor == 3900


@pytest.mark.parametrize("trouble", ["is_down", "loses_answers"])
def test_a_refund_that_was_cut_is_caught_up_once(bench: Bench, trouble: str) -> None:
    order_id, session_id = paid(bench)
    setattr(bench.gateway, trouble, True)
    with pytest.raises(GatewayUnavailable):
        refunding.refund(bench.desk, order_id, wish(1000), now=NOW)
    bench.gateway.is_down = False

    states = [refunding.catch_up_refund(bench.desk, 1, now=NOW + timedelta(hours=1)) for _ in range(2)]

    assert states == ["succeeded", "succeeded"]
    assert bench.gateway.sessions[session_id].refunded_minor == 1000


def test_a_refund_that_never_arrived_is_not_sent_a_day_later(bench: Bench) -> None:
    order_id, session_id = paid(bench)
    bench.gateway.is_down = True
    with pytest.raises(GatewayUnavailable):
        refunding.refund(bench.desk, order_id, wish(1000), now=NOW)
    bench.gateway.is_down = False

    state = refunding.catch_up_refund(bench.desk, 1, now=NOW + timedelta(days=1))

    assert state == "failed"
    assert bench.gateway.sessions[session_id].refunded_minor == 0
    assert left(bench, order_id) == 3900


def test_a_refund_that_fails_after_all_may_be_made_again(bench: Bench) -> None:
    order_id, _ = paid(bench)
    bench.gateway.refunds_start_pending = True
    pending = refunding.refund(bench.desk, order_id, wish(3900), now=NOW)
    provider_id = next(iter(bench.gateway.refunds))
    bench.gateway.end_refund(provider_id, "failed")

    failed = refunding.catch_up_refund(bench.desk, 1, now=NOW)

    assert (pending, failed) == ("pending", "failed")
    assert left(bench, order_id) == 3900
    assert bench.mails() == ["confirmation", "attention"]


def test_a_refund_made_elsewhere_is_never_sent_from_here(bench: Bench) -> None:
    order_id, session_id = paid(bench)
    payment = bench.gateway.sessions[session_id]
    made = bench.gateway.add_refund(payment.payment_intent or "", Money(500, "USD"), status="pending")
    with bench.desk.transaction() as session:
        refund_id = refunds.adopt_refund(session, made, now=NOW)
    assert refund_id is not None
    del bench.gateway.refunds[made.provider_id]

    state = refunding.catch_up_refund(bench.desk, refund_id, now=NOW)

    assert state == "requested"
    assert "refund" not in bench.gateway.calls
    with bench.desk.transaction() as session:
        assert session.scalars(select(Refund.order_id)).one() == order_id
