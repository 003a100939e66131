"""The merchant's work without JavaScript, and pages that grow: 200 % text, no dialog that nobody asked for."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import tour_merchant
from tests.journeys.conftest import LiveShop, NewContext
from tests.journeys.tour import Tour, slug_of


def test_the_merchant_does_all_work_without_java_script(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context(width=1280, java_script=False).new_page()
    seen: list[str] = []
    tour = Tour(page, live_shop, lambda name: seen.append(f"{name}: {page.inner_text('h1')}"))

    number = tour_merchant.paid_order(tour)
    tour_merchant.sign_in(tour)
    tour_merchant.products(tour)
    tour_merchant.orders(tour, number)
    tour_merchant.the_rest(tour)

    headings = dict(line.split(": ", 1) for line in seen)
    assert headings["merchant, overview"] == "Overview"
    assert headings["merchant, import dry run"] == "Dry run: nothing is changed yet"
    assert headings["merchant, refund?"] == "Refund $1.00?"
    assert headings["merchant, order after shipping"] == f"Order {number}"
    page.goto(f"{live_shop.url}/merchant")
    page.click("button:has-text('Sign out')")
    page.goto(f"{live_shop.url}/merchant/orders")
    expect(page.locator("h1")).to_have_text("Sign in")


def test_the_merchant_adds_a_product_without_java_script(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context(width=1280, java_script=False).new_page()
    tour = Tour(page, live_shop, lambda name: None)
    tour_merchant.sign_in(tour)
    page.goto(f"{live_shop.url}/merchant/products/new?type=spike_mat")

    page.fill("[name=sku]", "JOURNEY1")
    page.fill("[name=title]", "Meadow Mat")
    page.fill("[name=description]", "A cotton mat with small plastic points.")
    page.fill("[name$=price_usd] >> nth=0", "39.00")
    tour.press("Save as a draft")

    expect(page.locator("h1")).to_have_text("Meadow Mat")
    expect(page.locator("main [role=status]")).to_contain_text("The product is there")


@pytest.mark.parametrize("path", ["/", "/articles/acupressure-and-back-pain", "/products", "/find", "/cart", "PRODUCT"])
def test_a_page_can_be_read_with_text_twice_as_large(live_shop: LiveShop, new_context: NewContext, path: str) -> None:
    page = new_context(width=640).new_page()
    shown = f"/products/{slug_of(live_shop, in_stock=True)}" if path == "PRODUCT" else path
    page.goto(live_shop.url + shown)

    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_nothing_opens_that_nobody_asked_for(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context().new_page()
    opened: list[str] = []
    page.on("dialog", lambda dialog: opened.append(dialog.message))
    page.on("popup", lambda popup: opened.append(popup.url))

    page.goto(f"{live_shop.url}/articles/acupressure-and-back-pain")
    page.mouse.move(200, 5)
    page.wait_for_timeout(3_000)

    assert opened == []
    assert page.locator("dialog[open], [role=dialog], [aria-modal=true]").count() == 0


def test_what_decides_about_buying_is_above_the_fold_of_a_phone(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context(width=390, height=844).new_page()

    page.goto(f"{live_shop.url}/products/{slug_of(live_shop, in_stock=True)}")

    for part in (".ts-price", ".ts-promises", ".ts-stock"):
        box = page.locator(f"main {part}").first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 844, part
    promises = page.inner_text("main .ts-promises")
    assert re.search(r"Delivery from \$\d", promises)
    assert "send it back" in promises
