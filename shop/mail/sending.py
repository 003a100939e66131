"""The rounds of the job that sends mails: claim in one transaction, send outside, mark in another."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from email.message import EmailMessage

import structlog
from sqlalchemy.orm import Session

from shop.mail import service
from shop.mail.letterhead import Letterhead
from shop.mail.sender import MailNotSent, Send, Server, ServerAway, connection, message

log = structlog.get_logger("shop.mail")
Transaction = Callable[[], AbstractContextManager[Session]]
Clock = Callable[[], datetime]
LONGEST_ROUND = timedelta(minutes=2)
"""No mail is begun later than that: the round ends well before its lease (ten minutes), and others get their turn."""


def send_due(transaction: Transaction, letterhead: Letterhead, smtp_url: str, *, clock: Clock) -> int:
    """Send what is due; returns how many left. A dead mail server loses nothing: each is tried again later.

    The clock is asked for each mail: with a slow server a round lasts longer than one claim does.

    A server that cannot be reached is tried once a round: its mail waits longer, the others stay due as they are.

    Without a mail server (the demo, tests) a mail counts as sent at once, and can be read on the demo's page.
    """
    with transaction() as session:
        began = clock()
        due = service.due(session, began)
    sent = 0
    way: AbstractContextManager[Send] = connection(Server.from_url(smtp_url)) if smtp_url else nullcontext(_keep)
    with way as send:
        for mail_id in due:
            if clock() - began >= LONGEST_ROUND:
                break
            try:
                sent += _send_one(transaction, mail_id, letterhead, send, clock=clock)
            except ServerAway:
                break
    return sent


def _send_one(transaction: Transaction, mail_id: int, letterhead: Letterhead, send: Send, *, clock: Clock) -> bool:
    """Whether it left. Raises ServerAway, once that is noted at the mail."""
    with transaction() as session:
        mail = service.claim(session, mail_id, now=clock())
        if mail is None:
            return False
        session.expunge(mail)  # read below as it was claimed, outside the transaction
    attempts, kind = mail.attempts, mail.kind
    try:
        send(message(mail, letterhead))
    except MailNotSent as error:
        log.warning("mail_not_sent", mail_id=mail_id, kind=kind, attempts=attempts, reason=str(error))
        with transaction() as session:
            service.mark_failed(session, mail_id, attempts=attempts, error=str(error), now=clock())
        if isinstance(error, ServerAway):
            raise
        return False
    with transaction() as session:
        service.mark_sent(session, mail_id, now=clock())
    return True


def _keep(_letter: EmailMessage) -> None:
    """There is no mail server: the row itself is what was sent."""
