"""A cart per visitor, found by the fingerprint of the token in their cookie."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.db import Base, Minor, UtcDateTime


class Cart(Base):
    """`version` rises with every change, so that a checkout knows whether it still speaks of the same cart.

    `promotion_code` is what was typed, as it is kept; it stays when it does not hold at the moment.
    """

    __tablename__ = "shop_cart"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    country: Mapped[str | None] = mapped_column(String(2))
    region: Mapped[str | None] = mapped_column(String(20))
    shipping_method: Mapped[str | None] = mapped_column(String(40))
    promotion_code: Mapped[str] = mapped_column(String(40), default="", server_default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    lines: Mapped[list["CartLine"]] = relationship(
        back_populates="cart", order_by="CartLine.added_at", cascade="all, delete-orphan"
    )


class CartLine(Base):
    """`seen_minor` and `seen_currency` are the price the visitor saw last, to tell them when it changed.

    `seen_elsewhere` are those seen last in other currencies, minor units by code, for when the cart comes back to one.
    """

    __tablename__ = "shop_cart_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    cart_id: Mapped[int] = mapped_column(ForeignKey("shop_cart.id", ondelete="CASCADE"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("shop_variant.id", ondelete="CASCADE"), primary_key=True)
    quantity: Mapped[int]
    seen_minor: Mapped[Minor]
    seen_currency: Mapped[str] = mapped_column(String(3))
    seen_elsewhere: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, server_default="{}")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)

    cart: Mapped[Cart] = relationship(back_populates="lines")


class SavedCart(Base):
    """A cart that somebody had mailed to themselves: SKU, pieces, and the price seen then. It knows no address."""

    __tablename__ = "shop_saved_cart"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    lines: Mapped[list[tuple[str, int, int, str]]] = mapped_column(JSON)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
