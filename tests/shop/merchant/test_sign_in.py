"""Who gets in, for how long, and where they come out."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from structlog.testing import capture_logs

from shop.audit.models import AuditEvent
from shop.clock import utc_now
from shop.merchant.pages import safe_next
from shop.staff import service as staff
from tests.conftest import MakeApp
from tests.shop.merchant.browser import EMAIL, PASSWORD, Browser
from tests.shop.merchant.conftest import Transaction


def test_the_right_password_opens_the_pages(anybody: Browser) -> None:
    answer = anybody.sign_in()

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/merchant"
    assert "Overview" in anybody.get("/merchant").text


def test_unknown_address_and_wrong_password_get_the_same_answer(anybody: Browser) -> None:
    wrong = anybody.sign_in(password="not the password")
    unknown = anybody.sign_in(email="nobody@shop.example")

    assert wrong.status_code == unknown.status_code == 422
    assert "The e-mail address or the password is wrong." in wrong.text
    assert wrong.text.replace(EMAIL, "") == unknown.text.replace("nobody@shop.example", "")


def test_the_cookie_changes_at_sign_in(anybody: Browser) -> None:
    anybody.get("/merchant/sign-in")
    before = anybody.client.get_cookie("tsubo_staff")

    anybody.sign_in()

    after = anybody.client.get_cookie("tsubo_staff")
    assert before is not None
    assert after is not None
    assert after.value != before.value
    assert after.http_only
    assert after.same_site == "Lax"


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(make_app: MakeApp) -> None:
    client = make_app(SHOP_BASE_URL="https://shop.test").test_client()

    answer = client.get("/merchant/sign-in", base_url="https://shop.test")

    assert answer.headers["Set-Cookie"].startswith("__Host-tsubo_staff=")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_after_sign_out_the_old_cookie_opens_nothing(merchant: Browser) -> None:
    cookie = merchant.client.get_cookie("tsubo_staff")
    assert cookie is not None

    merchant.post("/merchant/sign-out")
    merchant.client.set_cookie("tsubo_staff", cookie.value, domain="localhost")

    assert merchant.get("/merchant").status_code == 303


def test_a_new_password_ends_every_other_session(merchant: Browser, stranger: Browser) -> None:
    stranger.sign_in()

    merchant.post("/merchant/account", {"current": PASSWORD, "wanted": "green spoon nine fern"})

    assert merchant.get("/merchant").status_code == 200
    assert stranger.get("/merchant").status_code == 303


@pytest.mark.parametrize(("current", "wanted"), [("wrong", "green spoon nine fern"), (PASSWORD, "password123")])
def test_a_password_is_not_changed_by_a_wrong_one_or_to_a_weak_one(
    merchant: Browser, current: str, wanted: str
) -> None:
    answer = merchant.post("/merchant/account", {"current": current, "wanted": wanted})

    assert answer.status_code == 422
    assert merchant.get("/merchant").status_code == 200


def test_a_removed_member_is_out_at_once(merchant: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        staff.remove_member(session, EMAIL)

    assert merchant.get("/merchant").status_code == 303


def test_a_session_ends_when_it_lies_idle(anybody: Browser) -> None:
    start = utc_now()
    with time_machine.travel(start, tick=False) as clock:
        anybody.sign_in()
        clock.move_to(start + timedelta(minutes=110))
        assert anybody.get("/merchant").status_code == 200
        clock.move_to(start + timedelta(minutes=110 + 119))
        assert anybody.get("/merchant").status_code == 200
        clock.move_to(start + timedelta(minutes=110 + 119 + 121))
        assert anybody.get("/merchant").status_code == 303


def test_a_session_ends_after_half_a_day_whatever_happens(anybody: Browser) -> None:
    start = utc_now()
    with time_machine.travel(start, tick=False) as clock:
        anybody.sign_in()
        for hours in range(1, 13):
            clock.move_to(start + timedelta(hours=hours))
            assert anybody.get("/merchant").status_code == 200
        clock.move_to(start + timedelta(hours=12, seconds=1))
        assert anybody.get("/merchant").status_code == 303


def test_guessing_is_slowed_within_ten_tries(anybody: Browser) -> None:
    answers = [anybody.sign_in(password=f"guess number {n}").status_code for n in range(10)]

    assert answers[0] == 422
    assert answers[-1] == 429
    assert anybody.sign_in().status_code == 429


def test_signing_in_rightly_many_times_is_not_slowed(anybody: Browser) -> None:
    for _ in range(9):
        assert anybody.sign_in().status_code == 303
        anybody.post("/merchant/sign-out")


def test_signing_in_leaves_a_line_in_the_record(anybody: Browser, transaction: Transaction) -> None:
    anybody.sign_in()

    with transaction() as session:
        lines = [(event.actor, event.action) for event in session.query(AuditEvent)]

    assert lines == [(f"merchant:{EMAIL}", "signed_in")]


def test_logs_name_no_address(anybody: Browser) -> None:
    with capture_logs() as lines:
        anybody.sign_in(password="wrong")
        anybody.sign_in()

    assert {"sign_in_refused", "signed_in"} <= {line["event"] for line in lines}
    assert EMAIL not in str(lines)


def test_the_page_that_was_wanted_comes_after_sign_in(anybody: Browser) -> None:
    asked = anybody.get("/merchant/orders?state=placed")
    next_page = anybody.form(asked.headers["Location"], 'class="ts-form"')["next"]

    answer = anybody.sign_in(next=next_page)

    assert answer.headers["Location"] == "/merchant/orders?state=placed"


def test_no_other_address_comes_after_sign_in(app: Flask, anybody: Browser) -> None:
    foreign = [
        "//evil.example", "/\\evil.example", "https://evil.example", "/merchant/../../evil", "/merchant//evil.example",
        "/merchant\r\nSet-Cookie: a=b", "/merchantevil", "javascript:alert(1)", "/products", "", "/merchant/\\evil",
        "/merchant@evil.example", "\t//evil.example", "/merchant/%0d%0aX", "/merchant?next=//evil.example",
    ]  # fmt: skip

    with app.test_request_context("/merchant"):
        led_to = {safe_next(wanted) for wanted in foreign}
    answer = anybody.sign_in(next="//evil.example")

    assert led_to <= {"/merchant", "/merchant/%0d%0aX"}  # encoded, it stays one line and one of our own paths
    assert answer.headers["Location"] == "/merchant"
