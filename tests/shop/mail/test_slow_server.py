"""A mail server that takes minutes: the claim of a mail counts from when it is its turn, not from the round's start."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from shop.mail.sending import send_due
from tests.make import NOW
from tests.shop.mail.test_outbox import LETTERHEAD, Transaction, free_port, put, rows, transaction

__all__ = ["transaction"]
PER_MAIL = timedelta(minutes=4)  # shorter than a claim; three mails are longer than two claims


class SlowServer:
    """Takes four minutes for a mail, by a clock of its own. Amid the third one another worker comes to help."""

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
