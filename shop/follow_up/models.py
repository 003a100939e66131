"""Who may be asked once more. Anybody may tick it, so it says nothing of the questionnaire; the mail ends the row."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base


class FollowUp(Base):
    """The tick of one order. Deleted when its mail is written, or when there is nothing left to ask about."""

    __tablename__ = "shop_follow_up"

    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id", ondelete="CASCADE"), primary_key=True)
    consent: Mapped[str] = mapped_column(String(20))
