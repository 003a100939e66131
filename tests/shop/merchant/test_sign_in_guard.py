"""Guessing is slowed, wherever it comes from, and the merchant at their own desk is never locked out by it."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from structlog.testing import capture_logs

from shop.clock import utc_now
from shop.staff import service as staff
from tests.conftest import MakeApp
from tests.shop.merchant.browser import EMAIL, PASSWORD, Browser
from tests.shop.merchant.conftest import Transaction


def browser_at(app: Flask, address: str) -> Browser:
    """A browser that comes from another address."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return Browser(client)


def guess_from_everywhere(app: Flask, times: int, email: str = EMAIL) -> list[int]:
    """One wrong password from each of many addresses."""
    return [
        browser_at(app, f"203.0.113.{n}").sign_in(email=email, password=f"guess number {n}").status_code
        for n in range(times)
    ]


def test_guessing_from_many_addresses_is_slowed_within_ten_tries(app: Flask, anybody: Browser) -> None:
    answers = guess_from_everywhere(app, 10)

    assert answers == [422] * 9 + [429]


def test_who_guesses_from_elsewhere_does_not_lock_out_the_merchant_at_their_own_desk(
    app: Flask, anybody: Browser
) -> None:
    anybody.sign_in()
    anybody.post("/merchant/sign-out")
    guess_from_everywhere(app, 10)

    unknown_browser = browser_at(app, "198.51.100.7").sign_in()
    own_browser = anybody.sign_in()

    assert unknown_browser.status_code == 429
    assert own_browser.status_code == 303


def test_a_stolen_device_cookie_gives_ten_tries_and_no_more(anybody: Browser) -> None:
    anybody.sign_in()
    anybody.post("/merchant/sign-out")

    answers = [anybody.sign_in(password=f"guess number {n}").status_code for n in range(11)]

    assert answers == [422] * 10 + [429]


def test_the_wait_grows_when_the_guessing_goes_on(app: Flask, anybody: Browser) -> None:
    start = utc_now()
    with time_machine.travel(start, tick=False) as clock:
        guess_from_everywhere(app, 10)
        clock.move_to(start + timedelta(minutes=16))
        second = guess_from_everywhere(app, 10)
        clock.move_to(start + timedelta(minutes=32))
        third = guess_from_everywhere(app, 10)

    assert second.count(422) == 9
    assert third.count(422) <= 2


@pytest.mark.parametrize("kind", ["forged", "another purpose", "another member", "empty"])
def test_a_device_cookie_of_anything_else_is_not_known(
    app: Flask, anybody: Browser, transaction: Transaction, kind: str
) -> None:
    with transaction() as session:
        staff.add_member(session, "berta@shop.example", "green spoon nine fern", now=utc_now())
    berta = browser_at(app, "192.0.2.9")
    berta.sign_in(email="berta@shop.example", password="green spoon nine fern")
    cookie = berta.client.get_cookie("tsubo_device")
    assert cookie is not None
    links = app.extensions["tsubo"].keyring.links("newsletter-leave")
    value = {
        "forged": cookie.value[:-2] + "xx",
        "another purpose": links.dumps([1, "a", "b"]),
        "another member": cookie.value,
        "empty": "",
    }[kind]
    guess_from_everywhere(app, 9)
    visitor = browser_at(app, "198.51.100.7")
    visitor.client.set_cookie("tsubo_device", value)

    assert visitor.sign_in().status_code == 429


def test_a_new_password_makes_old_devices_unknown(app: Flask, anybody: Browser, transaction: Transaction) -> None:
    anybody.sign_in()
    anybody.post("/merchant/sign-out")
    with transaction() as session:
        staff.add_member(session, EMAIL, "green spoon nine fern", now=utc_now())
    guess_from_everywhere(app, 9)

    assert anybody.sign_in(password="green spoon nine fern").status_code == 429


def test_one_line_of_ipv6_is_one_client(app: Flask, anybody: Browser) -> None:
    answers = [
        browser_at(app, f"2001:db8:1:2::{n:x}").sign_in(email=f"a{n}@shop.example", password="x").status_code
        for n in range(1, 22)
    ]

    assert answers == [422] * 20 + [429]


def test_a_refusal_says_when_to_come_back_and_is_logged_without_the_address(app: Flask, anybody: Browser) -> None:
    guess_from_everywhere(app, 9)

    with capture_logs() as lines:
        answer = anybody.sign_in()

    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert "throttled" in {line["event"] for line in lines}
    assert EMAIL not in str(lines)


def test_without_its_counters_server_sign_in_still_works_and_guessing_is_still_slowed(
    make_app: MakeApp, anybody: Browser
) -> None:
    app = make_app(SHOP_LIMITS_URL="redis://127.0.0.1:9/0")

    answers = guess_from_everywhere(app, 10)

    assert answers == [422] * 9 + [429]
    assert browser_at(app, "198.51.100.7").sign_in(email="x@shop.example", password=PASSWORD).status_code == 422
