"""A second factor for staff: codes of an authenticator app, each good once, and recovery codes for the lost phone."""

import hmac
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime

from cryptography.fernet import InvalidToken, MultiFernet
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from shop.errors import BadInput
from shop.keys import fingerprint
from shop.staff.models import StaffMember, StaffRecoveryCode
from shop.staff.service import end_sessions, find_member

STEP_SECONDS = 30
RECOVERY_CODES = 8
_NEAR_STEPS = (0, -1, 1)  # clocks differ, and people type slowly
_QUIET_ZONE = 4


class WrongCode(BadInput):
    """Neither a fresh code of the app nor an unused recovery code."""

    code = "wrong_code"

    def __init__(self) -> None:
        super().__init__("This code is wrong, too old, or was used already. Wait for the next one and try again.")


@dataclass(frozen=True, slots=True)
class QrCode:
    """A square of `size` modules; `path` is the SVG path of the dark ones."""

    size: int
    path: str


def new_secret() -> str:
    """A random secret of 160 bits for an authenticator app."""
    return b32encode(secrets.token_bytes(20)).decode()


def app_address(secret: str, email: str, shop_name: str) -> str:
    """The otpauth:// address that an authenticator app reads."""
    import pyotp  # late: few pages of few people need it

    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=shop_name)


def qr_code(text: str) -> QrCode:
    """`text` as a QR code."""
    import segno  # late: one page needs it

    rows = segno.make_qr(text, error="m").matrix
    dark = (
        f"M{x + _QUIET_ZONE} {y + _QUIET_ZONE}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, module in enumerate(row)
        if module
    )
    return QrCode(len(rows) + 2 * _QUIET_ZONE, "".join(dark))


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step that a code of the app belongs to; None for any other code."""
    import pyotp  # late: few pages of few people need it

    app, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    for step in (present + near for near in _NEAR_STEPS):
        if hmac.compare_digest(app.generate_otp(step).encode(), code.encode()):
            return step
    return None


def switch_on(
    session: Session, member: StaffMember, secret: str, code: str, *, vault: MultiFernet, now: datetime
) -> list[str]:
    """Ask for codes of this secret from now on; returns the recovery codes. Raises WrongCode unless one is shown."""
    step = matching_step(secret, _plain(code), now)
    if step is None:
        raise WrongCode
    member.factor_secret = vault.encrypt(secret.encode()).decode()
    member.factor_step = step
    return new_recovery_codes(session, member)


def new_recovery_codes(session: Session, member: StaffMember) -> list[str]:
    """Fresh recovery codes; the earlier ones are worth nothing any more. They can be read this once."""
    _forget_recovery_codes(session, member)
    codes = [b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)]
    session.add_all(StaffRecoveryCode(code_hash=fingerprint(code), member_id=member.id) for code in codes)
    return ["-".join(code[place : place + 4] for place in range(0, 16, 4)) for code in codes]


def switch_off(session: Session, member: StaffMember) -> None:
    """Ask for the password alone again."""
    member.factor_secret = None
    _forget_recovery_codes(session, member)


def reset(session: Session, email: str) -> None:
    """Take a lost second factor away and end the member's sessions. Raises BadInput when nobody signs in like this."""
    member = find_member(session, email)
    if member is None:
        raise BadInput(f"Nobody signs in as {email}.")
    switch_off(session, member)
    end_sessions(session, member.id)


def use_code(session: Session, member: StaffMember, code: str, *, vault: MultiFernet, now: datetime) -> str:
    """Take a code, once: returns "app" or "recovery". Raises WrongCode.

    Of two that send the same code at the same time one gets in.
    """
    plain = _plain(code)
    secret = _opened(member, vault)
    step = None if secret is None else matching_step(secret, plain, now)
    if step is not None:
        newer = update(StaffMember).where(StaffMember.id == member.id, StaffMember.factor_step < step)
        if session.scalar(newer.values(factor_step=step).returning(StaffMember.id)) is not None:
            _seal_anew(member, vault)
            return "app"
    used = delete(StaffRecoveryCode).where(
        StaffRecoveryCode.member_id == member.id, StaffRecoveryCode.code_hash == fingerprint(plain)
    )
    if member.has_factor and session.scalar(used.returning(StaffRecoveryCode.member_id)) is not None:
        return "recovery"
    raise WrongCode


def _opened(member: StaffMember, vault: MultiFernet) -> str | None:
    """The app's secret; None without one, and when its key left the settings: then recovery codes still work."""
    try:
        return None if member.factor_secret is None else vault.decrypt(member.factor_secret.encode()).decode()
    except InvalidToken:
        return None


def _seal_anew(member: StaffMember, vault: MultiFernet) -> None:
    """Keep the secret under the newest key, so that an older one can leave the settings some day."""
    if member.factor_secret is not None:
        member.factor_secret = vault.rotate(member.factor_secret.encode()).decode()


def _forget_recovery_codes(session: Session, member: StaffMember) -> None:
    session.execute(delete(StaffRecoveryCode).where(StaffRecoveryCode.member_id == member.id))


def _plain(code: str) -> str:
    """A code as it is compared: without the blanks and dashes that people type, in small letters."""
    return "".join(letter for letter in code.lower() if letter.isalnum())[:64]
