"""Sign staff in and out. Sessions are rows, so a sign-out, a new password or a removed member ends them at once."""

from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shop.errors import BadInput, Forbidden
from shop.keys import fingerprint, new_token
from shop.staff.models import StaffMember, StaffSession
from shop.staff.rules import ABSOLUTE, is_over, password_trouble

_hasher = PasswordHasher()
_DECOY = (  # of no password: an unknown address costs as much time as a known one, and the start costs none
    f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}${'A' * 22}${'A' * 43}"
)
_SEEN_EVERY = timedelta(minutes=1)


def normalise_email(email: str) -> str:
    """The form in which addresses are compared."""
    return email.strip().lower()


def find_member(session: Session, email: str) -> StaffMember | None:
    """The active member with this address, or None."""
    statement = select(StaffMember).where(StaffMember.email == normalise_email(email), StaffMember.active)
    return session.scalars(statement).one_or_none()


def add_member(session: Session, email: str, password: str, *, now: datetime) -> StaffMember:
    """Add a member, or give an existing one a new password and end their sessions. Raises BadInput."""
    trouble = password_trouble(password, normalise_email(email))
    if trouble:
        raise BadInput(trouble)
    statement = select(StaffMember).where(StaffMember.email == normalise_email(email))
    member = session.scalars(statement).one_or_none()
    if member is None:
        member = StaffMember(email=normalise_email(email), active=True, created_at=now, password_hash="")
        session.add(member)
    member.password_hash = _hasher.hash(password)
    member.active = True
    session.flush()  # a new member needs an id before the sessions of that id are ended
    session.execute(delete(StaffSession).where(StaffSession.member_id == member.id))
    return member


def remove_member(session: Session, email: str) -> None:
    """Take a member's right to sign in, at once. Raises BadInput when there is no such member."""
    member = find_member(session, email)
    if member is None:
        raise BadInput(f"Nobody signs in as {email}.")
    member.active = False
    session.execute(delete(StaffSession).where(StaffSession.member_id == member.id))


def is_password(member: StaffMember | None, password: str) -> bool:
    """Whether the password is the member's. As slow for None, and slow on purpose: call it outside a transaction."""
    try:
        _hasher.verify(member.password_hash if member else _DECOY, password)
    except (VerificationError, InvalidHashError):
        return False
    return member is not None


def open_session(session: Session, member_id: int, *, now: datetime) -> str:
    """Start a session; returns the token for the cookie. Old sessions of everybody that are over are removed."""
    session.execute(delete(StaffSession).where(StaffSession.created_at < now - ABSOLUTE))
    token = new_token()
    session.add(StaffSession(token_hash=fingerprint(token), member_id=member_id, created_at=now, seen_at=now))
    return token


def find_session(session: Session, token: str | None, *, now: datetime) -> StaffSession | None:
    """The live session of a token, or None when it is unknown, over, or its member may no longer sign in."""
    if not token:
        return None
    found = session.get(StaffSession, fingerprint(token))
    if found is None or not found.member.active or is_over(found.created_at, found.seen_at, now):
        return None
    return found


def is_touch_due(found: StaffSession, now: datetime) -> bool:
    """Whether the time of the last visit is worth writing again."""
    return now - found.seen_at >= _SEEN_EVERY


def touch(session: Session, token: str, *, now: datetime) -> None:
    """Note that the session is in use. Raises Forbidden when it is gone."""
    found = find_session(session, token, now=now)
    if found is None:
        raise Forbidden
    found.seen_at = now


def close_session(session: Session, token: str) -> None:
    """End one session; an unknown token is fine."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == fingerprint(token)))
