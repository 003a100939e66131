"""Sign-up by double opt-in: nobody gets a letter who did not open the link in the first mail."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from shop.db import insert_if_absent
from shop.email_address import is_email, normal_email, spellings
from shop.errors import BadInput, NotFound
from shop.keys import fingerprint
from shop.mail.letterhead import Letterhead
from shop.mail.models import OutboxMail
from shop.mail.newsletter import write_confirmation
from shop.mail.rendering import render
from shop.mail.service import Letter, enqueue
from shop.newsletter.models import Subscriber
from shop.newsletter.rules import CONFIRM_WITHIN, CONSENT_TEXT

KINDS = ("newsletter_confirm", "newsletter_welcome")


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the public addresses in our mails from a subscriber's mark."""

    confirm: Callable[[str], str]
    guide: Callable[[str], str]
    unsubscribe: Callable[[str], str]


class BadAddress(BadInput):
    """No mail could be sent to what was typed."""

    code = "bad_email"

    def __init__(self) -> None:
        super().__init__("Enter an e-mail address in the form name@example.com.")


def sign_up(session: Session, typed: str, *, links: Links, letterhead: Letterhead, now: datetime) -> None:
    """Ask the address to confirm; send the guide again when it did before. One mail a day at the most.

    The caller can see no difference between an address that is known and one that is not. Raises BadAddress.
    """
    email = normal_email(typed)
    if not is_email(email):
        raise BadAddress
    insert_if_absent(session, Subscriber, email=email, consent_text=CONSENT_TEXT, requested_at=now, confirmed_at=None)
    subscriber = session.scalars(
        update(Subscriber)
        .where(Subscriber.email == email)
        .values(requested_at=now)
        .returning(Subscriber)
        .execution_options(populate_existing=True)
    ).one()
    day = f"{fingerprint(email)[:24]}:{now:%Y%m%d}"
    if subscriber.confirmed_at is None:
        write_confirmation(
            session, email, link=links.confirm(mark_of(subscriber)), key=day, letterhead=letterhead, now=now
        )
    else:
        _write_welcome(session, subscriber, key=f"{day}:again", links=links, letterhead=letterhead, now=now)


def confirm(session: Session, mark: str, *, links: Links, letterhead: Letterhead, now: datetime) -> None:
    """The address agreed: it gets the guide and, from now on, letters. Twice does nothing more. Raises NotFound."""
    subscriber = get_subscriber(session, mark)
    fresh = session.scalars(
        update(Subscriber)
        .where(Subscriber.id == subscriber.id, Subscriber.confirmed_at.is_(None))
        .values(confirmed_at=now)
        .returning(Subscriber.id)
    ).one_or_none()
    if fresh is not None:
        key = f"{fingerprint(subscriber.email)[:24]}:{now:%Y%m%d%H%M%S}"
        _write_welcome(session, subscriber, key=key, links=links, letterhead=letterhead, now=now)


def unsubscribe(session: Session, mark: str) -> None:
    """Forget the address. Twice is once."""
    subscriber = _find_subscriber(session, mark)
    if subscriber is not None:
        erase_subscriber(session, subscriber.email)


def mark_of(subscriber: Subscriber) -> str:
    """What a signed link holds of a subscriber: no address, and nothing that fits another one after a deletion."""
    return f"{subscriber.id}.{fingerprint(subscriber.email)[:16]}"


def get_subscriber(session: Session, mark: str) -> Subscriber:
    """The subscriber of a mark. Raises NotFound when the address was deleted meanwhile."""
    subscriber = _find_subscriber(session, mark)
    if subscriber is None:
        raise NotFound("This link is no longer valid: the address was deleted. You can sign up again at any time.")
    return subscriber


def forget_unconfirmed(session: Session, now: datetime) -> int:
    """Delete addresses that did not confirm in time; returns how many."""
    stale = Subscriber.confirmed_at.is_(None) & (Subscriber.requested_at < now - CONFIRM_WITHIN)
    emails = list(session.scalars(select(Subscriber.email).where(stale)))
    for email in emails:
        _erase(session, [email])
    return len(emails)


def export_subscriber(session: Session, email: str) -> dict[str, str | None] | None:
    """What is kept of an address, or None (R8)."""
    subscriber = session.scalar(select(Subscriber).where(Subscriber.email.in_(spellings(email))))
    if subscriber is None:
        return None
    return {
        "email": subscriber.email,
        "consent_text": subscriber.consent_text,
        "requested_at": subscriber.requested_at.isoformat(),
        "confirmed_at": subscriber.confirmed_at.isoformat() if subscriber.confirmed_at else None,
    }


def erase_subscriber(session: Session, email: str) -> bool:
    """Delete an address and its newsletter mails; False when it was not known (R8)."""
    return _erase(session, spellings(email)) > 0


def _erase(session: Session, emails: Collection[str]) -> int:
    session.execute(delete(OutboxMail).where(OutboxMail.recipient.in_(emails), OutboxMail.kind.in_(KINDS)))
    return len(session.scalars(delete(Subscriber).where(Subscriber.email.in_(emails)).returning(Subscriber.id)).all())


def _find_subscriber(session: Session, mark: str) -> Subscriber | None:
    number, _, digest = mark.partition(".")
    subscriber = session.get(Subscriber, int(number)) if number.isdecimal() and len(number) < 19 else None
    return subscriber if subscriber and fingerprint(subscriber.email)[:16] == digest else None


def _write_welcome(
    session: Session, subscriber: Subscriber, *, key: str, links: Links, letterhead: Letterhead, now: datetime
) -> None:
    mark = mark_of(subscriber)
    rendered = render(
        "newsletter_welcome", letterhead, guide_link=links.guide(mark), unsubscribe_link=links.unsubscribe(mark)
    )
    letter = Letter(
        unique_key=f"newsletter:{key}",
        kind="newsletter_welcome",
        recipient=subscriber.email,
        subject=f"Your guide from {letterhead.shop_name}",
        text=rendered.text,
        html=rendered.html,
        unsubscribe_url=links.unsubscribe(mark),
    )
    enqueue(session, letter, now=now)
