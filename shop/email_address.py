"""E-mail addresses: which can be written to, and how one is kept. One rule for the whole shop."""

import re
import unicodedata
from collections.abc import Sequence
from email.errors import MessageError
from email.message import EmailMessage
from typing import Any

LONGEST_ADDRESS = 254  # octets, as the next one
LONGEST_NAME = 64
NAME = re.compile(r"[^@\s<>\"(),:;\\\[\]]+")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII | re.IGNORECASE)


def normal_email(text: str) -> str:
    """The address as it is kept: in lower case and one spelling of each letter, without blanks around it and without
    what nobody can see (of text that was copied). Full-width letters become plain ones. Control characters stay, so
    that `is_email` refuses them: without them it would be another address.
    """
    kept = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", text)
        if letter.isprintable() or unicodedata.category(letter) == "Cc"
    )
    return unicodedata.normalize("NFKC", kept.strip().lower())


def spellings(email: str) -> frozenset[str]:
    """Every way in which an address may be kept that is this very mailbox: what is known of somebody is found by these.

    As it was typed, in its normal form, with its domain in letters and in the form of the name system, and with a dot
    at its end.
    """
    known = {email.strip().lower(), normal_email(email)}
    for each in tuple(known):
        name, at, domain = each.removesuffix(".").rpartition("@")
        labels = domain.split(".")
        known |= {f"{name}{at}{'.'.join(map(spelled, labels))}" for spelled in (_in_letters, _in_ascii)}
    return frozenset(known | {f"{each.removesuffix('.')}." for each in known if each})


def customer_of(email: str) -> str:
    """The one form by which limits count a customer; "" for no address. Mail goes to what was typed, never here.

    However it is spelled, and whatever follows a plus before the @: it is one customer.
    """
    name, at, domain = normal_email(email).removesuffix(".").rpartition("@")
    asked = ".".join(_asked_for(_in_letters(label)) for label in domain.split("."))
    return f"{name.partition('+')[0]}{at}{asked}" if name else ""


def one_spelling(text: str) -> str:
    """What was typed, with plain letters in place of full-width and compatible ones."""
    return unicodedata.normalize("NFKC", text)


def is_email(text: str) -> bool:
    """Whether a mail can be sent to exactly this address. `text` is a normal address, apart from capital letters.

    What a mail program would read as another address is none: `=?utf-8?q?pat?=@...` is decoded on its way.
    """
    if not text.isprintable() or "=?" in text or not unicodedata.is_normalized("NFKC", text):
        return False
    return all(_has_form(each) for each in (text, normal_email(text))) and _survives(text)


def _has_form(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    if len(_octets(name)) > LONGEST_NAME or len(_octets(text)) > LONGEST_ADDRESS:
        return False
    is_name = NAME.fullmatch(name) is not None and all(name.split("."))
    return is_name and _is_domain(domain)


def _is_domain(domain: str) -> bool:
    """At least two labels, each of which the name system can ask for; the last begins with no digit."""
    labels = domain.split(".")
    if len(labels) < 2 or not labels[-1] or labels[-1][0].isdigit():
        return False
    try:
        asked = [label.encode("idna").decode() for label in labels]
    except UnicodeError:
        return False
    return all(LABEL.fullmatch(label) for label in asked) and len(".".join(asked)) < LONGEST_ADDRESS


def is_read_as(letter: EmailMessage, text: str) -> bool:
    """Whether a mail program reads the To of a mail as this one address and nothing else."""
    read: Sequence[Any] = getattr(letter["To"], "addresses", ())
    return len(read) == 1 and read[0].addr_spec == text and not read[0].display_name


def _survives(text: str) -> bool:
    letter = EmailMessage()
    try:
        letter["To"] = text
        return is_read_as(letter, text)
    except (MessageError, ValueError, IndexError):  # an IndexError: what the parser of the library trips over
        return False


def _in_letters(label: str) -> str:
    """A label of a domain as people write it."""
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _in_ascii(label: str) -> str:
    """A label as the name system has it. It changes no letter: another spelling is another domain."""
    return label if label.isascii() else f"xn--{label.encode('punycode').decode()}"


def _asked_for(label: str) -> str:
    try:
        return label.encode("idna").decode().lower()
    except UnicodeError:
        return label


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
