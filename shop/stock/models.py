"""Units per variant: on the shelf, held for orders that are being paid, sold; and why each number changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, UtcDateTime, state_column
from shop.stock.states import HoldState


class StockLevel(Base):
    """One row a variant SKU. What ever came in = available + held + sold, always."""

    __tablename__ = "shop_stock_level"
    __table_args__ = (
        CheckConstraint("available >= 0", name="available_not_negative"),
        CheckConstraint("held >= 0", name="held_not_negative"),
    )

    sku: Mapped[str] = mapped_column(String(60), primary_key=True)
    available: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    sold: Mapped[int] = mapped_column(default=0)


class Hold(Base):
    """Units kept for one order line until it is paid, given up or out of time."""

    __tablename__ = "shop_hold"
    __table_args__ = (
        UniqueConstraint("order_id", "sku"),
        Index("ix_shop_hold_due", "state", "expires_at"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"))
    sku: Mapped[str] = mapped_column(String(60))
    quantity: Mapped[int]
    state: Mapped[HoldState] = mapped_column(state_column(HoldState), default=HoldState.HELD)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StockMovement(Base):
    """A change made by hand, an import or a return: what came in or was written off, by whom and why."""

    __tablename__ = "shop_stock_movement"

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(60), index=True)
    change: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
