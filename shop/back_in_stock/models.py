"""Who waits for what. A row ends with its mail, with its reader's wish, or by itself."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, UtcDateTime


class StockWish(Base):
    """`confirmed_at` is empty until the link in the first mail is opened; without it no other mail comes."""

    __tablename__ = "shop_stock_wish"
    __table_args__ = (UniqueConstraint("email", "sku"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    sku: Mapped[str] = mapped_column(String(60), index=True)
    consent_text: Mapped[str] = mapped_column(String(300))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
