"""Write down what people change, in the transaction of the change, and find it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from shop.audit.models import AuditEvent

PAGE_SIZE = 50
LONGEST = {"actor": 80, "action": 60, "subject": 120}


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to list. `actor` is part of a name, `subject` its beginning, `action` the whole of it."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of the record, newest first. `total` counts all pages."""

    events: tuple[AuditEvent, ...]
    total: int
    page: int
    pages: int


def record(
    session: Session, *, actor: str, action: str, subject: str, changes: Mapping[str, object], now: datetime
) -> None:
    """Add one line to the record. `changes` holds plain values without any secret or personal text."""
    session.add(
        AuditEvent(
            at=now,
            actor=actor[: LONGEST["actor"]],
            action=action[: LONGEST["action"]],
            subject=subject[: LONGEST["subject"]],
            changes=dict(changes),
        )
    )


def difference(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """Each field whose value differs, with its old and its new value."""
    return {name: [old.get(name), value] for name, value in new.items() if old.get(name) != value}


def list_events(session: Session, wanted: AuditFilter) -> AuditPage:
    """A page of the record."""
    conditions = _conditions(wanted)
    total = session.scalar(select(func.count()).select_from(AuditEvent).where(*conditions)) or 0
    page = select(AuditEvent).where(*conditions).order_by(AuditEvent.id.desc())
    events = session.scalars(page.limit(PAGE_SIZE).offset(PAGE_SIZE * (wanted.page - 1)))
    return AuditPage(tuple(events), total, wanted.page, -(-total // PAGE_SIZE))


def known_actions(session: Session) -> list[str]:
    """Every action there is a line of, by name."""
    return list(session.scalars(select(AuditEvent.action).distinct().order_by(AuditEvent.action)))


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.actor:
        conditions.append(AuditEvent.actor.contains(wanted.actor, autoescape=True))
    if wanted.action:
        conditions.append(AuditEvent.action == wanted.action)
    if wanted.subject:
        conditions.append(AuditEvent.subject.startswith(wanted.subject, autoescape=True))
    return conditions
