"""Sign staff in and out. Sessions are rows, so a sign-out, a new password or a removed member ends them at once."""

from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shop.errors import BadInput, Forbidden
from shop.keys import fingerprint, new_token
from shop.staff.models import StaffMember, StaffSession
from shop.staff.rules import ABSOLUTE, CODE_WITHIN, is_over, password_trouble

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


def new_hash(password: str, email: str, *, shop_name: str = "") -> str:
    """What is kept of a new password. Raises BadInput when it is weak. Slow: call it outside a transaction."""
    trouble = password_trouble(password, normalise_email(email), shop_name)
    if trouble:
        raise BadInput(trouble)
    return _hasher.hash(password)


def add_member(session: Session, email: str, password: str, *, now: datetime, shop_name: str = "") -> StaffMember:
    """Add a member, or give an existing one a new password and end their sessions. Raises BadInput.

    A second factor stays: whoever gives a new password gives no way around it.
    """
    password_hash = new_hash(password, email, shop_name=shop_name)
    statement = select(StaffMember).where(StaffMember.email == normalise_email(email))
    member = session.scalars(statement).one_or_none()
    if member is None:
        member = StaffMember(email=normalise_email(email), active=True, created_at=now, password_hash=password_hash)
        session.add(member)
    member.active = True
    session.flush()  # a new member needs an id before the sessions of that id are ended
    set_password(session, member, password_hash)
    return member


def set_password(session: Session, member: StaffMember, password_hash: str) -> None:
    """Give a member a new password; every session of theirs ends."""
    member.password_hash = password_hash
    end_sessions(session, member.id)


def end_sessions(session: Session, member_id: int) -> None:
    """Sign a member out everywhere."""
    session.execute(delete(StaffSession).where(StaffSession.member_id == member_id))


def remove_member(session: Session, email: str) -> None:
    """Take a member's right to sign in, at once. Raises BadInput when there is no such member."""
    member = find_member(session, email)
    if member is None:
        raise BadInput(f"Nobody signs in as {email}.")
    member.active = False
    end_sessions(session, member.id)


def is_password(member: StaffMember | None, password: str) -> bool:
    """Whether the password is the member's. As slow for None, and slow on purpose: call it outside a transaction."""
    try:
        _hasher.verify(member.password_hash if member else _DECOY, password)
    except (VerificationError, InvalidHashError):
        return False
    return member is not None


def open_session(session: Session, member_id: int, *, now: datetime, awaits_code: bool = False) -> str:
    """Start a session; returns the token for the cookie. Old sessions of everybody that are over are removed."""
    session.execute(delete(StaffSession).where(StaffSession.created_at < now - ABSOLUTE))
    token = new_token()
    opened = StaffSession(
        token_hash=fingerprint(token), member_id=member_id, awaits_code=awaits_code, created_at=now, seen_at=now
    )
    session.add(opened)
    return token


def find_session(session: Session, token: str | None, *, now: datetime) -> StaffSession | None:
    """The live session of a token, or None when it is unknown, over, or its member may not (yet) come in."""
    found = _live(session, token, now)
    return None if found is None or found.awaits_code else found


def find_waiting(session: Session, token: str | None, *, now: datetime) -> StaffSession | None:
    """The session of somebody who gave the right password minutes ago, and whose second factor is still to come."""
    found = _live(session, token, now)
    return found if found is not None and found.awaits_code and now - found.created_at <= CODE_WITHIN else None


def _live(session: Session, token: str | None, now: datetime) -> StaffSession | None:
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
