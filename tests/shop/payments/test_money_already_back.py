"""An order whose money went back in the provider's own pages is neither thanked for nor sent by mistake."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shop.money import Money
from shop.payments import webhook
from shop.payments.models import Refund
from shop.payments.reconcile import reconcile_all
from tests.make import NOW
from tests.shop.payments.conftest import Bench


def refund_there(bench: Bench, session_id: str, minor: int) -> str:
    """Somebody sends money back at the provider; the id of the refund."""
    intent = bench.gateway.sessions[session_id].payment_intent or ""
    return bench.gateway.add_refund(intent, Money(minor, "USD")).provider_id


def hear(bench: Bench, kind: str, subject: str) -> str:
    body, headers = bench.gateway.event(kind, subject, now=NOW)
    event = bench.gateway.read_event(body, headers["Stripe-Signature"], NOW)
    return webhook.handle(bench.desk, event, now=NOW)


@pytest.mark.parametrize("state", ["pending", "cancelled"])
def test_an_order_whose_money_is_back_before_it_is_placed_is_cancelled_and_not_thanked_for(
    bench: Bench, state: str
) -> None:
    order_id, session_id = bench.opened()
    if state == "cancelled":
        bench.gateway.expire(session_id)
        bench.settle(order_id, session_id)
        bench.gateway._change(session_id, status="open")
    bench.gateway.pay(session_id)
    made = refund_there(bench, session_id, 3900)

    outcomes = [hear(bench, "refund.created", made), hear(bench, "checkout.session.completed", session_id)]
    reconcile_all(bench.desk, since=NOW - timedelta(days=1), now=NOW + timedelta(minutes=15))

    assert outcomes == ["unknown payment", "cancelled"]
    assert bench.states(order_id)[0] == "cancelled"
    assert "confirmation" not in bench.mails()
    assert bench.stock() == (10, 0, 0)
    with bench.desk.transaction() as session:
        assert [(kept.amount_minor, kept.state) for kept in session.scalars(select(Refund))] == [(3900, "succeeded")]


def test_a_part_that_is_back_leaves_the_order_as_it_is(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    refund_there(bench, session_id, 100)

    hear(bench, "checkout.session.completed", session_id)

    assert (bench.states(order_id), bench.mails()) == (("placed", "paid"), ["confirmation"])
