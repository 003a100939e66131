"""A slow mail server: the claim of a mail counts from its own turn, and a round ends while others wait for theirs."""

import socket
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from shop import jobs
from shop.mail import sender, service
from shop.mail.rules import MailState
from shop.mail.sending import LONGEST_ROUND, send_due
from tests.make import NOW
from tests.shop.mail.test_outbox import LETTERHEAD, Transaction, free_port, put, rows, transaction

__all__ = ["transaction"]
PER_MAIL = timedelta(seconds=50)  # the third mail of a round is begun in time and ends after it


class SlowServer:
    """Takes most of a minute for a mail, by a clock of its own. Amid the third one another worker comes to help."""

    def __init__(self) -> None:
        self.time = NOW
        self.subjects: list[str] = []
        self.url = ""
        self.helper: Transaction | None = None

    def clock(self) -> datetime:
        return self.time

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802  # theirs
        self.time += PER_MAIL
        self.subjects.append(bytes(envelope.content or b"").decode().split("Message-ID: ")[1].splitlines()[0])
        if len(self.subjects) == 3 and self.helper is not None:
            send_due(self.helper, LETTERHEAD, "", clock=self.clock)
        return "250 kept"


@pytest.fixture
def slow() -> Iterator[SlowServer]:
    server = SlowServer()
    port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    server.url = f"smtp://127.0.0.1:{port}"
    yield server
    controller.stop()


def test_a_mail_that_a_slow_server_is_still_taking_is_not_sent_by_another_worker(
    transaction: Transaction, slow: SlowServer
) -> None:
    put(transaction, "one", "two", "three", "four")
    slow.helper = transaction

    send_due(transaction, LETTERHEAD, slow.url, clock=slow.clock)

    assert len(slow.subjects) == len(set(slow.subjects)) == 3
    sent_at = [mail.sent_at for mail in rows(transaction)]
    assert sent_at == [NOW + PER_MAIL, NOW + 2 * PER_MAIL, NOW + 3 * PER_MAIL, NOW + 3 * PER_MAIL]
    assert [mail.attempts for mail in rows(transaction)] == [1, 1, 1, 1]


def test_a_round_begins_no_mail_late_and_the_next_round_goes_on(transaction: Transaction, slow: SlowServer) -> None:
    put(transaction, "one", "two", "three", "four")

    first = send_due(transaction, LETTERHEAD, slow.url, clock=slow.clock)
    ended = slow.time
    second = send_due(transaction, LETTERHEAD, slow.url, clock=slow.clock)

    assert (first, second) == (3, 1)
    assert ended - NOW < LONGEST_ROUND + PER_MAIL
    assert LONGEST_ROUND * 2 < jobs.LEASE
    assert service.CLAIM < jobs.LEASE


def test_a_server_that_takes_calls_and_says_nothing_holds_a_round_up_once(
    transaction: Transaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(transaction, "one", "two", "three", "four")
    monkeypatch.setattr(sender, "TIMEOUT_SECONDS", 0.2)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        sent = send_due(transaction, LETTERHEAD, url, clock=lambda: NOW)
        took = time.monotonic() - began

    assert sent == 0
    assert took < 0.2 * 3
    found = rows(transaction)
    assert [mail.state for mail in found] == [MailState.FAILING] + [MailState.WAITING] * 3
    assert [mail.attempts for mail in found] == [1, 0, 0, 0]


def test_a_mail_that_failed_stands_behind_those_that_wait_longer(transaction: Transaction) -> None:
    put(transaction, "one", "two", "three")
    with transaction() as session:
        service.mark_failed(session, 1, attempts=1, error="away", now=NOW)

    with transaction() as session:
        assert list(service.due(session, NOW + timedelta(minutes=1))) == [2, 3, 1]
