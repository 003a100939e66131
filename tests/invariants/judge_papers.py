"""What was written to whom: each mail once, invoices and credit notes numbered in a row, credit notes over refunds."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.documents.models import Invoice, InvoiceCounter, InvoiceKind
from shop.mail.models import OutboxMail
from shop.orders.models import OrderEvent, Return, Shipment, Withdrawal
from shop.orders.states import OrderState, ReturnState
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.states import RefundState

_SUCCEEDED = re.compile(r"refund (\d+) succeeded")
_TOLD_STATES = {state.value for state in ReturnState} - {ReturnState.WITHDRAWN.value}
JUDGED = (
    "confirmation",
    "shipped",
    "refunded",
    "cancelled",
    "payment_failed",
    "sold_out",
    "withdrawn",
    "withdrawal",
    "return",
    "return_notice",
)
"""Kinds of mails that have one cause each."""


def each_mail_once(session: Session) -> list[str]:
    """6: one mail for each thing that happened, and none for what did not. What a person sent again is left out."""
    once = OutboxMail.unique_key.not_like("%:again:%")
    sent = Counter(tuple(row) for row in session.execute(select(OutboxMail.order_id, OutboxMail.kind).where(once)))
    for order, kind in [pair for pair in sent if pair[1] == "paid"]:  # confirms an order that waited for its money
        sent[order, "confirmation"] += sent[order, kind]
    due = Counter[tuple[int, str]]()
    for event in session.scalars(select(OrderEvent)):
        due.update((event.order_id, kind) for kind in _mails_of(event))
    for kind in ("confirmation", "cancelled"):  # of an order, however often it was placed or called off
        due.update({pair: 1 - due[pair] for pair in list(due) if pair[1] == kind})
    due += Counter((order, "shipped") for order in session.scalars(select(Shipment.order_id)))
    due += Counter((order, "return_notice") for order in session.scalars(select(Return.order_id)))
    for order in session.scalars(select(Withdrawal.order_id)):
        due.update([(order, "withdrawn"), (order, "withdrawal")])
    told = {pair: count for pair, count in sent.items() if pair[1] in JUDGED}
    return [
        f"6 mails: order {pair[0]} has {told.get(pair, 0)} of {pair[1]}, not {due[pair]}"
        for pair in told.keys() | due.keys()
        if told.get(pair, 0) != due[pair]
    ]


def _mails_of(event: OrderEvent) -> Iterator[str]:
    """The kinds of the mails that a step of an order is told by."""
    if event.subject == "order" and event.new == OrderState.PLACED.value:
        yield "confirmation"
    if event.subject == "order" and event.new == OrderState.CANCELLED.value:
        if event.note.startswith("cancelled by the shop"):
            yield "cancelled"
        if event.note == "the money did not come":
            yield "payment_failed"
    if event.subject == "refund" and _SUCCEEDED.fullmatch(event.note):
        yield "refunded"
    if event.subject == "refund" and event.note.endswith(": sold out before the money came"):
        yield "sold_out"
    is_by_refund = event.actor == "system"  # it went through, which its own mail tells, or failed and opens it again
    if event.subject == "return" and event.new in _TOLD_STATES and not is_by_refund:
        yield "return"


def invoices_in_a_row(session: Session) -> list[str]:
    """7: numbers without gap or double for each year and kind; one invoice for each order that was placed."""
    series: dict[tuple[str, int], list[int]] = defaultdict(list)
    papers: Counter[int] = Counter()
    for paper in session.scalars(select(Invoice)):
        series[(paper.kind.value, paper.year)].append(paper.number)
        papers[paper.order_id] += paper.kind is InvoiceKind.INVOICE
    last = {(row.kind.value, row.year): row.last for row in session.scalars(select(InvoiceCounter))}
    wrong = [
        f"7 invoices: {kind} {year} counts {sorted(series[(kind, year)])} up to {last.get((kind, year))}"
        for kind, year in series.keys() | last.keys()
        if sorted(series[(kind, year)]) != list(range(1, last.get((kind, year), 0) + 1))
    ]
    placed = set(session.scalars(select(OrderEvent.order_id).where(OrderEvent.new == OrderState.PLACED.value)))
    return wrong + [f"7 invoices: order {order} has {papers[order]}" for order in placed if papers[order] != 1]


def credits_are_the_refunds(session: Session) -> list[str]:
    """12: the credit notes of an order say what went back of what its invoice asked for, at no rate more than it.

    A refund that the bank took back stays credited, and one that is made in its place is credited once. What was paid
    a second time was never invoiced, so that for such an order only bounds are known.
    """
    invoices, notes = {}, defaultdict[int, list[Mapping[str, Any]]](list)
    for paper in session.scalars(select(Invoice)):
        if paper.kind is InvoiceKind.INVOICE:
            invoices[paper.order_id] = paper.content
        else:
            notes[paper.order_id].append(paper.content)
    captured, given, ever_given = _captured(session), Counter[int](), Counter[int]()
    succeeded = _ever_succeeded(session)
    for refund in session.scalars(select(Refund)):
        given[refund.order_id] += refund.amount_minor if refund.state is RefundState.SUCCEEDED else 0
        ever_given[refund.order_id] += refund.amount_minor if refund.id in succeeded else 0
    wrong = [f"12 credits: order {order} has credit notes and no invoice" for order in notes.keys() - invoices.keys()]
    for order, invoice in invoices.items():
        total, credited = invoice["total_minor"], sum(note["total_minor"] for note in notes[order])
        paid, payments = sum(captured[order]), len(captured[order])
        least = min(total, max(0, total - paid + given[order]))
        most = min(total, max(0, total - paid + ever_given[order])) if payments == 1 else min(total, ever_given[order])
        if not least <= credited <= most:
            wrong.append(f"12 credits: {credited} of {total} in {invoice['name']}, not {least} to {most}")
        wrong += _rates(invoice, notes[order])
    return wrong


def _rates(invoice: Mapping[str, Any], notes: list[Mapping[str, Any]]) -> Iterator[str]:
    left = {row["tax_rate"]: (row["gross_minor"], row["tax_minor"]) for row in invoice["taxes"]}
    for note in notes:
        if sum(row["gross_minor"] for row in note["taxes"]) != note["total_minor"]:
            yield f"12 credits: {note['name']} says {note['total_minor']}, and its rates say another sum"
        for row in note["taxes"]:
            gross, tax = left.get(row["tax_rate"], (0, 0))
            left[row["tax_rate"]] = (gross - row["gross_minor"], tax - row["tax_minor"])
    if any(min(rest) < 0 for rest in left.values()):
        yield f"12 credits: more than {invoice['name']} asked for at one rate was credited"


def _captured(session: Session) -> dict[int, list[int]]:
    found = defaultdict[int, list[int]](list)
    paid = select(PaymentAttempt.order_id, PaymentAttempt.captured_minor).where(PaymentAttempt.captured_minor > 0)
    for order, minor in session.execute(paid):
        found[order].append(minor)
    return found


def _ever_succeeded(session: Session) -> set[int]:
    notes = session.scalars(select(OrderEvent.note).where(OrderEvent.subject == "refund"))
    return {int(found[1]) for note in notes if (found := _SUCCEEDED.fullmatch(note))}
