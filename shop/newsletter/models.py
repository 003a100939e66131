"""Addresses that asked for the newsletter, and whether they confirmed it."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, UtcDateTime


class Subscriber(Base):
    """`confirmed_at` is empty until the link in the first mail is opened; unconfirmed ones are deleted by a job."""

    __tablename__ = "shop_subscriber"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    consent_text: Mapped[str] = mapped_column(String(300))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
