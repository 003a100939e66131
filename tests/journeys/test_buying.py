"""From the article's link to the paid order, in a real browser, with JavaScript and without."""

import re

import pytest
from playwright.sync_api import expect

from shop import jobs
from shop.mail.models import OutboxMail
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState
from tests.journeys import steps
from tests.journeys.conftest import LiveShop, NewContext


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_article_to_the_paid_order(live_shop: LiveShop, new_context: NewContext, java_script: bool) -> None:
    page = new_context(java_script=java_script).new_page()
    foreign: list[str] = []
    page.on(
        "request", lambda request: foreign.append(request.url) if not request.url.startswith(live_shop.url) else None
    )
    page.goto(f"{live_shop.url}/")
    page.locator("main a[href*='/articles/']").first.click()
    page.locator("main a[href$='/find']").first.click()
    steps.ask(page)
    steps.add_first(page)
    expect(page.locator("h1")).to_have_text("Your cart")
    assert foreign == []
    page.click("main a:has-text('checkout')")

    steps.fill_address(page)
    steps.order_and_pay(page)

    expect(page.locator("main")).to_contain_text("TS-")
    with live_shop.app.app_context():
        jobs.run(live_shop.app, "mails")
    with live_shop.app.extensions["tsubo"].sessions() as session:
        order = session.query(Order).order_by(Order.id.desc()).first()
        mail = session.query(OutboxMail).filter_by(order_id=order.id).one()
        assert (order.state, order.payment_state) == (OrderState.PLACED, PaymentState.PAID)
        assert order.number in mail.subject
        assert mail.sent_at is not None


def test_paying_twice_by_going_back_makes_one_order(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{live_shop.url}/products")
    page.locator("main a[href*='/products/']").first.click()
    page.click("main button:has-text('Add to cart')")
    page.goto(f"{live_shop.url}/checkout")
    steps.fill_address(page)
    charges = live_shop.provider.ledger()["totals"]["charges"]
    steps.order_and_pay(page)
    page.wait_for_url(re.compile("/order/"))  # or one goes back from where nobody has arrived
    paid_at = page.url

    page.go_back()
    page.go_back()

    assert live_shop.provider.ledger()["totals"]["charges"] == charges + 1
    page.goto(paid_at)
    expect(page.locator("main")).to_contain_text("TS-")


def test_a_declined_card_keeps_the_cart_and_can_be_tried_again(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{live_shop.url}/products")
    page.locator("main a[href*='/products/']").nth(2).click()
    page.click("main button:has-text('Add to cart')")
    page.goto(f"{live_shop.url}/checkout")
    steps.fill_address(page)
    page.click("main form button:has-text('Order and pay')")

    page.click("form[action$='/decline'] button")
    expect(page.locator("main")).to_contain_text("declined")
    page.click("a:has-text('Close')")
    expect(page.locator("header")).to_contain_text("Cart (1)")
    page.goto(f"{live_shop.url}/checkout")
    steps.fill_address(page) if page.locator("[name=email]").count() else None
    steps.order_and_pay(page)

    expect(page.locator("main")).to_contain_text("TS-")


def test_a_warning_sign_ends_with_advice_and_nothing_for_sale(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{live_shop.url}/find")
    steps.agree(page)

    steps.answer(page, {"red_flags": "CAUDA"})

    expect(page.locator("main")).to_contain_text("112")
    assert page.locator("form[action*='/cart/add']").count() == 0
    assert page.locator("a[href*='/products/']").count() == 0
    assert page.locator("input[name=email]").count() == 0


def test_the_keyboard_alone_answers_a_page(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context(width=1280).new_page()
    page.goto(f"{live_shop.url}/find")
    page.focus("input[name=consent]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Question 1 of 7")

    page.focus("input[name=red_flags][value=NONE]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_contain_text("Question 2 of 7")


def test_reading_pages_sets_no_cookie(live_shop: LiveShop, new_context: NewContext) -> None:
    context = new_context()
    page = context.new_page()

    for path in ("/", "/articles", "/products", "/find", "/cart", "/pages/privacy"):
        page.goto(live_shop.url + path)

    assert context.cookies() == []
