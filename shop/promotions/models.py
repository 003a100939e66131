"""Promotions with their limits, how often each customer used one, and which order did."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, CodeList, Minor, UtcDateTime, state_column
from shop.promotions.states import PromotionKind, UseState


class Promotion(Base):
    """`code` is None for an offer that holds without one. `title` is shown to customers and is neutral (R11).

    `currency` is that of `amount_minor` and `minimum_minor`, "" where there is neither. `products` (SKUs of products)
    and `types` say for which goods it is; both empty: for all. `used` counts orders that are not cancelled.
    """

    __tablename__ = "shop_promotion"
    __table_args__ = (CheckConstraint("used >= 0", name="used_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    kind: Mapped[PromotionKind] = mapped_column(state_column(PromotionKind))
    rate_millionths: Mapped[int] = mapped_column(default=0)
    amount_minor: Mapped[Minor] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="")
    minimum_minor: Mapped[Minor] = mapped_column(default=0)
    products: Mapped[tuple[str, ...]] = mapped_column(CodeList, default=())
    types: Mapped[tuple[str, ...]] = mapped_column(CodeList, default=())
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    most_orders: Mapped[int | None]
    most_per_customer: Mapped[int | None]
    used: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PromotionCustomer(Base):
    """How many orders of one customer use a promotion. `customer` is a fingerprint of the normalised address."""

    __tablename__ = "shop_promotion_customer"
    __table_args__ = (CheckConstraint("used >= 0", name="used_not_negative"),)

    promotion_id: Mapped[int] = mapped_column(ForeignKey("shop_promotion.id", ondelete="CASCADE"), primary_key=True)
    customer: Mapped[str] = mapped_column(String(64), primary_key=True)
    used: Mapped[int] = mapped_column(default=0)


class PromotionUse(Base):
    """The one promotion of an order. `cart_id` lets a visitor's own unpaid order not count against them."""

    __tablename__ = "shop_promotion_use"
    __table_args__ = (Index("ix_shop_promotion_use_cart", "cart_id", "state"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"), primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("shop_promotion.id"), index=True)
    cart_id: Mapped[int]
    customer: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[UseState] = mapped_column(state_column(UseState), default=UseState.HELD)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
