"""What the merchant sees of the outbox: what has not left and why, and sending once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from shop.db import wake_after_commit
from shop.email_address import spellings
from shop.errors import Conflict, NotFound
from shop.keys import new_token
from shop.mail.models import OutboxMail
from shop.mail.rules import ASKED_FOR, ASKED_FOR_KEPT, UNSENT_KEPT, MailState
from shop.mail.service import Letter, enqueue


@dataclass(frozen=True, slots=True)
class Unsent:
    """How many mails have not left: those whose turn is still to come, and those that a mail server refused."""

    waiting: int
    failing: int


def count_unsent(session: Session) -> Unsent:
    """How many mails wait and how many fail."""
    counts = select(func.count(), func.count().filter(OutboxMail.last_error != ""))
    unsent, failing = session.execute(counts.where(OutboxMail.sent_at.is_(None))).one()
    return Unsent(unsent - failing, failing)


def failing_mails(session: Session, *, limit: int = 100) -> Sequence[OutboxMail]:
    """Mails that were tried and did not leave, oldest first."""
    failing = (OutboxMail.sent_at.is_(None), OutboxMail.last_error != "")
    return session.scalars(select(OutboxMail).where(*failing).order_by(OutboxMail.id).limit(limit)).all()


def newest_mails(session: Session, *, limit: int = 50) -> Sequence[OutboxMail]:
    """The mails written last, whatever became of them."""
    return session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc()).limit(limit)).all()


def get_mail(session: Session, mail_id: int) -> OutboxMail:
    """One mail. Raises NotFound."""
    mail = session.get(OutboxMail, mail_id) if mail_id < 2**31 else None
    if mail is None:
        raise NotFound("There is no such mail.")
    return mail


def send_again(session: Session, mail: OutboxMail, *, now: datetime) -> MailState:
    """Send a mail once more, word for word; one that has not left is tried now instead of being there twice.

    Returns the state it was in. Raises Conflict for one that left and is about no order: its links are personal and
    may be used up.
    """
    was = mail.state
    if was is not MailState.SENT:
        due_now = update(OutboxMail).where(OutboxMail.id == mail.id, OutboxMail.sent_at.is_(None))
        session.execute(due_now.values(next_try_at=now).execution_options(synchronize_session=False))
        wake_after_commit(session, "mails")
        return was
    if mail.order_id is None:
        raise Conflict("This mail has left. It is about no order, so nobody but its reader can ask for it again.")
    letter = Letter(
        unique_key=f"again:{new_token()}",
        kind=mail.kind,
        recipient=mail.recipient,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        order_id=mail.order_id,
    )
    enqueue(session, letter, now=now)
    return was


def forget_asked(session: Session, now: datetime) -> int:
    """Delete mails that somebody asked for once, a week after they left; returns how many.

    One that has not left is tried on: whoever asked for it has nothing else. No server takes it for 90 days: deleted.
    """
    has_left = OutboxMail.sent_at.is_not(None) & (OutboxMail.sent_at <= now - ASKED_FOR_KEPT)
    never_left = OutboxMail.sent_at.is_(None) & (OutboxMail.created_at <= now - UNSENT_KEPT)
    old = (OutboxMail.kind.in_(ASKED_FOR), has_left | never_left)
    return len(session.scalars(delete(OutboxMail).where(*old).returning(OutboxMail.id)).all())


def is_on_its_way(kind: str, recipient: InstrumentedAttribute[str], since: datetime) -> ColumnElement[bool]:
    """The condition that such a mail to the recipient has not left yet, or left later than `since`."""
    theirs = (OutboxMail.kind == kind, OutboxMail.recipient == recipient)
    return exists().where(*theirs, OutboxMail.sent_at.is_(None) | (OutboxMail.sent_at > since))


def asked_mails(session: Session, email: str) -> list[dict[str, object]]:
    """The mails of that kind that are still kept of an address (R8)."""
    theirs = (OutboxMail.kind.in_(ASKED_FOR), OutboxMail.recipient.in_(spellings(email)))
    found = session.scalars(select(OutboxMail).where(*theirs).order_by(OutboxMail.id))
    return [{"kind": mail.kind, "subject": mail.subject, "written": mail.created_at.isoformat()} for mail in found]


def forget_asked_of(session: Session, email: str) -> int:
    """Delete them for one address (R8); returns how many."""
    theirs = (OutboxMail.kind.in_(ASKED_FOR), OutboxMail.recipient.in_(spellings(email)))
    return len(session.scalars(delete(OutboxMail).where(*theirs).returning(OutboxMail.id)).all())
