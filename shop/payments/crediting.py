"""The credit note over a refund that went through, by what the shop has left of the order's money."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.documents import service as documents
from shop.mail.letterhead import Letterhead
from shop.money import Money
from shop.orders.models import Order
from shop.payments import tax_reports
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.states import RefundState


def credit(session: Session, order: Order, refund: Refund, *, letterhead: Letterhead, now: datetime) -> None:
    """Write the credit note of a refund that has succeeded, where the invoice asked for that money; tax reports follow.

    One that failed afterwards has had its note cancelled, so that another refund of the same money gets a new one.
    """
    paid = select(func.coalesce(func.sum(PaymentAttempt.captured_minor), 0))
    captured = session.scalar(paid.where(PaymentAttempt.order_id == order.id)) or 0
    kept = Money(int(captured) - given_back(session, order.id), order.currency)
    note = documents.write_credit_note(session, order, refund, kept=kept, letterhead=letterhead, now=now)
    if note is not None:
        credited = Money(note.content["total_minor"], order.currency)
        tax_reports.report_back(session, order, credited, refund_id=refund.id, now=now)


def uncredit(session: Session, order: Order, refund: Refund, *, letterhead: Letterhead, now: datetime) -> None:
    """Cancel the credit note of a refund that failed after it had gone through."""
    note = documents.cancel_credit_note(session, order, refund, letterhead=letterhead, now=now)
    if note is not None:
        tax_reports.report_not_back(session, order, refund_id=refund.id, now=now)


def given_back(session: Session, order_id: int) -> int:
    """Minor units of an order's refunds that succeeded."""
    given = select(func.coalesce(func.sum(Refund.amount_minor), 0))
    return int(session.scalar(given.where(Refund.order_id == order_id, Refund.state == RefundState.SUCCEEDED)) or 0)
