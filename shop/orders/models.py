"""Orders, lines, history, shipments. An order holds SKUs and an address, and nothing of the questionnaire."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.catalogue.naming import full_name
from shop.db import Base, Minor, UtcDateTime, state_column
from shop.money import Money
from shop.orders.states import OrderState, PaymentState, ReturnReason, ReturnState, ShipmentState
from shop.pricing.countries import town_line


class Order(Base):
    """All amounts are minor units of `currency`; total = subtotal - discount + shipping + tax (tax 0 when inclusive).

    `token` opens the customer's order page; who can read it here can read the order itself.
    `tax_minor` is the tax added on top (exclusive) or contained (inclusive, see `tax_inclusive`).
    `promotion_code` is "" for an offer without a code; `pick_up_at` is "" where a parcel is sent.
    """

    __tablename__ = "shop_order"
    __table_args__ = (
        CheckConstraint("total_minor >= 0", name="total_not_negative"),
        Index("ix_shop_order_list", "placed_at", "id"),
        Index("ix_shop_order_state", "state", "shipment_state", "id"),
        Index("ix_shop_order_state_newest", "state", "id"),  # the list of one state, without sorting all of it
        # PostgreSQL finds the beginning of a text by these only, whatever its alphabet
        Index("ix_shop_order_number_begins", "number", postgresql_ops={"number": "varchar_pattern_ops"}),
        Index("ix_shop_order_email_begins", "email", postgresql_ops={"email": "varchar_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    cart_id: Mapped[int | None] = mapped_column(index=True)
    cart_version: Mapped[int | None]
    checkout_token: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[OrderState] = mapped_column(state_column(OrderState), default=OrderState.PENDING)
    payment_state: Mapped[PaymentState] = mapped_column(
        state_column(PaymentState), default=PaymentState.PENDING, index=True
    )
    shipment_state: Mapped[ShipmentState] = mapped_column(state_column(ShipmentState), default=ShipmentState.UNSHIPPED)
    email: Mapped[str] = mapped_column(String(254))
    full_name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(40), default="")
    line1: Mapped[str] = mapped_column(String(160))
    line2: Mapped[str] = mapped_column(String(160), default="")
    city: Mapped[str] = mapped_column(String(120))
    region: Mapped[str] = mapped_column(String(60), default="")
    postal_code: Mapped[str] = mapped_column(String(20), default="")
    country: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3))
    subtotal_minor: Mapped[Minor]
    discount_minor: Mapped[Minor] = mapped_column(default=0)
    promotion_code: Mapped[str] = mapped_column(String(40), default="", server_default="")
    promotion_title: Mapped[str] = mapped_column(String(80), default="", server_default="")
    shipping_minor: Mapped[Minor]
    tax_minor: Mapped[Minor]
    tax_inclusive: Mapped[bool]
    total_minor: Mapped[Minor]
    shipping_method: Mapped[str] = mapped_column(String(40))
    shipping_title: Mapped[str] = mapped_column(String(80))
    pick_up_at: Mapped[str] = mapped_column(String(300), default="", server_default="")
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    lines: Mapped[list["OrderLine"]] = relationship(
        back_populates="order", order_by="OrderLine.id", cascade="all, delete-orphan"
    )
    history: Mapped[list["OrderEvent"]] = relationship(
        order_by="OrderEvent.id", cascade="all, delete-orphan", viewonly=False
    )
    shipments: Mapped[list["Shipment"]] = relationship(order_by="Shipment.id", cascade="all, delete-orphan")
    withdrawals: Mapped[list["Withdrawal"]] = relationship(order_by="Withdrawal.id", cascade="all, delete-orphan")
    returns: Mapped[list["Return"]] = relationship(order_by="Return.id", cascade="all, delete-orphan")

    @property
    def town_line(self) -> str:
        """The line of the address that names the town, as its country's post writes it."""
        return town_line(self.country, self.city, self.region, self.postal_code)

    @property
    def total(self) -> Money:
        """What the customer pays."""
        return Money(self.total_minor, self.currency)

    @property
    def promotion_words(self) -> str:
        """What the discount is called, with its code if it had one; "" without a promotion."""
        return f"{self.promotion_title} ({self.promotion_code})" if self.promotion_code else self.promotion_title


