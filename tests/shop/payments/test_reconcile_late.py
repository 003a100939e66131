"""Refunds and disputes are found by their own day, however old the payment is that they are about."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from shop.money import Money
from shop.payments import webhook
from shop.payments.models import Refund
from shop.payments.reconcile import ReconcileReport, reconcile_all
from tests.fakes import FakeGateway
from tests.make import NOW
from tests.shop.payments.conftest import Bench

LATER = NOW + timedelta(days=10)


@pytest.fixture
def bench(engine: Engine) -> Bench:
    return Bench(engine, FakeGateway())


def paid(bench: Bench) -> tuple[int, str, str]:
    """(order, session, payment) of an order that is paid."""
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)
    return order_id, session_id, bench.gateway.sessions[session_id].payment_intent or ""


def look(bench: Bench) -> ReconcileReport:
    return reconcile_all(bench.desk, since=LATER - timedelta(days=3), now=LATER)


def states(bench: Bench) -> list[tuple[int, str]]:
    with bench.desk.transaction() as session:
        return [(refund.amount_minor, refund.state.value) for refund in session.scalars(select(Refund))]


def hear(bench: Bench, kind: str, subject: str) -> str:
    body, headers = bench.gateway.event(kind, subject, now=NOW)
    event = bench.gateway.read_event(body, headers["Stripe-Signature"], NOW)
    return webhook.handle(bench.desk, event, now=NOW)


def test_a_refund_made_elsewhere_of_an_old_payment_is_found_though_its_event_was_lost(bench: Bench) -> None:
    _, _, intent = paid(bench)
    bench.gateway.add_refund(intent, Money(1000, "USD"))

    first, second = look(bench), look(bench)

    assert states(bench) == [(1000, "succeeded")]
    assert first.repaired == ("refund 1 (succeeded)",)
    assert second.repaired == ()


def test_a_refund_that_failed_late_is_found_and_somebody_is_asked(bench: Bench) -> None:
    _, _, intent = paid(bench)
    made = bench.gateway.add_refund(intent, Money(1000, "USD"))
    look(bench)
    bench.gateway.end_refund(made.provider_id, "failed")

    report = look(bench)

    assert states(bench) == [(1000, "failed")]
    assert (report.needs_attention, report.is_clean) == (("TS-TEST-0001",), False)


@pytest.mark.parametrize(
    ("age", "is_found"), [(timedelta(days=120), True), (timedelta(days=120, seconds=1), False)], ids=str
)
def test_a_dispute_opened_long_after_the_payment_is_asked_for_until_it_is_120_days_old(
    bench: Bench, age: timedelta, is_found: bool
) -> None:
    order_id, session_id, _ = paid(bench)
    opened_at = bench.gateway.now = NOW + timedelta(days=120)
    bench.gateway.dispute(session_id)

    report = reconcile_all(bench.desk, since=opened_at + age - timedelta(days=3), now=opened_at + age)

    assert bench.states(order_id) == ("placed", "needs_attention" if is_found else "paid")
    assert len(report.repaired) == is_found


@pytest.mark.parametrize(
    ("age", "found"), [(timedelta(days=30), [(1000, "succeeded")]), (timedelta(days=30, seconds=1), [])], ids=str
)
def test_a_refund_made_elsewhere_is_asked_for_until_it_is_30_days_old(
    bench: Bench, age: timedelta, found: list[tuple[int, str]]
) -> None:
    _, _, intent = paid(bench)
    made_at = bench.gateway.now = NOW + timedelta(days=60)
    bench.gateway.add_refund(intent, Money(1000, "USD"))

    reconcile_all(bench.desk, since=made_at + age - timedelta(days=3), now=made_at + age)

    assert states(bench) == found


def test_a_dispute_whose_event_was_lost_is_found_and_is_not_called_clean(bench: Bench) -> None:
    order_id, session_id, _ = paid(bench)
    bench.gateway.dispute(session_id)

    first, second = look(bench), look(bench)

    assert len(first.repaired) == 1
    assert second.repaired == ()
    assert not first.is_clean
    assert not second.is_clean
    assert bench.states(order_id) == ("placed", "needs_attention")
    assert bench.mails() == ["confirmation", "attention"]


def test_what_came_before_its_payment_was_known_is_looked_at_again(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    intent = bench.gateway.sessions[session_id].payment_intent or ""
    made, disputed = bench.gateway.add_refund(intent, Money(100, "USD")), bench.gateway.dispute(session_id)
    too_early = [hear(bench, "refund.created", made.provider_id), hear(bench, "charge.dispute.created", disputed)]
    hear(bench, "checkout.session.completed", session_id)

    look(bench)

    assert too_early == ["unknown payment", "unknown payment"]
    assert states(bench) == [(100, "succeeded")]
    assert bench.states(order_id)[1] == "needs_attention"


def test_refunds_and_disputes_of_another_shop_on_the_account_are_left_alone(bench: Bench) -> None:
    _, session_id, _ = paid(bench)
    bench.gateway.add_payment(session_id, "cs_other", "SHOP-B-1")
    bench.gateway.add_refund("pi_cs_other", Money(100, "USD"))
    bench.gateway.dispute("cs_other")

    assert look(bench).repaired == ()
    assert states(bench) == []
