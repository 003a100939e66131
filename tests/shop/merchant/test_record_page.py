"""The record of changes as a page."""

from tests.shop.merchant.browser import EMAIL, Browser


def test_a_change_appears_with_who_what_and_values(merchant: Browser) -> None:
    merchant.post("/merchant/products/status", {"action": "draft", "sku": "MAT01"})

    page = merchant.get("/merchant/audit?subject=product:MAT01").text

    for words in (EMAIL, "Product taken off sale", "Product MAT01", "published → draft"):
        assert words in page
    assert "Nothing matches" in merchant.get("/merchant/audit?actor=nobody").text
    assert merchant.get("/merchant/audit?page=-1&action=%00&subject=%25").status_code < 500