class OrderLine(Base):
    """`title` is neutral: it names the thing, never a complaint (R11). `tax_rate` is in millionths.

    `returned` counts the sold pieces that were put back on the shelf, `shipped` those that left in a parcel, and
    `called_off` those that will not leave any more, because their money went back before, and `withdrawn` those that
    the customer withdrew from. `parts` are SKU and quantity of what one piece of a bundle was made of when it was
    ordered.
    """

    __tablename__ = "shop_order_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("shipped >= 0 AND called_off >= 0 AND shipped + called_off <= quantity", name="pieces"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"), index=True)
    sku: Mapped[str] = mapped_column(String(60), index=True)
    title: Mapped[str] = mapped_column(String(160))
    option_value: Mapped[str] = mapped_column(String(60), default="")
    quantity: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0, server_default="0")
    shipped: Mapped[int] = mapped_column(default=0, server_default="0")
    called_off: Mapped[int] = mapped_column(default=0, server_default="0")
    withdrawn: Mapped[int] = mapped_column(default=0, server_default="0")
    unit_minor: Mapped[Minor]
    total_minor: Mapped[Minor]
    discount_minor: Mapped[Minor] = mapped_column(default=0, server_default="0")
    parts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, server_default="{}")
    tax_minor: Mapped[Minor] = mapped_column(default=0)
    tax_rate: Mapped[int] = mapped_column(default=0)

    order: Mapped[Order] = relationship(back_populates="lines")

    def units(self, pieces: int) -> dict[str, int]:
        """The units on the shelf that so many pieces are: those of its parts, or its own."""
        return {sku: quantity * pieces for sku, quantity in self.parts.items()} if self.parts else {self.sku: pieces}

    @property
    def name(self) -> str:
        """Title and option in one."""
        return full_name(self.title, self.option_value)

    @property
    def to_ship(self) -> int:
        """Pieces that still have to leave."""
        return self.quantity - self.shipped - self.called_off

    @property
    def wanted(self) -> int:
        """Pieces that still have to leave and are waited for: without those that the customer withdrew from."""
        return max(0, min(self.to_ship, self.quantity - self.shipped - self.withdrawn))

    @property
    def total(self) -> Money:
        """What the line costs, without tax added on top."""
        return Money(self.total_minor, self.order.currency)


class OrderEvent(Base):
    """One step in an order's history.

    `subject` is order, payment, shipment, refund, return, withdrawal, mail or note.
    """

    __tablename__ = "shop_order_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(20))
    old: Mapped[str] = mapped_column(String(24), default="")
    new: Mapped[str] = mapped_column(String(24), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class Shipment(Base):
    """A parcel that left. `form_token` makes a double click one parcel."""

    __tablename__ = "shop_shipment"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"), index=True)
    carrier: Mapped[str] = mapped_column(String(60))
    tracking_number: Mapped[str] = mapped_column(String(80), default="")
    shipped_at: Mapped[datetime] = mapped_column(UtcDateTime)
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)

    lines: Mapped[list["ShipmentLine"]] = relationship(order_by="ShipmentLine.id", cascade="all, delete-orphan")


class ShipmentLine(Base):
    """So many pieces of an order's line in a parcel. Their sum over all parcels is the line's `shipped`."""

    __tablename__ = "shop_shipment_line"
    __table_args__ = (
        UniqueConstraint("shipment_id", "order_line_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shop_shipment.id", ondelete="CASCADE"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("shop_order_line.id", ondelete="CASCADE"), index=True)
    quantity: Mapped[int]


class Return(Base):
    """What a customer wants to send back, or has. `refund_token` is the form token of the refund that ends it.

    `restocked` says whether that refund puts its pieces back on the shelf; `answer` is what the merchant told.
    """

    __tablename__ = "shop_return"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"), index=True)
    state: Mapped[ReturnState] = mapped_column(state_column(ReturnState), default=ReturnState.REQUESTED, index=True)
    reason: Mapped[ReturnReason] = mapped_column(state_column(ReturnReason))
    note: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    form_token: Mapped[str] = mapped_column(String(64), unique=True)
    refund_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    restocked: Mapped[bool] = mapped_column(default=False)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)

    lines: Mapped[list["ReturnLine"]] = relationship(order_by="ReturnLine.id", cascade="all, delete-orphan")


class ReturnLine(Base):
    """So many pieces of an order's line in a return; 0 once the customer withdrew from them instead."""

    __tablename__ = "shop_return_line"
    __table_args__ = (
        UniqueConstraint("return_id", "order_line_id"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("shop_return.id", ondelete="CASCADE"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("shop_order_line.id", ondelete="CASCADE"), index=True)
    quantity: Mapped[int]


class Withdrawal(Base):
    """A customer's declaration that they withdraw (R42). `pieces` maps line ids, as text, to how many pieces.

    Each piece is withdrawn from once; `shop.orders.withdrawals` sees to that under the order's lock. `form_token` makes
    a double click one declaration.
    """

    __tablename__ = "shop_withdrawal"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"), index=True)
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    full_name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    note: Mapped[str] = mapped_column(Text, default="")
    pieces: Mapped[dict[str, int]] = mapped_column(JSON)
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
