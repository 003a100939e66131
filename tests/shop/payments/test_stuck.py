"""Orders that nobody would look after: a refund that was refused, and a page that cannot be ended."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shop.gateway import GatewayRefused
from shop.payments import flow
from shop.payments.reconcile import reconcile_all
from shop.stock.models import Hold
from tests.make import NOW
from tests.shop.payments.conftest import Bench


def late_money(bench: Bench) -> tuple[int, str]:
    """An order paid at the moment its last piece was sold to somebody else."""
    order_id, session_id = bench.opened(available=1)
    open_facts = bench.gateway.sessions[session_id]
    bench.gateway.expire(session_id)
    bench.settle(order_id, session_id)
    bench.order("TS-TEST-0002")
    bench.gateway.sessions[session_id] = open_facts
    bench.gateway.pay(session_id)
    return order_id, session_id


def test_an_automatic_refund_that_is_refused_waits_for_a_person(bench: Bench) -> None:
    order_id, session_id = late_money(bench)
    bench.gateway.refuses_refunds = True

    bench.settle(order_id, session_id)

    report = reconcile_all(bench.desk, since=NOW - timedelta(days=3), now=NOW + timedelta(minutes=1))
    assert bench.states(order_id) == ("cancelled", "needs_attention")
    assert bench.mails() == ["sold_out", "attention"]
    assert (report.needs_attention, report.money_kept) == (("TS-TEST-0001",), ("TS-TEST-0001",))
    assert not report.is_clean


def test_an_automatic_refund_that_fails_in_the_end_waits_for_a_person(bench: Bench) -> None:
    order_id, session_id = late_money(bench)
    bench.gateway.refunds_start_pending = True
    bench.settle(order_id, session_id)
    waiting = bench.states(order_id)
    bench.gateway.end_refund(next(iter(bench.gateway.refunds)), "failed")

    reconcile_all(bench.desk, since=NOW - timedelta(days=3), now=NOW + timedelta(minutes=1))

    assert waiting == ("cancelled", "paid")
    assert bench.states(order_id) == ("cancelled", "needs_attention")
    assert bench.mails() == ["sold_out", "attention"]


def test_an_order_whose_page_the_provider_does_not_know_is_ended(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    del bench.gateway.sessions[session_id]

    outcome = flow.close_open_session(bench.desk, order_id, now=NOW, actor="customer")

    assert outcome == "cancelled"
    assert bench.states(order_id) == ("cancelled", "failed")
    assert bench.stock() == (10, 0, 0)


def test_a_page_unknown_by_its_id_but_known_by_its_order_releases_nothing(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.add_payment(session_id, "cs_other", "TS-TEST-0001")
    del bench.gateway.sessions[session_id]

    with pytest.raises(GatewayRefused):
        flow.close_open_session(bench.desk, order_id, now=NOW)

    assert bench.states(order_id) == ("pending", "pending")
    assert bench.stock() == (9, 1, 0)


def test_an_order_that_cannot_be_ended_makes_room_for_the_others(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.add_payment(session_id, "cs_other", "TS-TEST-0001")
    del bench.gateway.sessions[session_id]
    now = NOW + timedelta(hours=1)

    ended = flow.expire_due(bench.desk, now=now)

    with bench.desk.transaction() as session:
        until = session.scalars(select(Hold.expires_at).where(Hold.order_id == order_id)).one()
    assert ended == 0
    assert now < until <= now + timedelta(minutes=10)
