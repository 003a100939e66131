"""One row a job name, held until a moment by one worker."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, UtcDateTime


class JobLease(Base):
    """Taken by a conditional UPDATE; a worker that died loses it when `until` has passed.

    `last_run_at` is when a run last came to its end: one that raised is not noted.
    """

    __tablename__ = "shop_job_lease"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    last_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
