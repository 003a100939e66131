"""The outbox: each mail once, none lost, no header of a stranger's choice."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.db import begin_write
from shop.errors import BadInput
from shop.mail import service
from shop.mail.letterhead import Letterhead
from shop.mail.models import OutboxMail
from shop.mail.rules import wait_after
from shop.mail.sender import Server
from shop.mail.sending import send_due
from shop.orders import mails
from shop.orders.models import Shipment
from tests.make import NOW, make_order, make_stock

LETTERHEAD = Letterhead(
    shop_name="Mat & Needle",
    contact_email="help@example.com",
    postal_address="1 Shop Street",
    mail_from="orders@example.com",
    address="https://shop.example/shop",
    locale="en_US",
    live=False,
)
NOBODY = "smtp://127.0.0.1:9"
Transaction = Callable[[], AbstractContextManager[Session]]


class Inbox:
    """A mail server that keeps what it gets; `refuses` makes it say no."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.refuses = False

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802  # theirs
        if self.refuses:
            return "451 try again later"
        self.letters.append(envelope)
        return "250 kept"

    def texts(self) -> list[str]:
        return [bytes(letter.content or b"").decode() for letter in self.letters]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def smtp_url(inbox: Inbox) -> Iterator[str]:
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def transaction(engine: Engine) -> Transaction:
    @contextmanager
    def write() -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session:
            begin_write(session)
            yield session
            session.commit()

    return write


LETTER = service.Letter(
    unique_key="TS-1:confirmation",
    kind="confirmation",
    recipient="pat@example.com",
    subject="Thank you TS-1",
    text="Hello Pat",
    html="<p>Hello Pat</p>",
)


def letter(key: str = LETTER.unique_key, **fields: Any) -> service.Letter:
    return replace(LETTER, unique_key=key, **fields)


def put(transaction: Transaction, *keys: str) -> None:
    with transaction() as session:
        for key in keys:
            service.enqueue(session, letter(key), now=NOW)


def rows(transaction: Transaction) -> list[OutboxMail]:
    with transaction() as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def send(transaction: Transaction, url: str, *, now: datetime = NOW) -> int:
    return send_due(transaction, LETTERHEAD, url, clock=lambda: now)


def test_the_same_mail_is_written_once(session: Session) -> None:
    added = [service.enqueue(session, letter(), now=NOW) for _ in range(2)]

    assert added == [True, False]


