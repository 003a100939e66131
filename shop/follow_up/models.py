"""Who may be asked once more. Anybody may tick it, so it says nothing of the questionnaire; the mail ends the row."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, UtcDateTime


class FollowUp(Base):
    """The tick of one order. Deleted when there is nothing left to ask about.

    `asked_to` is when the last parcel left that was asked about; None before the first mail.
    """

    __tablename__ = "shop_follow_up"

    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"), primary_key=True)
    consent: Mapped[str] = mapped_column(String(20))
    asked_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
