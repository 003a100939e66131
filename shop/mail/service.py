"""The outbox: mails written in the transaction of their cause, sent afterwards by a job.

A mail is claimed (tried no sooner than `CLAIM` later by anybody else), sent outside any transaction, then marked.
A worker that dies between sending and marking sends the same mail again after `CLAIM`: at least once, and under
the same Message-ID, so that mail systems can drop the second one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop.db import insert_if_absent, wake_after_commit
from shop.errors import BadInput
from shop.mail.models import OutboxMail
from shop.mail.rules import is_header_safe, wait_after

CLAIM = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to be written. `unique_key` (such as "TS-1001:confirmation") makes it one mail, however often asked.

    `unsubscribe_url` is of newsletters only: a POST there, without any cookie, ends them.
    """

    unique_key: str
    kind: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    order_id: int | None = None
    unsubscribe_url: str = ""


def enqueue(session: Session, letter: Letter, *, now: datetime) -> bool:
    """Put a mail into the outbox; False when one with its key is there already. Raises BadInput for a line break."""
    if not is_header_safe(letter.recipient) or not is_header_safe(letter.subject) or "@" not in letter.recipient:
        raise BadInput("This e-mail address cannot be used.")
    wake_after_commit(session, "mails")
    return insert_if_absent(
        session,
        OutboxMail,
        unique_key=letter.unique_key,
        order_id=letter.order_id,
        kind=letter.kind,
        recipient=letter.recipient,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        unsubscribe_url=letter.unsubscribe_url,
        created_at=now,
        next_try_at=now,
        attempts=0,
        last_error="",
    )


def due(session: Session, now: datetime, *, limit: int = 100) -> Sequence[int]:
    """Ids of the mails to be tried now: who waits longest is first, so that what failed stands behind what is new."""
    waiting = OutboxMail.sent_at.is_(None) & (OutboxMail.next_try_at <= now)
    return session.scalars(
        select(OutboxMail.id).where(waiting).order_by(OutboxMail.next_try_at, OutboxMail.id).limit(limit)
    ).all()


def claim(session: Session, mail_id: int, *, now: datetime) -> OutboxMail | None:
    """Take one due mail, so that no other worker sends it meanwhile; None when somebody was faster."""
    return session.scalars(
        update(OutboxMail)
        .where(OutboxMail.id == mail_id, OutboxMail.sent_at.is_(None), OutboxMail.next_try_at <= now)
        .values(next_try_at=now + CLAIM, attempts=OutboxMail.attempts + 1)
        .returning(OutboxMail)
        .execution_options(populate_existing=True)
    ).one_or_none()


def mark_sent(session: Session, mail_id: int, *, now: datetime) -> None:
    """The mail has left."""
    session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == mail_id, OutboxMail.sent_at.is_(None))
        .values(sent_at=now, last_error="")
    )


def mark_failed(session: Session, mail_id: int, *, attempts: int, error: str, now: datetime) -> None:
    """The mail did not leave: it is tried again, later each time, and never given up silently."""
    session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == mail_id, OutboxMail.sent_at.is_(None))
        .values(next_try_at=now + wait_after(attempts), last_error=error[:300])
    )


def sent_mails(session: Session, *, limit: int = 100) -> Sequence[OutboxMail]:
    """The newest mails that left."""
    newest_first = (OutboxMail.sent_at.desc(), OutboxMail.id.desc())
    return session.scalars(
        select(OutboxMail).where(OutboxMail.sent_at.is_not(None)).order_by(*newest_first).limit(limit)
    ).all()


def find_sent_mail(session: Session, mail_id: int) -> OutboxMail | None:
    """One mail that left."""
    return session.scalar(select(OutboxMail).where(OutboxMail.id == mail_id, OutboxMail.sent_at.is_not(None)))
