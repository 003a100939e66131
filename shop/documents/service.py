"""Invoices and credit notes: written once, in the transaction of the payment or the refund, and numbered without gaps.

The number comes from a counter's row that stays locked until the commit, so that parallel payments queue up for it
and one that is rolled back gives its number back. It is taken last of all locks: whoever has it waits for nobody.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop.db import insert_if_absent
from shop.documents.credit_rules import Given, amount_to_credit, cancellation_content, credit_content, total_of
from shop.documents.models import Invoice, InvoiceCounter, InvoiceKind
from shop.documents.rules import blanked, head_of, invoice_content, name_of
from shop.mail.letterhead import Letterhead
from shop.money import Money
from shop.orders.models import Order
from shop.orders.privacy import ERASED


class Returned(Protocol):
    """A refund that went through, as far as its credit note is concerned."""

    @property
    def id(self) -> int:
        """Makes it one credit note."""

    @property
    def amount_minor(self) -> int:
        """What went back."""

    @property
    def pieces(self) -> Mapping[str, int]:
        """What it is for: units per line id, as text; none where it is goodwill."""

    @property
    def with_delivery(self) -> bool:
        """Whether it is for delivery, too."""


def write_invoice(session: Session, order: Order, *, letterhead: Letterhead, now: datetime) -> Invoice:
    """The invoice of an order that is the shop's to fulfil; the same one again when it was written before.

    The caller has locked the order.
    """
    known = find_invoice(session, order.id)
    if known is not None:
        return known
    paper = Invoice(kind=InvoiceKind.INVOICE, cause=f"order:{order.id}", order_id=order.id, issued_at=now)
    return _issue(session, paper, lambda name: invoice_content(order, letterhead, name, now))


def write_credit_note(
    session: Session, order: Order, refund: Returned, *, kept: Money, letterhead: Letterhead, now: datetime
) -> Invoice | None:
    """The credit note over a refund that went through; None where no invoice asked for that money.

    `kept` is what the shop has left of the order's money. The caller has locked the order; twice is once.
    """
    cause, invoice = f"refund:{refund.id}", find_invoice(session, order.id)
    known = session.scalar(select(Invoice).where(Invoice.cause == cause))
    if known is not None or invoice is None:
        return known
    earlier = [note.content for note in credit_notes(session, order.id)]
    minor = amount_to_credit(invoice.content, total_of(earlier), refund.amount_minor, kept.minor)
    if not minor:
        return None
    pieces = {line.sku: refund.pieces.get(str(line.id), 0) for line in order.lines}
    given = Given(Money(minor, order.currency), pieces, refund.with_delivery)
    return _issue(
        session,
        _credit_note(order, refund, cause, now),
        lambda name: credit_content(invoice.content, earlier, given, head_of(order, letterhead, name, now)),
    )


def cancel_credit_note(
    session: Session, order: Order, refund: Returned, *, letterhead: Letterhead, now: datetime
) -> Invoice | None:
    """The counterpart of the credit note over a refund that failed after all; None where there is no such note.

    The note stays and so does its number: another one of the same series takes its sums back, with a minus. The caller
    has locked the order; twice is once.
    """
    cause = f"refund:{refund.id}:failed"
    known = session.scalar(select(Invoice).where(Invoice.cause == cause))
    note = session.scalar(select(Invoice).where(Invoice.cause == f"refund:{refund.id}"))
    if known is not None or note is None:
        return known
    return _issue(
        session,
        _credit_note(order, refund, cause, now),
        lambda name: cancellation_content(note.content, head_of(order, letterhead, name, now)),
    )


def _credit_note(order: Order, refund: Returned, cause: str, now: datetime) -> Invoice:
    return Invoice(kind=InvoiceKind.CREDIT_NOTE, cause=cause, order_id=order.id, refund_id=refund.id, issued_at=now)


def _issue(session: Session, paper: Invoice, content_of: Callable[[str], dict[str, Any]]) -> Invoice:
    """Give a paper the next number of its kind and year, and what it says under the name that comes of it."""
    paper.year = paper.issued_at.year
    paper.number = _next_number(session, paper.kind, paper.year)
    paper.name = name_of(paper.kind, paper.year, paper.number)
    paper.content = content_of(paper.name)
    session.add(paper)
    session.flush()  # a second one of the same cause must fail here and now
    return paper


def find_invoice(session: Session, order_id: int) -> Invoice | None:
    """The invoice of an order."""
    return session.scalar(select(Invoice).where(Invoice.cause == f"order:{order_id}"))


def credit_notes(session: Session, order_id: int) -> Sequence[Invoice]:
    """The credit notes of an order, oldest first."""
    notes = (Invoice.order_id == order_id, Invoice.kind == InvoiceKind.CREDIT_NOTE)
    return session.scalars(select(Invoice).where(*notes).order_by(Invoice.id)).all()


def papers_of(session: Session, order_id: int) -> Sequence[Invoice]:
    """Invoice and credit notes of an order, oldest first."""
    return session.scalars(select(Invoice).where(Invoice.order_id == order_id).order_by(Invoice.id)).all()


def find_paper(session: Session, order_id: int, name: str) -> Invoice | None:
    """The paper of that number, if it is this order's."""
    return session.scalar(select(Invoice).where(Invoice.order_id == order_id, Invoice.name == name))


def export_papers(session: Session, numbers: Sequence[str]) -> list[dict[str, object]]:
    """What the papers of these orders say, oldest first."""
    theirs = select(Order.id).where(Order.number.in_(numbers))
    return list(session.scalars(select(Invoice.content).where(Invoice.order_id.in_(theirs)).order_by(Invoice.id)))


def blank_old(session: Session, *, before_year: int, limit: int = 200) -> int:
    """Take the buyers' names out of papers that are old enough to be kept no longer; returns how many."""
    old = (Invoice.year < before_year, Invoice.blanked.is_(False))
    papers = session.scalars(select(Invoice).where(*old).order_by(Invoice.id).limit(limit)).all()
    for paper in papers:
        paper.content, paper.blanked = blanked(paper.content, ERASED), True
    return len(papers)


def _next_number(session: Session, kind: InvoiceKind, year: int) -> int:
    counter = (InvoiceCounter.kind == kind, InvoiceCounter.year == year)
    one_more = update(InvoiceCounter).where(*counter).values(last=InvoiceCounter.last + 1)
    number = session.scalar(one_more.returning(InvoiceCounter.last))
    if number is None:  # the first one of its year
        insert_if_absent(session, InvoiceCounter, kind=kind, year=year, last=0)
        number = session.scalars(one_more.returning(InvoiceCounter.last)).one()
    return number
