import re

import pytest

from tests.demo.browser import Page
from tests.demo.conftest import Desk, line


def test_the_page_says_that_no_money_moves_and_what_is_paid(desk: Desk) -> None:
    page = _open(desk)

    assert page.status == 200
    assert "Demo payment page: no money moves." in page.words()
    assert "Item for 4900 49.00 USD Item for 595 5.95 USD Total 54.95 USD" in page.words()
    assert "<script" not in page.text


def test_paying_leads_back_to_the_shop(desk: Desk) -> None:
    page = _open(desk)

    back = desk.browser.press(page, "Pay 54.95 USD")

    session = desk.server.ledger()["sessions"][0]
    assert (back.status, back.location) == (303, f"http://127.0.0.1:8000/return?session={session['id']}")
    assert (session["status"], session["payment_status"]) == ("complete", "paid")


def test_a_declined_card_may_try_again(desk: Desk) -> None:
    page = _open(desk)

    declined = _follow(desk, desk.browser.press(page, "Card declined"))
    session = desk.server.ledger()["sessions"][0]
    paid = desk.browser.press(declined, "Pay 54.95 USD")

    assert "Your card was declined. Nothing was charged" in declined.words()
    assert session["status"] == "open"
    assert paid.location.startswith("http://127.0.0.1:8000/return")
    assert [charge["status"] for charge in desk.server.ledger()["charges"]] == ["failed", "succeeded"]
    assert len(desk.server.ledger()["payment_intents"]) == 1


def test_three_d_secure_is_asked_and_approved(desk: Desk) -> None:
    challenge = _follow(desk, desk.browser.press(_open(desk), "3-D Secure"))
    pending = desk.server.ledger()

    back = desk.browser.press(challenge, "Approve the payment")

    assert "Confirm it is you" in challenge.words()
    assert (pending["payment_intents"][0]["status"], pending["charges"]) == ("requires_action", [])
    assert back.location.startswith("http://127.0.0.1:8000/return")
    assert desk.server.ledger()["totals"]["charges"] == 1


def test_three_d_secure_may_fail_and_nothing_is_charged(desk: Desk) -> None:
    challenge = _follow(desk, desk.browser.press(_open(desk), "3-D Secure"))

    failed = _follow(desk, desk.browser.press(challenge, "Fail the check"))

    assert "could not be verified" in failed.words()
    assert desk.server.ledger()["totals"]["charges"] == 0


@pytest.mark.parametrize(("button", "payment_status", "event"), [
    ("The transfer arrives", "paid", "checkout.session.async_payment_succeeded"),
    ("The transfer fails", "unpaid", "checkout.session.async_payment_failed"),
])  # fmt: skip
def test_paying_later_places_the_order_before_the_money(
    desk: Desk, button: str, payment_status: str, event: str
) -> None:
    page = _open(desk)
    back = desk.browser.press(page, "Pay later")
    placed = desk.server.ledger()
    address = placed["sessions"][0]["id"]

    waiting = desk.browser.load(f"/pay/{address}")
    _follow(desk, desk.browser.press(waiting, button))

    assert back.location.startswith("http://127.0.0.1:8000/return")
    assert (placed["sessions"][0]["status"], placed["sessions"][0]["payment_status"]) == ("complete", "unpaid")
    assert placed["charges"] == []
    after = desk.server.ledger()
    assert after["sessions"][0]["payment_status"] == payment_status
    assert after["events"][-1]["type"] == event


def test_closing_is_a_link_to_the_cart(desk: Desk) -> None:
    page = _open(desk)

    assert '<a class="close" href="http://127.0.0.1:8000/cart">' in page.text


def test_a_second_click_pays_once(desk: Desk) -> None:
    page = _open(desk)

    desk.browser.press(page, "Pay 54.95 USD")
    second = _follow(desk, desk.browser.press(page, "Pay 54.95 USD"))

    assert "Already paid" in second.words()
    assert desk.server.ledger()["totals"]["charges"] == 1


def test_an_expired_page_says_so_and_takes_nothing(desk: Desk) -> None:
    page = _open(desk)
    desk.server.advance(25 * 3600)

    late = _follow(desk, desk.browser.press(page, "Pay 54.95 USD"))

    assert "This payment page has expired Nothing was charged." in late.words()
    assert desk.server.ledger()["charges"] == []
    assert desk.server.ledger()["events"][-1]["type"] == "checkout.session.expired"


def test_what_a_shop_writes_is_text_on_the_page(near: Desk) -> None:
    item = line(900)
    item["price_data"]["product_data"]["name"] = "<script>alert(1)</script>"

    page = near.browser.load(near.open_session(line_items=[item]).url or "")

    assert "&lt;script&gt;" in page.text


def test_the_page_is_guarded_but_lets_the_buyer_back_to_the_shop(desk: Desk) -> None:
    policy = _open(desk).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:8000;" in policy, "browsers check form-action on the redirect, too"


def test_unknown_pages_and_buttons_are_404(desk: Desk) -> None:
    session = desk.open_session()

    assert desk.browser.load("/pay/cs_test_nobody").status == 404
    assert desk.browser.send("POST", "/pay/cs_test_nobody/pay").status == 404
    assert desk.browser.send("POST", f"/pay/{session.id}/expire").status == 404
    assert desk.browser.load(f"/pay/{session.id}", headers={"Host": "attacker.example"}).status == 403


def test_the_bare_address_shows_the_latest_payments(desk: Desk) -> None:
    before = desk.browser.load("/").words()
    desk.paid_session()

    assert "Nobody has gone to checkout yet." in before
    assert "T-1001 complete, paid 54.95 USD" in desk.browser.load("/").words()


def test_the_style_sheet_is_served(desk: Desk) -> None:
    address = re.search(r'<link rel="stylesheet" href="([^"]+)"', _open(desk).text)

    assert address
    assert "prefers-color-scheme: dark" in desk.browser.load(address[1]).text


def _open(desk: Desk) -> Page:
    return desk.browser.load(desk.open_session().url or "")


def _follow(desk: Desk, page: Page) -> Page:
    assert page.status == 303
    return desk.browser.load(page.location)
