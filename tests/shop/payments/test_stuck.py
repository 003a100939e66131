"""Orders that nobody would look after: a refund that was refused, and a page that cannot be ended."""

from datetime import timedelta

from shop.payments.reconcile import reconcile_all
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
