"""One rule for every e-mail address: what it lets in can be written to, at that very address and no other."""

from datetime import timedelta
from email.utils import getaddresses

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shop.email_address import is_email, normal_email
from shop.mail.models import OutboxMail
from shop.mail.sender import message
from tests.make import NOW
from tests.shop.mail.test_outbox import LETTERHEAD

LETTERS = st.sampled_from("abzAZ09.-_+=?!#$%&'*/^`{|}~") | st.characters(exclude_categories=["Cs"])
PART = st.text(LETTERS, min_size=1, max_size=12)
LABEL = st.text(st.sampled_from("abz09-äß☃ｅI"), min_size=1, max_size=8)
DOMAIN = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
ADDRESS = st.builds("{}@{}".format, PART, DOMAIN | PART) | st.text(max_size=20)
ENCODED = st.builds("=?utf-8?{}?{}?=@example.com".format, st.sampled_from("qbQB"), PART)


def mail_to(recipient: str) -> OutboxMail:
    return OutboxMail(
        id=1,
        unique_key="one",
        kind="confirmation",
        recipient=recipient,
        subject="Thank you",
        text="Hello",
        html="",
        unsubscribe_url="",
        created_at=NOW,
        next_try_at=NOW + timedelta(minutes=1),
    )


@settings(max_examples=200, deadline=None)
@given(address=ADDRESS | ENCODED)
@example(address="ü@exämple.de")
@example(address="o'neil+mat@example.ie")
@example(address="=?utf-8?q?a=0Ab?=@example.com")
def test_whatever_is_let_in_can_be_sent_and_goes_to_that_very_address(address: str) -> None:
    if not is_email(address):
        return

    for each in (address, normal_email(address)):
        letter = message(mail_to(each), LETTERHEAD)

        assert [found for _, found in getaddresses([str(letter["To"])])] == [each]
        assert letter.as_bytes(policy=letter.policy.clone(utf8=True))


@settings(max_examples=100, deadline=None)
@given(address=ADDRESS)
def test_the_kept_form_of_an_address_is_the_same_however_often_it_is_made(address: str) -> None:
    kept = normal_email(address)

    assert normal_email(kept) == kept
    assert is_email(kept) or not is_email(address)


@pytest.mark.parametrize(
    "bad",
    [
        "=?utf-8?q?a=0Ab?=@example.com",
        "=?utf-8?q?pat?=@example.com",
        "=?us-ascii?b?cGF0?=@example.com",
        "pat@=?utf-8?q?example?=.com",
        "pat@example.com.",
        "pat@.example.com",
        "pat@example..com",
        "pat@-example.com",
        "pat@example.c0m\x7f",
        "pat\x00@example.com",
        "pat\u200b@example.com",
        ".pat@example.com",
        "pat.@example.com",
        "p" * 65 + "@example.com",
        "ü" * 33 + "@example.com",
        "pat@" + "e" * 64 + ".com",
        "pat@" + "e" * 60 + ".com" * 60,
        "pat@192.0.2.1",
        "pat@example",
        "ｐat@example.com",
    ],
)
def test_what_is_no_address_or_would_be_read_as_another_one_is_refused(bad: str) -> None:
    assert not is_email(bad)
