"""Invoices and credit notes as they were issued, and the last number that each kind has used in each year."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, UtcDateTime, state_column


class InvoiceKind(StrEnum):
    """What the paper says: money is asked for, or given back. Each has numbers of its own."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Invoice(Base):
    """One paper. `content` is frozen: whatever changes later in shop or order, the paper says what it said.

    `cause` ("order:12", "refund:5") makes it one paper for one payment or refund. The order may be erased, the paper
    stays: the law wants it kept. `blanked`: those years are over, and the buyer's name is gone.
    """

    __tablename__ = "shop_invoice"
    __table_args__ = (UniqueConstraint("kind", "year", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[InvoiceKind] = mapped_column(state_column(InvoiceKind))
    year: Mapped[int]
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(24), unique=True)
    cause: Mapped[str] = mapped_column(String(40), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id"), index=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("shop_refund.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    blanked: Mapped[bool] = mapped_column(default=False)

    @property
    def title(self) -> str:
        """What the paper is. A credit note whose refund failed has a counterpart, which is numbered as one, too."""
        if self.kind is InvoiceKind.INVOICE:
            return "Invoice"
        return "Cancelled credit note" if "cancels" in self.content else "Credit note"


class InvoiceCounter(Base):
    """The last number given. Its row is locked until the payment is committed; a payment undone gives it back."""

    __tablename__ = "shop_invoice_counter"

    kind: Mapped[InvoiceKind] = mapped_column(state_column(InvoiceKind), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
