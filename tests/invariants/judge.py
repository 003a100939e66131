"""Twelve invariants of money, goods and papers, judged from the shop's tables and the provider's own ledger.

Each function returns sentences: what is wrong, or nothing. They read tables and no service, so that a service that is
wrong cannot agree with itself. `judge` holds at any moment; `judge_settled` once everything was caught up with.
Payments and events are judged here; goods, prices and papers in the files beside it.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.states import OrderState, PaymentState
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.states import RefundState
from tests.invariants.judge_goods import HAS_SOLD, holds_are_the_parts, pieces_add_up, shelved_once, units_add_up
from tests.invariants.judge_papers import credits_are_the_refunds, each_mail_once, invoices_in_a_row
from tests.invariants.judge_prices import codes_are_counted, totals_add_up

Ledger = Mapping[str, Any]


def judge(session: Session, ledger: Ledger, starts: Mapping[str, int]) -> list[str]:
    """Everything that is wrong now. `starts` are the units per SKU before the first sale."""
    return [
        *units_add_up(session, starts),
        *holds_are_the_parts(session),
        *charges_have_orders(session, ledger),
        *one_page_an_intention(session, ledger),
        *each_event_once(session, ledger),
        *refunds_within_captures(session, ledger),
        *each_mail_once(session),
        *invoices_in_a_row(session),
        *codes_are_counted(session),
        *totals_add_up(session, ledger),
        *pieces_add_up(session),
        *shelved_once(session),
        *credits_are_the_refunds(session),
    ]


def judge_settled(session: Session, ledger: Ledger, starts: Mapping[str, int]) -> list[str]:
    """Everything that is wrong when nothing is on its way any more: no page open, every event told."""
    return [*judge(session, ledger, starts), *nothing_left_over(session, ledger)]


def charges_have_orders(session: Session, ledger: Ledger) -> list[str]:
    """2: no charge without an order, no order paid without a charge."""
    numbers = set(session.scalars(select(Order.number)))
    named = {row["payment_intent"]: row["client_reference_id"] for row in ledger["sessions"]}
    charged = _charged(ledger)
    wrong = [f"2 charges: {pi} is of no order" for pi in charged if named.get(pi) not in numbers]
    for number, captured, intent in session.execute(
        select(Order.number, PaymentAttempt.captured_minor, PaymentAttempt.payment_intent)
        .join_from(Order, PaymentAttempt, PaymentAttempt.order_id == Order.id)
        .where(PaymentAttempt.captured_minor > 0)
    ):
        if charged.get(intent) != captured:
            wrong.append(f"2 charges: {number} believes in {captured} of {intent}, charged {charged.get(intent)}")
        if named.get(intent) != number:
            wrong.append(f"2 charges: {number} counts the payment of {named.get(intent)}")
    captures = select(PaymentAttempt.order_id).where(PaymentAttempt.captured_minor > 0)
    unpaid = (Order.payment_state == PaymentState.PAID, Order.total_minor > 0, Order.id.not_in(captures))
    wrong += [
        f"2 charges: {number} is paid by nothing" for number in session.scalars(select(Order.number).where(*unpaid))
    ]
    goods = (Order.state.in_(HAS_SOLD), Order.total_minor > 0, Order.id.not_in(captures))
    return wrong + [
        f"2 charges: {number} is sold for nothing" for number in session.scalars(select(Order.number).where(*goods))
    ]


def one_page_an_intention(session: Session, ledger: Ledger) -> list[str]:
    """3: one payment page an order, and never two that can be paid for one cart."""
    pages = Counter(row["client_reference_id"] for row in ledger["sessions"])
    wrong = [f"3 pages: {count} for {number}" for number, count in pages.items() if count > 1]
    carts = {order.number: order.cart_id for order in session.scalars(select(Order))}
    names = [row["client_reference_id"] for row in ledger["sessions"] if row["status"] == "open"]
    payable = Counter(carts[name] for name in names if carts.get(name) is not None)
    return wrong + [f"3 pages: {count} can be paid for cart {cart}" for cart, count in payable.items() if count > 1]


def each_event_once(session: Session, ledger: Ledger) -> list[str]:
    """4: each step of an order starts where the last one ended, and each payment and refund was counted once."""
    wrong, at = [], dict[tuple[int, str], str]()
    steps = select(OrderEvent).where(OrderEvent.new != "").order_by(OrderEvent.id)
    for step in session.scalars(steps):
        subject = step.note.partition(":")[0] if step.subject == "return" else step.subject  # "return 3", of several
        before = at.get((step.order_id, subject))
        if before is not None and step.old != before:
            wrong.append(f"4 effects: {subject} of order {step.order_id} went from {step.old} while it was {before}")
        at[(step.order_id, subject)] = step.new
    for order in session.scalars(select(Order)):
        states = {"order": order.state, "payment": order.payment_state, "shipment": order.shipment_state}
        states |= {f"return {each.id}": each.state for each in order.returns}
        wrong += [
            f"4 effects: the history of {order.number} ends with {at[(order.id, subject)]}, not {state}"
            for subject, state in states.items()
            if at.get((order.id, subject), state.value) != state.value
        ]
    intents = Counter(session.scalars(select(PaymentAttempt.payment_intent).where(PaymentAttempt.captured_minor > 0)))
    wrong += [f"4 effects: {intent} was counted {count} times" for intent, count in intents.items() if count > 1]
    given = Counter(session.scalars(select(Refund.provider_id).where(Refund.provider_id.is_not(None))))
    known = {row["id"] for row in ledger["refunds"]}
    return wrong + [
        f"4 effects: refund {name} x {count}" for name, count in given.items() if count > 1 or name not in known
    ]


def refunds_within_captures(session: Session, ledger: Ledger) -> list[str]:
    """5: refunded <= captured <= authorised, here and at the provider; and no more pieces back than were sold."""
    asked = {row["payment_intent"]: row["amount_total"] for row in ledger["sessions"]}
    charged, back = _charged(ledger), _refunded(ledger)
    wrong = [
        f"5 sums: {pi} charged {charged[pi]} of {asked.get(pi)}" for pi in charged if charged[pi] > asked.get(pi, 0)
    ]
    wrong += [f"5 sums: {pi} gave back {back[pi]} of {charged.get(pi)}" for pi in back if back[pi] > charged.get(pi, 0)]
    not_failed = select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
        Refund.payment_intent == PaymentAttempt.payment_intent, Refund.state != RefundState.FAILED
    )
    for intent, captured, given in session.execute(
        select(PaymentAttempt.payment_intent, PaymentAttempt.captured_minor, not_failed.scalar_subquery())
    ):
        if given > captured:
            wrong.append(f"5 sums: {given} of {intent} are noted as refunds, and {captured} as captured")
    pieces = select(OrderLine.id).where((OrderLine.returned > OrderLine.quantity) | (OrderLine.returned < 0))
    return wrong + [f"5 sums: line {line} came back more often than it went" for line in session.scalars(pieces)]


def nothing_left_over(session: Session, ledger: Ledger) -> list[str]:
    """2 to the end: each charge paid an order that is fulfilled, or went back, or waits for a person."""
    named = {row["payment_intent"]: row["client_reference_id"] for row in ledger["sessions"]}
    back, wrong = _refunded(ledger), []
    found = {order.number: order for order in session.scalars(select(Order))}
    for intent, amount in _charged(ledger).items():
        order = found.get(named.get(intent, ""))
        kept = order is not None and (
            order.payment_state is PaymentState.NEEDS_ATTENTION
            or (order.payment_state is PaymentState.PAID and order.state in HAS_SOLD)
        )
        was_sold = order is not None and _was_placed(session, order)  # called off by a person, who sends it back
        if not kept and not was_sold and back.get(intent, 0) < amount:
            wrong.append(f"2 charges: {amount} of {intent} stays with {order and order.number}, which is not fulfilled")
    gone = select(Refund.payment_intent, func.sum(Refund.amount_minor)).where(Refund.state == RefundState.SUCCEEDED)
    noted = {intent: int(minor) for intent, minor in session.execute(gone.group_by(Refund.payment_intent))}
    wrong += [
        f"5 sums: {pi} gave back {back[pi]}, noted {noted.get(pi, 0)}" for pi in back if back[pi] != noted.get(pi, 0)
    ]
    waiting = (Order.state == OrderState.PENDING, Order.payment_state != PaymentState.NEEDS_ATTENTION)
    return wrong + [
        f"1 units: {number} still waits" for number in session.scalars(select(Order.number).where(*waiting))
    ]


def _was_placed(session: Session, order: Order) -> bool:
    steps = (OrderEvent.order_id == order.id, OrderEvent.new == OrderState.PLACED.value)
    return session.scalar(select(OrderEvent.id).where(*steps).limit(1)) is not None


def _charged(ledger: Ledger) -> dict[str, int]:
    return {row["payment_intent"]: row["amount"] for row in ledger["charges"] if row["status"] == "succeeded"}


def _refunded(ledger: Ledger) -> Counter[str]:
    sums: Counter[str] = Counter()
    for row in ledger["refunds"]:
        if row["status"] == "succeeded":
            sums[row["payment_intent"]] += row["amount"]
    return sums