@pytest.mark.parametrize(
    "field",
    [
        {"recipient": "pat@example.com\r\nBcc: everybody@example.com"},
        {"recipient": "pat@example.com\n"},
        {"subject": "Thanks\r\nBcc: everybody@example.com"},
        {"recipient": "nobody"},
        {"recipient": ""},
    ],
)
def test_a_line_break_never_reaches_a_header(session: Session, field: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        service.enqueue(session, letter(**field), now=NOW)


def test_a_mail_leaves_with_both_parts_and_a_name_it_keeps(
    transaction: Transaction, inbox: Inbox, smtp_url: str
) -> None:
    put(transaction, "one")

    sent = send(transaction, smtp_url)

    (text,) = inbox.texts()
    assert sent == 1
    assert "From: Mat & Needle <orders@example.com>" in text
    assert "Message-ID: <1.1780315200@example.com>" in text
    assert "text/plain" in text
    assert "text/html" in text
    assert inbox.letters[0].rcpt_tos == ["pat@example.com"]


def test_what_was_sent_is_not_sent_again(transaction: Transaction, inbox: Inbox, smtp_url: str) -> None:
    put(transaction, "one", "two")

    counts = [send(transaction, smtp_url, now=NOW + timedelta(hours=n)) for n in range(3)]

    assert counts == [2, 0, 0]
    assert len(inbox.letters) == 2


def test_a_dead_mail_server_loses_nothing(transaction: Transaction, inbox: Inbox, smtp_url: str) -> None:
    put(transaction, "one", "two")

    failed = [send(transaction, NOBODY, now=NOW + timedelta(minutes=n)) for n in (0, 1, 3)]
    kept = rows(transaction)
    late = send(transaction, smtp_url, now=NOW + timedelta(hours=1))

    assert failed == [0, 0, 0]
    assert sum(mail.attempts for mail in kept) == 3  # one try a round: nobody else would have left either
    assert [(mail.last_error, mail.sent_at) for mail in kept] == [("ConnectionRefusedError", None)] * 2
    assert late == 2
    assert len(inbox.letters) == 2


def test_a_server_that_says_later_is_asked_later(transaction: Transaction, inbox: Inbox, smtp_url: str) -> None:
    put(transaction, "one")
    inbox.refuses = True
    send(transaction, smtp_url)
    inbox.refuses = False

    too_soon = send(transaction, smtp_url, now=NOW + timedelta(seconds=30))
    in_time = send(transaction, smtp_url, now=NOW + timedelta(seconds=61))

    assert (too_soon, in_time) == (0, 1)
    assert "pat@example.com" not in rows(transaction)[0].last_error


def test_two_workers_send_each_mail_once(transaction: Transaction, inbox: Inbox, smtp_url: str) -> None:
    put(transaction, *(f"mail {n}" for n in range(8)))
    start = threading.Barrier(2)

    def work() -> None:
        start.wait(5)
        send(transaction, smtp_url)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert len(inbox.letters) == 8


def test_a_worker_that_died_after_sending_sends_the_same_mail_under_the_same_name(
    transaction: Transaction, inbox: Inbox, smtp_url: str
) -> None:
    put(transaction, "one")
    send(transaction, smtp_url)
    with transaction() as session:  # as if the mark had never been written
        session.scalars(select(OutboxMail)).one().sent_at = None

    at_once = send(transaction, smtp_url, now=NOW + timedelta(minutes=1))
    after_the_claim = send(transaction, smtp_url, now=NOW + service.CLAIM)

    assert (at_once, after_the_claim) == (0, 1)
    names = {text.split("Message-ID: ")[1].splitlines()[0] for text in inbox.texts()}
    assert len(names) == 1


def test_without_a_mail_server_mails_count_as_sent_for_the_demo(transaction: Transaction) -> None:
    put(transaction, "one")

    assert send(transaction, "") == 1
    assert rows(transaction)[0].sent_at == NOW


def test_the_wait_doubles_up_to_four_hours() -> None:
    assert [wait_after(n) for n in (1, 2, 3, 8, 9, 1000)] == [
        timedelta(minutes=minutes) for minutes in (1, 2, 4, 128, 240, 240)
    ]


def test_the_address_of_a_mail_server_is_read() -> None:
    assert Server.from_url("smtp://mail.example") == Server("mail.example", 587, "", "", is_tls=False)
    assert Server.from_url("smtps://u%40x:p%2Fw@mail.example:1465") == Server("mail.example", 1465, "u@x", "p/w", True)
    with pytest.raises(ValueError, match="smtp://"):
        Server.from_url("http://mail.example")


def test_the_confirmation_names_goods_total_and_link_and_no_complaint(session: Session) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    order = make_order(session, quantity=2, full_name="Pat <script>")

    mails.write(session, order, mails.CONFIRMATION, letterhead=LETTERHEAD, now=NOW)

    mail = session.scalars(select(OutboxMail)).one()
    assert mail.subject == "Thank you for your order TS-TEST-0001"
    assert "2 × Acupressure mat, Charcoal: $68.00" in mail.text
    assert "Total: $73.00" in mail.text
    assert "https://shop.example/shop/order/token-of-TS-TEST-0001" in mail.text
    assert "Pat &lt;script&gt;" in mail.html
    assert not any(word in mail.text.lower() for word in ("pain", "back", "relief", "questionnaire"))


def test_every_mail_about_an_order_can_be_written(session: Session) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    order = make_order(session)
    shipment = Shipment(order_id=order.id, carrier="Post", tracking_number="1Z", shipped_at=NOW)
    session.add(shipment)
    session.flush()

    for kind in (mails.CONFIRMATION, mails.PAID, mails.CANCELLED, mails.SOLD_OUT, mails.PAYMENT_FAILED):
        mails.write(session, order, kind, letterhead=LETTERHEAD, now=NOW)
    mails.write_shipped(session, order, shipment, letterhead=LETTERHEAD, now=NOW)
    mails.write_refunded(session, order, order.total, 1, letterhead=LETTERHEAD, now=NOW)
    mails.alert(session, order, "paid 0.01 USD of 39.00 USD", letterhead=LETTERHEAD, now=NOW)

    written = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert len(written) == 8
    assert all(order.number in mail.subject and mail.text.strip() and "</html>" in mail.html for mail in written)
    assert "pat@example.com" not in written[-1].text
