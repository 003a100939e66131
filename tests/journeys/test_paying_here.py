"""Paying in the shop's own page, in a real browser: the stand-in's script, and the way without JavaScript."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import LiveShop, NewContext
from tests.journeys.inspecting import Inspector


@pytest.fixture
def shop_with_fields(live_shop: LiveShop) -> Iterator[LiveShop]:
    """The running shop, for one test with the provider's fields in its own page."""
    runtime = live_shop.app.extensions["tsubo"]
    script = f"{runtime.config.stripe_api_base}/endive/stripe.js"
    changed = replace(runtime.config, payment_ui="elements", stripe_publishable_key="pk_test_1", stripe_js_url=script)
    live_shop.app.extensions["tsubo"] = replace(runtime, config=changed)
    yield live_shop
    live_shop.app.extensions["tsubo"] = runtime


def order(page: Page, url: str) -> None:
    page.goto(f"{url}/products")
    page.locator("main a[href*='/products/']").first.click()
    page.click("main button:has-text('Add to cart')")
    page.goto(f"{url}/checkout")
    steps.fill_address(page)
    page.click("main form[action$='/checkout/place'] button")


def test_a_declined_card_is_said_and_the_next_one_pays(shop_with_fields: LiveShop, new_context: NewContext) -> None:
    page = new_context().new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    charges = shop_with_fields.provider.ledger()["totals"]["charges"]
    order(page, shop_with_fields.url)
    expect(page.locator("[data-pay-button]")).to_be_enabled()
    inspector = Inspector(page)
    inspector.look("paying here")

    page.check("input[value=decline]")
    page.click("[data-pay-button]")
    expect(page.locator("[data-pay-problem]")).to_have_text("Your card was declined.")
    page.check("input[value=secure]")
    page.click("[data-pay-button]")

    expect(page).to_have_url(re.compile("/order/"))
    assert trouble == []
    assert inspector.found == []
    assert shop_with_fields.provider.ledger()["totals"]["charges"] == charges + 1


def test_without_javascript_the_providers_page_takes_the_payment(
    shop_with_fields: LiveShop, new_context: NewContext
) -> None:
    page = new_context(java_script=False).new_page()
    order(page, shop_with_fields.url)

    page.click("main button:has-text('own page')")
    page.locator("form[action$='/pay'] button").click()

    expect(page).to_have_url(re.compile("/order/"))
    ended = [row["status"] for row in shop_with_fields.provider.ledger()["sessions"]][-2:]
    assert ended == ["expired", "complete"]
