"""The second factor: setting it up, signing in with it, the lost phone, and no way around it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pyotp
import pytest
import time_machine
from flask import Flask

from shop.clock import utc_now
from shop.staff import second_factor
from shop.staff import service as staff
from shop.staff.models import StaffMember, StaffRecoveryCode
from tests.conftest import MakeApp
from tests.shop.merchant.browser import EMAIL, PASSWORD, Browser, fields_of
from tests.shop.merchant.conftest import Transaction

PAGE = "/merchant/account/second-factor"
SECRET = "JBSWY3DPEHPK3PXP" * 2


@dataclass
class Phone:
    """The authenticator app, with the recovery codes on a slip of paper."""

    secret: str
    recovery: list[str]

    def code(self) -> str:
        """What the app shows now."""
        return pyotp.TOTP(self.secret).at(utc_now())


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utc_now(), tick=False) as clock:
        yield clock


def enrol(browser: Browser) -> Phone:
    """Set the factor up as a person would."""
    page = browser.get(PAGE).text
    form = page[page.index('class="ts-form"') :]
    phone = Phone(re.findall(r"secret=(\w+)", unescape(page))[0], [])
    answer = browser.client.post(f"{PAGE}/on", data={**fields_of(form), "code": phone.code(), "current": PASSWORD})
    phone.recovery = re.findall(r"<code>([a-z2-7-]{19})</code>", answer.text)
    assert answer.status_code == 200, answer.text
    return phone


def send_code(browser: Browser, code: str, **fields: str) -> int:
    """Type a code on the page that comes after the password."""
    return browser.post(
        "/merchant/sign-in/code", {"code": code, **fields}, token_of="/merchant/sign-in/code"
    ).status_code


def test_a_member_with_a_factor_signs_in_with_password_and_code(
    merchant: Browser, stranger: Browser, clock: time_machine.Traveller
) -> None:
    phone = enrol(merchant)
    clock.shift(timedelta(minutes=1))

    after_password = stranger.sign_in(next="/merchant/orders")

    assert after_password.headers["Location"] == "/merchant/sign-in/code?next=/merchant/orders"
    assert stranger.get("/merchant").status_code == 303  # the password alone opens nothing
    assert send_code(stranger, phone.code()) == 303
    assert stranger.get("/merchant").status_code == 200


def test_the_secret_is_encrypted_and_recovery_codes_are_hashed_in_the_database(
    merchant: Browser, transaction: Transaction
) -> None:
    phone = enrol(merchant)

    with transaction() as session:
        kept = session.query(StaffMember.factor_secret).scalar()
        hashes = [row.code_hash for row in session.query(StaffRecoveryCode)]

    assert phone.secret not in (kept or phone.secret)
    assert len(phone.recovery) == len(hashes) == second_factor.RECOVERY_CODES
    assert not {code.replace("-", "") for code in phone.recovery} & set(hashes)


def test_a_code_works_once(merchant: Browser, stranger: Browser, clock: time_machine.Traveller) -> None:
    phone = enrol(merchant)
    stranger.sign_in()
    used_at_enrolment = send_code(stranger, phone.code())
    clock.shift(timedelta(minutes=1))
    code = phone.code()

    first = send_code(stranger, code)
    stranger.post("/merchant/sign-out")
    stranger.sign_in()
    second = send_code(stranger, code)

    assert (used_at_enrolment, first, second) == (422, 303, 422)


def test_an_older_code_is_refused_after_a_newer_one(
    merchant: Browser, stranger: Browser, clock: time_machine.Traveller
) -> None:
    phone = enrol(merchant)
    clock.shift(timedelta(minutes=1))
    older = phone.code()
    clock.shift(timedelta(seconds=30))
    stranger.sign_in()
    send_code(stranger, phone.code())
    stranger.post("/merchant/sign-out")
    stranger.sign_in()

    assert send_code(stranger, older) == 422


def test_a_recovery_code_works_once_and_however_it_is_typed(merchant: Browser, stranger: Browser) -> None:
    phone = enrol(merchant)
    stranger.sign_in()

    first = send_code(stranger, phone.recovery[0].upper().replace("-", " "))
    stranger.post("/merchant/sign-out")
    stranger.sign_in()
    again = send_code(stranger, phone.recovery[0])
    other = send_code(stranger, phone.recovery[1])

    assert (first, again, other) == (303, 422, 303)


def test_guessing_codes_is_slowed_within_ten_tries(merchant: Browser, stranger: Browser) -> None:
    enrol(merchant)
    stranger.sign_in()

    answers = [send_code(stranger, f"{n:06}") for n in range(10)]

    assert answers[0] == 422
    assert answers[-1] == 429


def test_the_page_for_the_code_is_closed_without_the_password_and_after_ten_minutes(
    merchant: Browser, stranger: Browser, clock: time_machine.Traveller
) -> None:
    enrol(merchant)
    before = stranger.get("/merchant/sign-in/code")
    stranger.sign_in()
    clock.shift(timedelta(minutes=11))

    after = stranger.get("/merchant/sign-in/code")

    assert before.headers["Location"] == after.headers["Location"] == "/merchant/sign-in"


def test_the_session_of_the_password_is_another_than_that_of_the_code(merchant: Browser, stranger: Browser) -> None:
    phone = enrol(merchant)
    stranger.sign_in()
    waiting = stranger.client.get_cookie("tsubo_staff")
    send_code(stranger, phone.recovery[0])

    opened = stranger.client.get_cookie("tsubo_staff")
    assert waiting is not None
    assert opened is not None
    stranger.client.set_cookie("tsubo_staff", waiting.value)

    assert waiting.value != opened.value
    assert stranger.get("/merchant").status_code == 303


@pytest.mark.parametrize("path", [f"{PAGE}/off", f"{PAGE}/codes"])
def test_factor_and_recovery_codes_change_only_with_the_password(
    merchant: Browser, transaction: Transaction, path: str
) -> None:
    enrol(merchant)

    refused = merchant.post(path, {"current": "not the password"}, token_of=PAGE)

    assert refused.status_code == 422
    with transaction() as session:
        assert session.query(StaffMember.factor_secret).scalar() is not None
    assert merchant.post(path, {"current": PASSWORD}, token_of=PAGE).status_code in (200, 303)


def test_nobody_sets_up_a_factor_without_the_password(merchant: Browser) -> None:
    page = merchant.get(PAGE).text
    secret = re.findall(r"secret=(\w+)", unescape(page))[0]
    fields = fields_of(page[page.index('class="ts-form"') :])

    answer = merchant.client.post(f"{PAGE}/on", data={**fields, "code": pyotp.TOTP(secret).now(), "current": "x"})

    assert answer.status_code == 422
    assert "second factor is on" not in answer.text


def test_a_wrong_code_keeps_the_secret_and_sets_nothing_up(merchant: Browser, transaction: Transaction) -> None:
    page = merchant.get(PAGE).text
    secret = re.findall(r"secret=(\w+)", unescape(page))[0]
    fields = fields_of(page[page.index('class="ts-form"') :])

    answer = merchant.client.post(f"{PAGE}/on", data={**fields, "code": "000000", "current": PASSWORD})

    assert answer.status_code == 422
    assert secret in unescape(answer.text)
    with transaction() as session:
        assert session.query(StaffMember.factor_secret).scalar() is None


def test_another_sessions_sealed_secret_is_not_taken(merchant: Browser, stranger: Browser) -> None:
    page = merchant.get(PAGE).text
    secret = re.findall(r"secret=(\w+)", unescape(page))[0]
    foreign = fields_of(page[page.index('class="ts-form"') :])["sealed"]
    stranger.sign_in()

    answer = stranger.post(
        f"{PAGE}/on", {"sealed": foreign, "code": pyotp.TOTP(secret).now(), "current": PASSWORD}, token_of=PAGE
    )

    assert answer.headers["Location"] == PAGE
    assert "QR code" in stranger.get(PAGE).text


def test_a_new_password_is_no_way_around_the_factor(
    merchant: Browser, stranger: Browser, transaction: Transaction
) -> None:
    enrol(merchant)
    with transaction() as session:
        staff.add_member(session, EMAIL, "green spoon nine fern", now=utc_now())

    stranger.sign_in(password="green spoon nine fern")

    assert stranger.get("/merchant").status_code == 303


def test_the_operator_takes_a_lost_factor_away_and_every_session_ends(
    app: Flask, merchant: Browser, stranger: Browser
) -> None:
    enrol(merchant)

    told = app.test_cli_runner().invoke(args=["shop", "reset-second-factor", EMAIL])
    unknown = app.test_cli_runner().invoke(args=["shop", "reset-second-factor", "nobody@shop.example"])

    assert "password alone" in told.output
    assert unknown.exit_code == 1
    assert merchant.get("/merchant").status_code == 303
    stranger.sign_in()
    assert stranger.get("/merchant").status_code == 200


def test_where_a_factor_is_required_nothing_else_opens_before_it_is_set_up(
    make_app: MakeApp, merchant: Browser
) -> None:
    client = make_app(SHOP_REQUIRE_SECOND_FACTOR="on").test_client()
    newcomer = Browser(client)
    newcomer.sign_in()

    looked = [newcomer.get(path) for path in ("/merchant", "/merchant/orders", "/merchant/account")]
    changed = newcomer.post("/merchant/products/bulk", {}, token_of=PAGE)
    enrol(newcomer)

    assert {answer.headers["Location"] for answer in looked} == {PAGE}
    assert changed.status_code == 403
    assert newcomer.get("/merchant").status_code == 200


def test_a_factor_whose_key_left_the_settings_still_opens_by_recovery_code(
    make_app: MakeApp, merchant: Browser
) -> None:
    phone = enrol(merchant)
    rolled = Browser(make_app(SHOP_SECRET_KEYS="another-secret-for-tests-0123456789abcdef").test_client())
    rolled.sign_in()

    assert send_code(rolled, phone.code()) == 422
    assert send_code(rolled, phone.recovery[0]) == 303


def test_after_one_sign_in_under_the_new_key_the_old_one_may_go(
    make_app: MakeApp, merchant: Browser, clock: time_machine.Traveller
) -> None:
    phone = enrol(merchant)
    old, new = "a-secret-for-tests-only-0123456789abcdef", "another-secret-for-tests-0123456789abcdef"
    codes = []
    for keys in (f"{new},{old}", new):
        clock.shift(timedelta(minutes=1))
        browser = Browser(make_app(SHOP_SECRET_KEYS=keys).test_client())
        browser.sign_in()
        codes.append(send_code(browser, phone.code()))

    assert codes == [303, 303]


def test_the_qr_code_says_what_the_address_says() -> None:
    address = second_factor.app_address(SECRET, EMAIL, "Tsubo")

    drawn = second_factor.qr_code(address)

    assert address.startswith(f"otpauth://totp/Tsubo:anna%40shop.example?secret={SECRET}")
    assert drawn.size > 29
    assert drawn.path.startswith("M4 4h1v1h-1z")  # the corner of the first finder pattern, behind the quiet zone
