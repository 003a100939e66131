"""`settle`: every word of the provider against every state of the shop, once, twice, late and in any order."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from shop.errors import NotFound
from shop.mail.models import OutboxMail
from shop.money import Money
from shop.orders.held import held_until
from shop.orders.models import OrderEvent
from shop.payments import flow, service
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.states import AttemptState
from shop.stock import service as stock
from shop.stock.models import Hold
from tests.make import NOW
from tests.shop.payments.conftest import Bench


def test_a_paid_page_places_the_order_sells_its_units_and_writes_one_mail(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)

    outcome = bench.settle(order_id, session_id)

    assert outcome == "placed"
    assert bench.states(order_id) == ("placed", "paid")
    assert bench.stock() == (9, 0, 1)
    assert bench.mails() == ["confirmation"]


def test_the_second_settlement_finds_the_work_done(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)

    outcomes = [bench.settle(order_id, session_id) for _ in range(3)]

    assert outcomes == ["unchanged"] * 3
    assert bench.stock() == (9, 0, 1)
    assert bench.mails() == ["confirmation"]


def test_slow_money_is_told_at_once_and_again_when_it_is_here_each_once(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay_later(session_id)
    waiting = [bench.settle(order_id, session_id) for _ in range(3)], bench.mails()
    bench.gateway.arrive(session_id)

    arrived = [bench.settle(order_id, session_id) for _ in range(3)], bench.mails()

    assert waiting == (["waiting", "unchanged", "unchanged"], ["awaiting"])
    assert arrived == (["placed", "unchanged", "unchanged"], ["awaiting", "paid"])
    with bench.desk.look() as session:
        held, paid = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert "held for you until June 15, 2026" in held.text
    assert "wait for your money" in held.text
    assert "we have your payment" not in held.text.lower()
    assert "TS-TEST-0001 is paid" in paid.text
    assert all("Total: $39.00" in mail.text and mail.subject.endswith("TS-TEST-0001") for mail in (held, paid))


def test_the_day_until_which_goods_wait_for_slow_money_moves_only_when_it_has_come(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay_later(session_id)
    days = []

    for wait in (0, 10, 14, 20):
        facts = bench.gateway.find_payment(session_id)
        flow.settle_facts(bench.desk, order_id, facts, now=NOW + timedelta(days=wait), actor="system")
        with bench.desk.look() as session:
            days.append((held_until(session, order_id) - NOW).days)

    assert days == [14, 14, 28, 28]


ACTS = {
    "nothing": [],
    "decline": ["decline"],
    "pay": ["pay"],
    "expire": ["expire"],
    "pay later": ["pay_later"],
    "money arrives": ["pay_later", "arrive"],
    "money bounces": ["pay_later", "bounce"],
}


@pytest.mark.parametrize(
    ("acts", "outcome", "states", "levels", "mails"),
    [
        ("nothing", "open", ("pending", "pending"), (9, 1, 0), []),
        ("decline", "open", ("pending", "pending"), (9, 1, 0), []),
        ("pay", "placed", ("placed", "paid"), (9, 0, 1), ["confirmation"]),
        ("expire", "cancelled", ("cancelled", "failed"), (10, 0, 0), []),
        ("pay later", "waiting", ("pending", "pending"), (9, 1, 0), ["awaiting"]),
        ("money arrives", "placed", ("placed", "paid"), (9, 0, 1), ["confirmation"]),
        ("money bounces", "failed", ("cancelled", "failed"), (10, 0, 0), ["payment_failed"]),
    ],
)
def test_peer_5_each_word_of_the_provider_keeps_or_frees_the_units_of_a_pending_order(
    bench: Bench, acts: str, outcome: str, states: tuple[str, str], levels: tuple[int, int, int], mails: list[str]
) -> None:
    order_id, session_id = bench.opened()
    for act in ACTS[acts]:
        getattr(bench.gateway, act)(session_id)

    first, second = bench.settle(order_id, session_id), bench.settle(order_id, session_id)

    assert first == outcome
    assert second in ("unchanged", "open")
    assert (bench.states(order_id), bench.stock(), bench.mails()) == (states, levels, mails)


@pytest.mark.parametrize("acts", [["pay_later"], ["pay_later", "arrive"], ["pay_later", "bounce"]])
def test_what_was_read_earlier_and_arrives_later_changes_nothing_that_is_settled(bench: Bench, acts: list[str]) -> None:
    order_id, session_id = bench.opened()
    seen = [bench.gateway.sessions[session_id]]
    for act in acts:
        getattr(bench.gateway, act)(session_id)
        seen.append(bench.gateway.sessions[session_id])
    bench.settle(order_id, session_id)
    settled = bench.states(order_id), bench.stock(), bench.mails()

    for order in permutations(seen):
        for facts in order:
            flow.settle_facts(bench.desk, order_id, facts, now=NOW, actor="provider")

    assert (bench.states(order_id), bench.stock(), bench.mails()) == settled


def test_waiting_for_slow_money_keeps_the_units_longer(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay_later(session_id)

    bench.settle(order_id, session_id)

    with bench.desk.transaction() as session:
        until = session.scalars(select(Hold.expires_at)).one()
    assert until > NOW + timedelta(days=13)
    assert flow.expire_due(bench.desk, now=NOW + timedelta(hours=1)) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Money(3899, "USD")},
        {"amount": Money(3900, "EUR")},
        {"livemode": True},
        {"order_reference": "TS-OTHER-01"},
        {"order_reference": None},
    ],
)
def test_money_that_is_not_what_was_asked_waits_for_a_person(bench: Bench, wrong: dict[str, Any]) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    facts = replace(bench.gateway.sessions[session_id], **wrong)

    for _ in range(2):
        flow.settle_facts(bench.desk, order_id, facts, now=NOW, actor="provider")

    assert bench.states(order_id) == ("pending", "needs_attention")
    assert bench.stock() == (9, 1, 0)
    assert bench.mails() == ["attention"]
    assert flow.expire_due(bench.desk, now=NOW + timedelta(days=30)) == 0
    assert bench.states(order_id) == ("pending", "needs_attention")


def test_peer_6_late_money_places_a_cancelled_order_again_while_there_is_stock(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    late = replace(bench.gateway.sessions[session_id], status="complete", payment_status="paid", payment_intent="pi_l")
    bench.gateway.expire(session_id)
    bench.settle(order_id, session_id)

    settled = flow.settle_facts(bench.desk, order_id, late, now=NOW, actor="provider")

    assert settled.outcome.value == "placed"
    assert bench.states(order_id) == ("placed", "paid")
    assert bench.stock() == (9, 0, 1)


def test_peer_6_late_money_goes_back_when_the_last_piece_is_gone(bench: Bench) -> None:
    order_id, session_id = bench.opened(available=1)
    open_facts = bench.gateway.sessions[session_id]
    bench.gateway.expire(session_id)
    bench.settle(order_id, session_id)
    bench.order("TS-TEST-0002")
    bench.gateway.sessions[session_id] = open_facts
    bench.gateway.pay(session_id)

    outcome = bench.settle(order_id, session_id)

    assert outcome == "refunding"
    assert bench.states(order_id) == ("cancelled", "paid")
    assert bench.gateway.sessions[session_id].refunded_minor == 3900
    assert bench.stock() == (0, 1, 0)
    assert bench.mails() == ["sold_out", "refunded"]


def test_a_hold_that_ran_out_before_the_money_is_taken_again_or_refunded(bench: Bench) -> None:
    order_id, session_id = bench.opened(available=1)
    with bench.desk.transaction() as session:
        stock.release_holds(session, order_id)
    bench.order("TS-TEST-0002")
    bench.gateway.pay(session_id)

    outcome = bench.settle(order_id, session_id)

    assert outcome == "refunding"
    assert bench.states(order_id) == ("cancelled", "paid")
    assert bench.stock() == (0, 1, 0)
    assert bench.gateway.sessions[session_id].refunded_minor == 3900


def test_a_second_payment_of_one_order_goes_back(bench: Bench) -> None:
    order_id, first = bench.opened()
    bench.gateway.pay(first)
    bench.settle(order_id, first)
    with bench.desk.transaction() as session:
        old = service.attempts_of(session, order_id)[0]
        session.add(
            PaymentAttempt(
                order_id=order_id, attempt=2, idempotency_key="k2", parameters=old.parameters,
                state=AttemptState.OPEN, session_id="cs_2", created_at=NOW, expires_at=NOW,
            )
        )  # fmt: skip
    bench.gateway.sessions["cs_2"] = replace(bench.gateway.sessions[first], session_id="cs_2", payment_intent="pi_2")

    outcome = bench.settle(order_id, "cs_2")

    assert outcome == "refunding"
    assert bench.states(order_id) == ("placed", "paid")
    assert bench.gateway.sessions["cs_2"].refunded_minor == 3900
    assert bench.gateway.sessions[first].refunded_minor == 0
    assert bench.stock() == (9, 0, 1)


def test_a_refund_that_cannot_be_sent_now_is_written_down(bench: Bench) -> None:
    order_id, session_id = bench.opened(available=1)
    facts = replace(
        bench.gateway.sessions[session_id], status="complete", payment_status="paid", payment_intent=f"pi_{session_id}"
    )
    bench.gateway.expire(session_id)
    bench.settle(order_id, session_id)
    bench.order("TS-TEST-0002")
    bench.gateway.is_down = True

    settled = flow.settle_facts(bench.desk, order_id, facts, now=NOW, actor="provider")

    assert settled.refund is not None
    with bench.desk.transaction() as session:
        assert session.scalars(select(Refund.state)).one().value == "requested"


def test_the_history_tells_who_moved_what(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)

    bench.settle(order_id, session_id)

    with bench.desk.transaction() as session:
        rows = session.execute(
            select(OrderEvent.subject, OrderEvent.new, OrderEvent.actor).where(OrderEvent.actor != "customer")
        ).all()
    assert ("payment", "paid", "provider") in rows
    assert ("order", "placed", "provider") in rows
    assert ("mail", "", "system") in rows


def test_what_was_asked_keeps_no_address_once_it_is_settled(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)

    bench.settle(order_id, session_id)

    with bench.desk.transaction() as session:
        kept = session.scalars(select(PaymentAttempt.parameters)).one()
    assert "customer_email" not in kept
    assert bench.gateway.requests[0].parameters["customer_email"] == "pat@example.com"


def test_a_strangers_payment_is_not_this_orders(bench: Bench) -> None:
    order_id, _ = bench.opened()
    _, other_session = bench.opened("TS-TEST-0002")
    bench.gateway.pay(other_session)

    with pytest.raises(NotFound):
        bench.settle(order_id, other_session)

    assert bench.states(order_id) == ("pending", "pending")
