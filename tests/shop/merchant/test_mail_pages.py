"""The merchant sees every mail with its state and why it did not leave, sends it once more, and reads every kind."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from shop import paths
from shop.audit.models import AuditEvent
from shop.mail import service
from shop.mail.models import OutboxMail
from shop.mail.service import Letter
from shop.storefront.mail_samples import KINDS
from tests.conftest import MakeApp
from tests.fakes import FakeGateway
from tests.make import NOW
from tests.shop.merchant.browser import EMAIL, Browser
from tests.shop.merchant.conftest import Transaction
from tests.shop.payments.conftest import Bench

ORDER = "/merchant/orders/TS-TEST-0001"


@pytest.fixture
def paid(merchant: Browser, engine: Engine, gateway: FakeGateway) -> Browser:
    """The merchant, and a paid order with its confirmation in the outbox."""
    bench = Bench(engine, gateway)
    order_id, session_id = bench.opened()
    gateway.pay(session_id)
    bench.settle(order_id, session_id)
    return merchant


def fail(transaction: Transaction, mail_id: int = 1, *, attempts: int = 3) -> None:
    with transaction() as session:
        for _ in range(attempts):
            session.get_one(OutboxMail, mail_id).next_try_at = NOW
            session.flush()
            service.claim(session, mail_id, now=NOW)
        service.mark_failed(session, mail_id, attempts=attempts, error="SMTPServerDisconnected", now=NOW)


def leave(transaction: Transaction, mail_id: int = 1) -> None:
    with transaction() as session:
        service.claim(session, mail_id, now=NOW)
        service.mark_sent(session, mail_id, now=NOW)


def mails(transaction: Transaction) -> list[OutboxMail]:
    with transaction() as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def test_peer_13_the_order_shows_each_mail_with_state_tries_and_last_error(
    paid: Browser, transaction: Transaction
) -> None:
    waiting = paid.get(ORDER).text
    fail(transaction)
    failing = paid.get(ORDER).text
    leave_late(transaction)
    sent = paid.get(ORDER).text

    assert "Waiting" in waiting
    assert "tried 3 times: SMTPServerDisconnected" in failing
    assert "at try 4" in sent


def leave_late(transaction: Transaction) -> None:
    with transaction() as session:
        session.get_one(OutboxMail, 1).next_try_at = NOW
    leave(transaction)


def test_what_failed_is_seen_at_once_with_its_reason_and_tried_now(paid: Browser, transaction: Transaction) -> None:
    fail(transaction)

    page = paid.get("/merchant/mails").text
    answer = paid.post("/merchant/mails/1/again")

    (mail,) = mails(transaction)
    assert "1 could not be sent" in page
    assert "SMTPServerDisconnected" in page
    assert answer.headers["Location"].endswith("done=failing")
    assert mail.next_try_at > NOW + (mail.created_at - NOW)
    assert "tried now" in paid.get("/merchant/mails?done=failing").text


def test_peer_13_a_mail_that_left_is_sent_once_more_as_a_row_of_its_own(
    paid: Browser, transaction: Transaction
) -> None:
    leave(transaction)

    for path in ("/merchant/mails/1/again", f"{ORDER}/mails/1/again"):
        assert paid.post(path).status_code == 303

    first, second, third = mails(transaction)
    assert (first.text, first.recipient) == (second.text, second.recipient) == (third.text, third.recipient)
    assert len({mail.unique_key for mail in (first, second, third)}) == 3
    with transaction() as session:
        noted = session.execute(select(AuditEvent.actor, AuditEvent.action)).all()
    assert set(noted) == {(f"merchant:{EMAIL}", "mail.again"), (f"merchant:{EMAIL}", "order.mail_again")}


def test_a_mail_that_waits_is_never_there_twice(paid: Browser, transaction: Transaction) -> None:
    paid.post(f"{ORDER}/mails/1/again")
    paid.post("/merchant/mails/1/again")

    assert len(mails(transaction)) == 1


def test_a_mail_about_no_order_shows_its_state_and_keeps_its_links(merchant: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        letter = Letter(
            "n:1", "newsletter_confirm", "a@example.com", "Please confirm", "secret-link", "<p>secret-link</p>"
        )
        service.enqueue(session, letter, now=NOW)
    leave(transaction)

    page = merchant.get("/merchant/mails/1")

    assert "Please confirm" in page.text
    assert "secret-link" not in page.text
    assert merchant.get("/merchant/mails/1/html").status_code == 404
    assert merchant.post("/merchant/mails/1/again").status_code == 409
    assert len(mails(transaction)) == 1


def test_a_mail_is_read_in_a_frame_where_nothing_runs(paid: Browser) -> None:
    page, frame = paid.get("/merchant/mails/1"), paid.get("/merchant/mails/1/html")

    assert "Hello Pat Example" in page.text
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert paid.get("/merchant/mails/99").status_code == 404


def test_every_template_of_a_mail_has_a_preview_and_renders_in_both_parts(merchant: Browser) -> None:
    folder = paths.templates() / "shop" / "emails"
    templates = {Path(file).stem for file in folder.iterdir() if not file.name.startswith("_")}

    pages = {kind: merchant.get(f"/merchant/mails/kinds/{kind}") for kind in KINDS}
    frames = {kind: merchant.get(f"/merchant/mails/kinds/{kind}/html") for kind in KINDS}

    assert set(KINDS) == templates
    assert {page.status_code for page in (*pages.values(), *frames.values())} == {200}
    assert all(kind in merchant.get("/merchant/mails/kinds").text for kind in KINDS)
    assert merchant.get("/merchant/mails/kinds/nothing").status_code == 404


def test_no_preview_names_a_complaint_or_a_real_customer(paid: Browser) -> None:
    for kind in KINDS:
        html = paid.get(f"/merchant/mails/kinds/{kind}/html").text
        assert "Pat Example" not in html
        assert not re.search(r"\b(pain|ache|sciatica|neck|insomnia|tension)\b", html, re.IGNORECASE), kind


def test_the_demo_shows_every_kind_and_a_real_shop_none(make_app: MakeApp, app: Flask) -> None:
    demo = make_app(SHOP_MODE="demo").test_client()

    for path in ("/demo/mail-kinds", "/demo/mail-kinds/shipped", "/demo/mail-kinds/shipped/html"):
        assert demo.get(path).status_code == 200
        assert app.test_client().get(path).status_code == 404


def test_strangers_see_no_mail(stranger: Browser) -> None:
    for path in ("/merchant/mails", "/merchant/mails/1", "/merchant/mails/1/html", "/merchant/mails/kinds"):
        assert stranger.get(path).status_code == 303
