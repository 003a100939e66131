"""What the provider's tax reports are told: a sale once it has its invoice, and what went back with each credit note.

Where the tax was asked of the provider, and there only: it reports what it has calculated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from shop.db import insert_if_absent
from shop.gateway import TaxReversal, TaxSale
from shop.mail.letterhead import Letterhead
from shop.mail.rules import wait_after
from shop.money import Money
from shop.orders import mails
from shop.orders import service as orders
from shop.orders.models import Order
from shop.payments.models import TaxReport
from shop.payments.states import NEXT_TAX_REPORT_STATES, TaxReportState

LONGEST_ROUND = 50
MANY_TRIES = 8  # more than four hours of them: see `wait_after`
LONG = timedelta(hours=12)  # in a long queue behind one that has no answer


@dataclass(frozen=True, slots=True)
class DueReport:
    """An entry that is to be reported now, as the call that does so."""

    report_id: int
    call: TaxSale | TaxReversal


def note_calculation(session: Session, order: Order, calculation_id: str, *, now: datetime) -> None:
    """Write down what a new order's tax was calculated by: its report, once it is sold."""
    asked = TaxReport(order_id=order.id, reference=order.number, calculation_id=calculation_id)
    asked.state, asked.try_at = TaxReportState.ASKED, now
    session.add(asked)
    note = f"calculated by the payment service: {calculation_id}"
    orders.record(session, order.id, subject="tax", note=note, actor="provider", now=now)


def report_sold(session: Session, order: Order, *, now: datetime) -> None:
    """The order is sold, so its sale is to be reported, if the provider calculated its tax. Twice is once."""
    session.flush()  # a free order is placed in the transaction that writes its report down
    sale = session.scalar(_sale_of(order.id))
    if sale is not None:
        _move(session, sale, TaxReportState.DUE, try_at=now)


def report_back(session: Session, order: Order, amount: Money, *, refund_id: int, now: datetime) -> None:
    """So much was credited, tax included: to be taken off the sale, if that is or will be reported. Twice is once."""
    sale = session.scalar(_sale_of(order.id))
    if sale is None or sale.state is TaxReportState.REFUSED:
        return
    insert_if_absent(
        session,
        TaxReport,
        order_id=order.id,
        reference=_name_of_refund(order, refund_id),
        amount_minor=amount.minor,
        state=TaxReportState.DUE,
        try_at=now,
    )


def report_not_back(session: Session, order: Order, *, refund_id: int, now: datetime) -> None:
    """A credited refund failed after all: the history asks a person, as no call takes a reversal back."""
    reference = _name_of_refund(order, refund_id)
    found = session.scalar(select(TaxReport.id).where(TaxReport.reference == reference))
    if found is not None:
        note = f"the refund failed: take {reference} back in the payment service's own tax reports"
        orders.record(session, order.id, subject="tax", note=note, actor="system", now=now)


def due_reports(session: Session, *, now: datetime) -> list[DueReport]:
    """What is to be reported now, oldest first; what went back comes after its sale."""
    sale = aliased(TaxReport)
    is_open = (TaxReport.state == TaxReportState.DUE, TaxReport.try_at <= now)
    rows = session.execute(
        select(TaxReport, sale.transaction_id, Order.currency, Order.total_minor)
        .join(Order, Order.id == TaxReport.order_id)
        .join(sale, (sale.order_id == TaxReport.order_id) & (sale.calculation_id != ""))
        .where(*is_open, (TaxReport.id == sale.id) | (sale.transaction_id != ""))
        .order_by(TaxReport.try_at, TaxReport.id)
        .limit(LONGEST_ROUND)
    )
    return [DueReport(row[0].id, _call(row[0], row[1], Money(row[3], row[2]))) for row in rows]


def is_reported(session: Session, report_id: int, transaction_id: str, *, now: datetime) -> None:
    """The provider has it: kept with its id there, and told in the order's history."""
    report = session.get_one(TaxReport, report_id)
    if _move(session, report, TaxReportState.REPORTED, transaction_id=transaction_id):
        note = f"reported to the payment service: {report.reference} is {transaction_id}"
        orders.record(session, report.order_id, subject="tax", note=note, actor="system", now=now)


def try_later(session: Session, report_id: int, *, letterhead: Letterhead, now: datetime) -> None:
    """The provider did not answer: the same again, after a longer wait each time.

    When that goes on, one mail a day says so: a key without the right to report would never be noticed.
    """
    report = session.get_one(TaxReport, report_id)
    is_long = report.tries >= MANY_TRIES or now - report.try_at >= LONG
    report.tries += 1
    report.try_at = now + wait_after(report.tries)
    if is_long:
        order = orders.get_by_id(session, report.order_id)
        note = (
            f"the tax report {report.reference} still has no answer and is tried again. Others may wait behind it. "
            "If this goes on, look whether the payment service's key may write tax transactions"
        )
        mails.alert_of_tax(session, order, note, key=f"silent:{now:%Y-%m-%d}", letterhead=letterhead, now=now)


def is_refused(session: Session, report_id: int, reason: str, *, letterhead: Letterhead, now: datetime) -> None:
    """The provider answered no: a person has to look, and what went back of a sale that it refused is not sent."""
    report = session.get_one(TaxReport, report_id)
    if not _move(session, report, TaxReportState.REFUSED):
        return
    if report.calculation_id:
        session.execute(
            update(TaxReport)
            .where(TaxReport.order_id == report.order_id, TaxReport.state == TaxReportState.DUE)
            .values(state=TaxReportState.REFUSED)
        )
    order, note = orders.get_by_id(session, report.order_id), f"the tax report {report.reference} was refused: {reason}"
    orders.record(session, order.id, subject="tax", note=note[:500], actor="provider", now=now)
    mails.alert_of_tax(session, order, note, key=f"refused:{report.id}", letterhead=letterhead, now=now)


def reports_of(session: Session, order_id: int) -> Sequence[TaxReport]:
    """The entries of an order, oldest first."""
    return session.scalars(select(TaxReport).where(TaxReport.order_id == order_id).order_by(TaxReport.id)).all()


def _name_of_refund(order: Order, refund_id: int) -> str:
    return f"{order.number}-refund-{refund_id}"


def _sale_of(order_id: int) -> Any:
    return select(TaxReport).where(TaxReport.order_id == order_id, TaxReport.calculation_id != "")


def _call(report: TaxReport, transaction_id: str, total: Money) -> TaxSale | TaxReversal:
    if report.calculation_id:
        return TaxSale(report.calculation_id, report.reference)
    part = None if report.amount_minor == total.minor else Money(report.amount_minor, total.currency)
    return TaxReversal(transaction_id, report.reference, part)


def _move(session: Session, report: TaxReport, new: TaxReportState, **values: Any) -> bool:
    if new not in NEXT_TAX_REPORT_STATES[report.state]:
        return False
    moved = session.scalar(
        update(TaxReport)
        .where(TaxReport.id == report.id, TaxReport.state == report.state)
        .values(state=new, **values)
        .returning(TaxReport.id)
    )
    return moved is not None
