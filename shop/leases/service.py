"""One run of a job at a time: whoever takes its row first, until it is given back or its time is over."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from shop.db import insert_if_absent
from shop.leases.models import JobLease


def take(session: Session, name: str, *, holder: str, until: datetime, now: datetime) -> bool:
    """Take the lease of a job; False while somebody else holds it. Commit before the work begins."""
    insert_if_absent(session, JobLease, name=name, holder="", until=now)
    taken = session.scalar(
        update(JobLease)
        .where(JobLease.name == name, or_(JobLease.until <= now, JobLease.holder == holder))
        .values(holder=holder, until=until)
        .returning(JobLease.name)
    )
    return taken is not None


def give_back(session: Session, name: str, *, holder: str, has_run: bool = True, now: datetime) -> None:
    """End the lease, and note the run if it came to its end; one that was lost meanwhile is left to its new holder."""
    noted = {"last_run_at": now} if has_run else {}
    session.execute(update(JobLease).where(JobLease.name == name, JobLease.holder == holder).values(until=now, **noted))


def last_runs(session: Session) -> dict[str, datetime | None]:
    """When each job that a worker ever began came to its end last; None for one that never did."""
    return {row.name: row.last_run_at for row in session.execute(select(JobLease.name, JobLease.last_run_at))}
