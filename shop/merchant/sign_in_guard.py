"""How guessing at passwords and codes is slowed, without locking out whoever the account belongs to.

A browser in which somebody signed in keeps a signed cookie that names their account and says "this device is known".
Tries from a known device are counted by device alone; all others by client address, by address and account, and by
account. So a thousand addresses that guess together fill the account's count and slow down each other, and never the
owner at their own desk. The cookie opens nothing: password and code are asked for as ever. A new password ends it.
"""

from dataclasses import dataclass

from flask import Response
from itsdangerous import BadSignature

from shop import cookies
from shop.keys import new_token
from shop.staff.models import StaffMember
from shop.throttle import client_address, forgive, throttle
from shop.web import runtime

PURPOSE = "staff-device"
DEVICE_SECONDS = 180 * 86_400
BY_ADDRESS = "20/15 minutes;200/day"
BY_PAIR = "8/15 minutes;30/day"
BY_ACCOUNT = "9/15 minutes;20/3 hours;40/day"
BY_DEVICE = "10/15 minutes;60/day"


@dataclass(frozen=True, slots=True)
class Tries:
    """The counters that one try belongs to: scope, rates and subject of each."""

    counters: tuple[tuple[str, str, str], ...]

    def count(self) -> None:
        """Count one try. Raises TooMany."""
        for scope, rates, subject in self.counters:
            throttle(scope, rates, subject=subject)

    def forgive(self) -> None:
        """The try was rightful: what led to it is forgotten."""
        for scope, rates, subject in self.counters:
            forgive(scope, rates, subject=subject)


def tries_for(what: str, email: str, member: StaffMember | None) -> Tries:
    """The counters of tries at `what` ("password" or "code") of this account."""
    device = known_device(member)
    if device is not None:
        return Tries(((f"{what}-device", BY_DEVICE, device),))
    address = client_address()
    return Tries(
        (
            (f"{what}-address", BY_ADDRESS, address),
            (f"{what}-pair", BY_PAIR, f"{address} {email}"),
            (f"{what}-account", BY_ACCOUNT, email),
        )
    )


def known_device(member: StaffMember | None) -> str | None:
    """The name of this browser, if this member signed in with it under the present password."""
    sent = cookies.read(cookies.DEVICE)
    if member is None or not sent:
        return None
    try:
        told = runtime().keyring.links(PURPOSE).loads(sent, max_age=DEVICE_SECONDS)
    except BadSignature:
        return None
    is_ours = isinstance(told, list) and len(told) == 3 and told[0] == member.id
    return str(told[1]) if is_ours and _is_present_password(member, str(told[2])) else None


def remember_device(answer: Response, member: StaffMember) -> None:
    """Let this browser be known from now on: somebody signed in with it."""
    name = known_device(member) or new_token()
    mark = runtime().keyring.mac(PURPOSE, member.password_hash)
    token = runtime().keyring.links(PURPOSE).dumps([member.id, name, mark])
    value = token if isinstance(token, str) else token.decode()
    cookies.write(answer, cookies.DEVICE, value, max_age_seconds=DEVICE_SECONDS)


def _is_present_password(member: StaffMember, mark: str) -> bool:
    return runtime().keyring.is_mac(PURPOSE, member.password_hash, mark)
