"""Seven invariants of money and goods, judged from the shop's tables and the provider's own ledger.

Each function returns sentences: what is wrong, or nothing. They read tables and no service, so that a service that is
wrong cannot agree with itself. `judge` holds at any moment; `judge_settled` once everything was caught up with.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.documents.models import Invoice, InvoiceCounter, InvoiceKind
from shop.mail.models import OutboxMail
from shop.orders.models import Order, OrderEvent, OrderLine, Shipment
from shop.orders.states import OrderState, PaymentState
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.states import RefundState
from shop.stock.models import Hold, StockLevel, StockMovement
from shop.stock.states import HoldState

Ledger = Mapping[str, Any]
HAS_SOLD = (OrderState.PLACED, OrderState.COMPLETED)
_SUCCEEDED = re.compile(r"refund \d+ succeeded")


def judge(session: Session, ledger: Ledger, starts: Mapping[str, int]) -> list[str]:
    """Everything that is wrong now. `starts` are the units per SKU before the first sale."""
    return [
        *units_add_up(session, starts),
        *charges_have_orders(session, ledger),
        *one_page_an_intention(session, ledger),
        *each_event_once(session, ledger),
        *refunds_within_captures(session, ledger),
        *each_mail_once(session),
        *invoices_in_a_row(session),
    ]


def judge_settled(session: Session, ledger: Ledger, starts: Mapping[str, int]) -> list[str]:
    """Everything that is wrong when nothing is on its way any more: no page open, every event told."""
    return [*judge(session, ledger, starts), *nothing_left_over(session, ledger)]


def units_add_up(session: Session, starts: Mapping[str, int]) -> list[str]:
    """1: start stock (and what was booked by hand or came back) = left + held + sold, and holds say the same."""
    moved = select(StockMovement.sku, func.sum(StockMovement.change)).group_by(StockMovement.sku)
    booked: dict[str, int] = {sku: int(change) for sku, change in session.execute(moved)}
    kept: dict[HoldState, Counter[str]] = defaultdict(Counter)
    for hold in session.scalars(select(Hold)):
        kept[hold.state][hold.sku] += hold.quantity
    wrong = []
    for level in session.scalars(select(StockLevel).order_by(StockLevel.sku)):
        there, came = level.available + level.held + level.sold, starts.get(level.sku, 0) + booked.get(level.sku, 0)
        if there != came or min(level.available, level.held, level.sold) < 0:
            wrong.append(f"1 units: {level.sku} has {level.available} + {level.held} + {level.sold}, not {came}")
        if (level.held, level.sold) != (kept[HoldState.HELD][level.sku], kept[HoldState.SOLD][level.sku]):
            wrong.append(f"1 units: the holds of {level.sku} are not what its level says")
    for number, state, hold in session.execute(select(Order.number, Order.state, Hold.state).join_from(Order, Hold)):
        if (hold is not HoldState.SOLD and state in HAS_SOLD) or (
            hold is HoldState.SOLD and state is OrderState.PENDING
        ):
            wrong.append(f"1 units: {number} is {state} and its units are {hold}")
    return wrong


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
        before = at.get((step.order_id, step.subject))
        if before is not None and step.old != before:
            wrong.append(
                f"4 effects: {step.subject} of order {step.order_id} went from {step.old} while it was {before}"
            )
        at[(step.order_id, step.subject)] = step.new
    for order in session.scalars(select(Order)):
        states = {"order": order.state, "payment": order.payment_state, "shipment": order.shipment_state}
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


def each_mail_once(session: Session) -> list[str]:
    """6: one mail for each thing that happened, and none for what did not. What a person sent again is left out."""
    once = OutboxMail.unique_key.not_like("%:again:%")
    sent = Counter(tuple(row) for row in session.execute(select(OutboxMail.order_id, OutboxMail.kind).where(once)))
    steps = session.execute(select(OrderEvent.order_id, OrderEvent.subject, OrderEvent.new, OrderEvent.note)).all()
    was_placed = {order for order, _, new, _ in steps if new == OrderState.PLACED.value}
    refunds = {(order, note) for order, subject, _, note in steps if subject == "refund" and _SUCCEEDED.fullmatch(note)}
    due = Counter((order, "confirmation") for order in was_placed)
    due += Counter((order, "shipped") for order in session.scalars(select(Shipment.order_id)))
    due += Counter((order, "refunded") for order, _ in refunds)
    told = {pair: count for pair, count in sent.items() if pair[1] in ("confirmation", "shipped", "refunded")}
    return [
        f"6 mails: order {pair[0]} has {told.get(pair, 0)} of {pair[1]}, not {due[pair]}"
        for pair in told.keys() | due.keys()
        if told.get(pair, 0) != due[pair]
    ]


def invoices_in_a_row(session: Session) -> list[str]:
    """7: invoice numbers without gap or double for each year and kind; one invoice for each order that was placed."""
    series: dict[tuple[str, int], list[int]] = defaultdict(list)
    papers: Counter[int] = Counter()
    for paper in session.scalars(select(Invoice)):
        series[(paper.kind.value, paper.year)].append(paper.number)
        papers[paper.order_id] += paper.kind is InvoiceKind.INVOICE
    last = {(row.kind.value, row.year): row.last for row in session.scalars(select(InvoiceCounter))}
    wrong = [
        f"7 invoices: {kind} {year} counts {sorted(numbers)} up to {last.get((kind, year))}"
        for (kind, year), numbers in series.items()
        if sorted(numbers) != list(range(1, last.get((kind, year), 0) + 1))
    ]
    placed = set(session.scalars(select(OrderEvent.order_id).where(OrderEvent.new == OrderState.PLACED.value)))
    return wrong + [f"7 invoices: order {order} has {papers[order]}" for order in placed if papers[order] != 1]


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
