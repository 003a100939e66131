"""What a refund was asked to do is kept with it, and done whenever it turns out to have succeeded, by whatever way."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shop.audit.models import AuditEvent
from shop.errors import Conflict
from shop.gateway import GatewayUnavailable, ProviderEvent
from shop.money import Money
from shop.orders import service as orders
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.payments import refunding, refunds, webhook
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.reconcile import reconcile_all
from shop.payments.refunds import RefundWish
from shop.payments.states import RefundState
from tests.make import NOW
from tests.shop.payments.conftest import Bench

SOON, NEXT_DAY = NOW + timedelta(minutes=9), NOW + timedelta(hours=21)


def paid(bench: Bench, number: str = "TS-TEST-0001", **fields: object) -> int:
    """An order over two pieces that is paid."""
    order_id, session_id = bench.opened(number, quantity=2, **fields)
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)
    return order_id


def wish(bench: Bench, order_id: int, *, minor: int = 3400, units: int = 1, token: str = "form-1") -> RefundWish:
    with bench.desk.transaction() as session:
        line_id = session.scalars(select(OrderLine.id).where(OrderLine.order_id == order_id)).one()
    return RefundWish(Money(minor, "USD"), "did not fit", token, "merchant:m@example.com", {line_id: units})


def unanswered(bench: Bench, trouble: str = "loses_answers", **changes: int) -> int:
    """A paid order with a refund whose answer never came; with "is_down" the call did not arrive either."""
    order_id = paid(bench)
    setattr(bench.gateway, trouble, True)
    with pytest.raises(GatewayUnavailable):
        refunding.refund(bench.desk, order_id, wish(bench, order_id, **changes), now=NOW)
    bench.gateway.is_down = False
    return order_id


def audited(bench: Bench) -> list[tuple[str, str, dict[str, object]]]:
    with bench.desk.transaction() as session:
        return [(event.actor, event.action, event.changes) for event in session.scalars(select(AuditEvent))]


def is_done_once(bench: Bench) -> bool:
    """One refund at the provider, its piece on the shelf, its mail written, its line in the record."""
    assert len(bench.gateway.refunds) == 1
    assert bench.stock()[0] == 9
    assert bench.mails() == ["confirmation", "refunded"]
    assert audited(bench) == [("merchant:m@example.com", "stock.returned", {"MAT01-CHARCOAL": 1})]
    return True


@pytest.mark.parametrize("trouble", ["loses_answers", "is_down"])
def test_a_job_that_catches_up_does_all_that_was_asked(bench: Bench, trouble: str) -> None:
    unanswered(bench, trouble)
    before = (bench.stock()[0], bench.mails())

    for _ in range(2):
        reconcile_all(bench.desk, since=NOW - timedelta(days=3), now=SOON)

    assert before == (8, ["confirmation"])
    assert is_done_once(bench)


def test_a_webhook_about_it_does_all_that_was_asked(bench: Bench) -> None:
    unanswered(bench)
    subject = next(iter(bench.gateway.refunds))

    for number, kind in enumerate(("refund.created", "refund.updated", "refund.updated")):
        webhook.handle(bench.desk, ProviderEvent(f"evt_{number}", kind, subject, None, False, SOON), now=SOON)

    assert is_done_once(bench)


def test_a_refund_that_takes_days_brings_its_goods_back_when_it_is_through(bench: Bench) -> None:
    bench.gateway.refunds_start_pending = True
    order_id = paid(bench)
    refunding.refund(bench.desk, order_id, wish(bench, order_id), now=NOW)
    waiting = (bench.stock()[0], bench.mails())
    bench.gateway.end_refund(next(iter(bench.gateway.refunds)), "succeeded")

    refunding.catch_up_refund(bench.desk, 1, now=NOW + timedelta(days=3))

    assert waiting == (8, ["confirmation"])
    assert is_done_once(bench)


def test_a_refund_that_fails_brings_nothing_back(bench: Bench) -> None:
    bench.gateway.refunds_start_pending = True
    order_id = paid(bench)
    refunding.refund(bench.desk, order_id, wish(bench, order_id), now=NOW)
    bench.gateway.end_refund(next(iter(bench.gateway.refunds)), "failed")

    refunding.catch_up_refund(bench.desk, 1, now=SOON)

    assert bench.stock() == (8, 0, 2)
    assert bench.mails() == ["confirmation", "attention"]


@pytest.mark.parametrize("way", ["same form", "job"])
def test_a_day_later_a_refund_that_did_arrive_is_found_and_not_made_again(bench: Bench, way: str) -> None:
    order_id = unanswered(bench)
    bench.gateway.forget_keys()

    if way == "same form":
        refunding.refund(bench.desk, order_id, wish(bench, order_id), now=NEXT_DAY)
    else:
        refunding.catch_up_refund(bench.desk, 1, now=NEXT_DAY)

    assert is_done_once(bench)


@pytest.mark.parametrize("way", ["same form", "job"])
def test_a_day_later_a_refund_that_never_arrived_has_failed_and_nothing_is_sent(bench: Bench, way: str) -> None:
    order_id = unanswered(bench, "is_down")
    bench.gateway.forget_keys()

    if way == "same form":
        state = refunding.refund(bench.desk, order_id, wish(bench, order_id), now=NEXT_DAY)
    else:
        state = refunding.catch_up_refund(bench.desk, 1, now=NEXT_DAY)

    assert state is RefundState.FAILED
    assert bench.gateway.refunds == {}
    assert bench.gateway.calls.count("refund") == 1
    assert bench.stock() == (8, 0, 2)


def test_a_day_later_nothing_is_sent_while_the_provider_cannot_be_asked(bench: Bench) -> None:
    order_id = unanswered(bench)
    bench.gateway.forget_keys()
    bench.gateway.is_down = True

    with pytest.raises(GatewayUnavailable):
        refunding.refund(bench.desk, order_id, wish(bench, order_id), now=NEXT_DAY)

    assert len(bench.gateway.refunds) == 1


def test_goods_that_came_back_by_a_cancellation_meanwhile_are_not_counted_twice(bench: Bench) -> None:
    order_id = unanswered(bench, "is_down", units=2)
    with bench.desk.transaction() as session:
        orders.cancel(session, order_id, actor="merchant:m@example.com", now=SOON)

    state = refunding.catch_up_refund(bench.desk, 1, now=SOON)

    with bench.desk.transaction() as session:
        notes = session.scalars(select(OrderEvent.note).where(OrderEvent.subject == "refund")).all()
    assert state is RefundState.SUCCEEDED
    assert bench.stock()[0] == 10
    assert "refund 1: 2 of MAT01-CHARCOAL were back already and not booked in again" in notes


def test_a_form_of_another_order_refunds_nothing(bench: Bench) -> None:
    first, second = paid(bench), paid(bench, "TS-TEST-0002")
    refunding.refund(bench.desk, first, wish(bench, first), now=NOW)

    with pytest.raises(Conflict, match="another order"):
        refunding.refund(bench.desk, second, wish(bench, second), now=NOW)
    with bench.desk.transaction() as session:
        attempt = session.scalars(select(PaymentAttempt).where(PaymentAttempt.order_id == second)).one()
        with pytest.raises(Conflict, match="another order"):
            refunds.open_refund_of(session, session.get_one(Order, second), attempt, wish_of(first), now=NOW)

    with bench.desk.transaction() as session:
        assert session.scalars(select(Refund.order_id)).all() == [first]
    assert len(bench.gateway.refunds) == 1


def wish_of(order_id: int) -> RefundWish:
    return RefundWish(Money(100, "USD"), f"meant for {order_id}", "form-1", "system")
