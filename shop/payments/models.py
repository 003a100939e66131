"""What was asked of the payment provider, what it told us, what went back to customers, and what it is told of tax."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, Minor, UtcDateTime, state_column
from shop.payments.states import AttemptState, RefundState, TaxReportState


class PaymentAttempt(Base):
    """One payment page for one order. `parameters` are written before the call: a retry sends the same bytes.

    `disagreement` says how what was captured is not what was asked; "" when it is.
    """

    __tablename__ = "shop_payment_attempt"
    __table_args__ = (
        UniqueConstraint("order_id", "attempt"),
        Index("ix_shop_payment_attempt_due", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"), index=True)
    attempt: Mapped[int]
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
    parameters: Mapped[dict[str, object]] = mapped_column(JSON)
    state: Mapped[AttemptState] = mapped_column(state_column(AttemptState), default=AttemptState.PREPARED)
    session_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    page_url: Mapped[str | None] = mapped_column(Text)
    payment_intent: Mapped[str | None] = mapped_column(String(120), index=True)
    captured_minor: Mapped[Minor] = mapped_column(default=0)
    disagreement: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReceivedEvent(Base):
    """A webhook event whose effect is committed with this row: the key makes each work once."""

    __tablename__ = "shop_provider_event"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    subject_id: Mapped[str] = mapped_column(String(120))
    api_version: Mapped[str | None] = mapped_column(String(40))
    livemode: Mapped[bool] = mapped_column(Boolean)
    outcome: Mapped[str] = mapped_column(String(60), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Refund(Base):
    """Money on its way back. The sum of all that have not failed never exceeds what was captured.

    `pieces` are the units per line id that it is for, if it is for pieces, and `with_delivery` whether it is for
    delivery too; `restock` those that go back on the shelf once it has succeeded, whenever that is, and `shelved` those
    that did. `calls_off`: of its pieces those that have not left are not sent any more.
    """

    __tablename__ = "shop_refund"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"), index=True)
    payment_intent: Mapped[str] = mapped_column(String(120))
    amount_minor: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(200))
    state: Mapped[RefundState] = mapped_column(state_column(RefundState), default=RefundState.REQUESTED)
    provider_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    form_token: Mapped[str] = mapped_column(String(64), unique=True)
    restock: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    pieces: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    calls_off: Mapped[bool] = mapped_column(default=False, server_default=false())
    with_delivery: Mapped[bool] = mapped_column(default=False, server_default=false())
    shelved: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, server_default="{}")
    actor: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TaxReport(Base):
    """An entry for the provider's tax reports: a sale by its calculation, or without one what went back of a sale.

    `reference` is its name there and makes each one entry; `amount_minor` is what went back, tax included. It is tried
    from `try_at` on, and `transaction_id` is its id there once it is reported.
    """

    __tablename__ = "shop_tax_report"
    __table_args__ = (Index("ix_shop_tax_report_due", "state", "try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"), index=True)
    reference: Mapped[str] = mapped_column(String(60), unique=True)
    calculation_id: Mapped[str] = mapped_column(String(120), default="")
    amount_minor: Mapped[Minor] = mapped_column(default=0)
    state: Mapped[TaxReportState] = mapped_column(state_column(TaxReportState))
    transaction_id: Mapped[str] = mapped_column(String(120), default="")
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime] = mapped_column(UtcDateTime)
