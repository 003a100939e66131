"""An append-only record of what people did in the merchant's pages."""

from datetime import datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, UtcDateTime


class AuditEvent(Base):
    """Who did what to which thing; `changes` maps a field to its old and new value, without any secret."""

    __tablename__ = "shop_audit_event"
    __table_args__ = (Index("ix_shop_audit_event_subject", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    changes: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
