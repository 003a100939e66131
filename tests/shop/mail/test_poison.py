"""A mail that cannot be written is told to the merchant, and keeps no other mail back."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from sqlalchemy import update

from shop.mail import log, sender, service
from shop.mail.models import OutboxMail
from shop.mail.rules import MailState
from tests.make import NOW
from tests.shop.mail.test_outbox import Inbox, Transaction, inbox, letter, put, rows, send, smtp_url, transaction

__all__ = ["inbox", "smtp_url", "transaction"]
BROKEN = "=?utf-8?q?a=0Ab?=@example.com"
ALIAS = "=?utf-8?q?pat?=@example.com"


@pytest.mark.parametrize("recipient", [BROKEN, ALIAS])
def test_a_mail_that_cannot_be_written_is_told_and_the_round_goes_on(
    transaction: Transaction, inbox: Inbox, smtp_url: str, recipient: str
) -> None:
    with transaction() as session:
        service.enqueue(session, letter("TS-1:confirmation", recipient=recipient), now=NOW)
    put(transaction, "TS-2:confirmation", "TS-3:confirmation")

    sent = send(transaction, smtp_url)

    assert sent == 2
    assert [mail.state for mail in rows(transaction)] == [MailState.FAILING, MailState.SENT, MailState.SENT]
    assert [found.rcpt_tos for found in inbox.letters] == [["pat@example.com"]] * 2
    with transaction() as session:
        (failing,) = log.failing_mails(session)
        assert failing.attempts == 1
        assert failing.last_error.startswith("it cannot be written")
        assert "@" not in failing.last_error
        assert failing.next_try_at > NOW


def test_a_row_that_the_mail_library_trips_over_keeps_no_other_mail_back(
    transaction: Transaction, smtp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(transaction, "TS-1:confirmation", "TS-2:confirmation")
    with transaction() as session:
        session.execute(update(OutboxMail).where(OutboxMail.id == 1).values(subject="one\nBcc: two@example.com"))

    sent = send(transaction, smtp_url)

    assert sent == 1
    assert [mail.last_error for mail in rows(transaction)] == ["it cannot be written: ValueError", ""]


def test_whatever_goes_wrong_while_one_mail_is_sent_the_others_leave(
    transaction: Transaction, inbox: Inbox, smtp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(transaction, "TS-1:confirmation", "TS-2:confirmation")
    plain: Callable[..., object] = sender.smtplib.SMTP.send_message

    def trips(client: object, mail: EmailMessage) -> object:
        if str(mail["Message-ID"]).startswith("<1."):
            raise UnicodeEncodeError("ascii", "pat@example.com", 0, 1, "no")
        return plain(client, mail)

    monkeypatch.setattr(sender.smtplib.SMTP, "send_message", trips)

    sent = send(transaction, smtp_url)

    assert sent == 1
    assert [mail.last_error for mail in rows(transaction)] == ["UnicodeEncodeError", ""]
