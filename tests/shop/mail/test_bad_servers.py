"""A mail server that is away, refuses, or cuts the line: nothing is lost, each is told, and each leaves once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from shop.mail import log, service
from shop.mail.rules import MailState
from shop.mail.sending import send_due
from tests.make import NOW
from tests.shop.mail.test_outbox import LETTERHEAD, NOBODY, Transaction, free_port, letter, put, rows, transaction

__all__ = ["transaction"]
KEYS = ("TS-1:confirmation", "TS-2:confirmation", "TS-3:confirmation")
REFUSED = "second@example.com"


class Moody:
    """A mail server with a mood: well, refusing everybody, refusing one, refusing what is said, or cutting the line."""

    def __init__(self) -> None:
        self.mood = "well"
        self.kept: list[str] = []

    async def handle_RCPT(  # noqa: N802  # theirs
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.mood == "refuses everybody" or (self.mood == "refuses one" and address == REFUSED):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802  # theirs
        if self.mood == "cuts the line":
            assert server.transport is not None
            server.transport.abort()
            return "451 gone"
        if self.mood == "refuses what is said":
            return "554 not wanted"
        self.kept.extend(envelope.rcpt_tos)
        return "250 kept"


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
def url(moody: Moody) -> Iterator[str]:
    controller = Controller(moody, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def send(transaction: Transaction, url: str, *, at: datetime = NOW) -> int:
    return send_due(transaction, LETTERHEAD, url, clock=lambda: at)


@pytest.mark.parametrize("mood", ["refuses everybody", "refuses what is said", "cuts the line", "is away"])
def test_peer_27_a_bad_mail_server_loses_nothing_and_sends_nothing_twice(
    transaction: Transaction, moody: Moody, url: str, mood: str
) -> None:
    put(transaction, *KEYS)
    moody.mood = mood

    during = send(transaction, NOBODY if mood == "is away" else url)
    told = [(mail.state, mail.attempts, bool(mail.last_error)) for mail in rows(transaction)]
    moody.mood = "well"
    too_soon = send(transaction, url, at=NOW + timedelta(seconds=30))
    after = send(transaction, url, at=NOW + timedelta(minutes=2))
    again = send(transaction, url, at=NOW + timedelta(hours=9))

    soon = 2 if mood == "is away" else 0  # those that nobody tried leave at once when it is back
    assert (during, too_soon, after, again) == (0, soon, 3 - soon, 0)
    waits = [(MailState.WAITING, 0, False)] * 2  # a server that cannot be reached is tried once a round
    assert told == [(MailState.FAILING, 1, True), *(waits if mood == "is away" else [(MailState.FAILING, 1, True)] * 2)]
    assert moody.kept == ["pat@example.com"] * 3
    assert {mail.state for mail in rows(transaction)} == {MailState.SENT}


def test_one_refused_recipient_keeps_no_other_mail_back(transaction: Transaction, moody: Moody, url: str) -> None:
    moody.mood = "refuses one"
    with transaction() as session:
        for number, recipient in enumerate(("first@example.com", REFUSED, "third@example.com")):
            service.enqueue(session, letter(f"TS-{number}:confirmation", recipient=recipient), now=NOW)

    sent = send(transaction, url)

    assert sent == 2
    assert moody.kept == ["first@example.com", "third@example.com"]
    refused = next(mail for mail in rows(transaction) if mail.recipient == REFUSED)
    assert refused.last_error == "SMTPRecipientsRefused"
    assert REFUSED not in refused.last_error
    with transaction() as session:
        assert log.count_unsent(session) == log.Unsent(waiting=0, failing=1)
        assert [mail.recipient for mail in log.failing_mails(session)] == [REFUSED]


def test_a_refused_recipient_is_tried_ever_more_rarely_and_never_given_up(
    transaction: Transaction, moody: Moody, url: str
) -> None:
    moody.mood = "refuses everybody"
    put(transaction, KEYS[0])
    waits, at = [], NOW

    for _ in range(12):
        send(transaction, url, at=at)
        (mail,) = rows(transaction)
        waits.append(mail.next_try_at - at)
        at = mail.next_try_at

    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits[-1] == timedelta(hours=4)
    assert mail.attempts == 12
