"""Mails over SMTP. Network: never inside a transaction."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import unquote, urlsplit

from shop.email_address import is_read_as
from shop.mail.letterhead import Letterhead
from shop.mail.models import OutboxMail

TIMEOUT_SECONDS = 10
Send = Callable[[EmailMessage], None]


class MailNotSent(Exception):
    """The mail server did not take it; the sentence names no address."""


class ServerAway(MailNotSent):
    """Nobody answers there, or does not let us in: no other mail would leave now."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails go: smtp://user:password@host:port (with STARTTLS when there is a password) or smtps://..."""

    host: str
    port: int
    user: str
    password: str
    is_tls: bool

    @classmethod
    def from_url(cls, url: str) -> "Server":
        """Read the setting SMTP_URL. Raises ValueError for another scheme."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("the mail server is written smtp://user:password@host:port or smtps://...")
        is_tls = parts.scheme == "smtps"
        port = parts.port or (465 if is_tls else 587)
        return cls(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), is_tls)


def message(mail: OutboxMail, letterhead: Letterhead) -> EmailMessage:
    """The mail as it travels. Its Message-ID follows from its row: the same mail sent twice can be told.

    Raises MailNotSent when it cannot be written, or would be read as one to another address than its row says.
    """
    try:
        letter = _written(mail, letterhead)
    except Exception as error:  # whatever stands in one row must not stop the others
        raise MailNotSent(f"it cannot be written: {type(error).__name__}") from error
    if not is_read_as(letter, mail.recipient):
        raise MailNotSent("it cannot be written: its address would be read as another one")
    return letter


def _written(mail: OutboxMail, letterhead: Letterhead) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = formataddr((letterhead.shop_name, letterhead.mail_from))
    letter["To"] = mail.recipient
    letter["Reply-To"] = letterhead.contact_email
    letter["Subject"] = mail.subject
    letter["Date"] = format_datetime(mail.created_at)
    letter["Message-ID"] = f"<{mail.id}.{int(mail.created_at.timestamp())}@{_domain(letterhead.mail_from)}>"
    letter["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe_url:  # RFC 8058: the mail program's own button posts there, and asks nothing else
        letter["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter.set_content(mail.text)
    if mail.html:
        letter.add_alternative(mail.html, subtype="html")
    return letter


@contextmanager
def connection(server: Server) -> Iterator[Send]:
    """A function that sends over one SMTP connection, opened at its first use. Raises MailNotSent, or ServerAway."""
    opened: list[smtplib.SMTP] = []

    def send(letter: EmailMessage) -> None:
        try:
            if not opened:
                opened.append(_connect(server))
        except Exception as error:
            raise ServerAway(_sentence(error)) from error
        try:
            opened[0].send_message(letter)
        except Exception as error:  # also what the library trips over: one mail must not stop the others
            _close(opened)
            raise MailNotSent(_sentence(error)) from error

    try:
        yield send
    finally:
        _close(opened)


def _connect(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.is_tls:
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        if server.user:
            if not server.is_tls:
                client.starttls(context=context)  # a password never travels in clear
            client.login(server.user, server.password)
    except BaseException:
        client.close()
        raise
    return client


def _close(opened: list[smtplib.SMTP]) -> None:
    for client in opened:
        try:
            client.quit()
        except (smtplib.SMTPException, OSError):
            client.close()
    opened.clear()


def _sentence(error: Exception) -> str:
    """What went wrong without the address: it goes into a log and a column."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _domain(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2] or "localhost"
