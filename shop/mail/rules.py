"""Pure decisions of the outbox."""

from datetime import datetime, timedelta
from enum import StrEnum

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
ASKED_FOR = ("saved_cart", "stock_confirm", "stock_back")
"""Kinds that somebody asked for who may have bought nothing: forgotten soon after they left."""
ASKED_FOR_KEPT = timedelta(days=7)
UNSENT_KEPT = timedelta(days=90)
"""So long are those kept that no server takes: what nobody could be sent for a quarter is of no use to anybody."""


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed tries: 1, 2, 4, 8 ... minutes, four hours at the most."""
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(max(attempts - 1, 0), 20)))


def is_header_safe(value: str) -> bool:
    """Whether a value may stand in a mail header: a line break would begin a header of the sender's choice."""
    return bool(value) and value.isprintable()


class MailState(StrEnum):
    """Where a mail is. FAILING ones are tried again until they leave."""

    SENT = "sent"
    WAITING = "waiting"
    FAILING = "failing"


def state_of(sent_at: datetime | None, last_error: str) -> MailState:
    """The state of a mail by what its row says."""
    if sent_at is not None:
        return MailState.SENT
    return MailState.FAILING if last_error else MailState.WAITING
