"""Every page of the merchant under axe-core. A file of its own: a worker takes whole files, and this is a long one."""

from playwright.sync_api import Browser

from tests.journeys import tour_merchant
from tests.journeys.conftest import LiveShop
from tests.journeys.inspecting import touring

LEAST_PAGES = 30


def test_no_page_of_the_merchant_has_a_finding(live_shop: LiveShop, browser: Browser) -> None:
    with touring(browser, live_shop) as (tour, inspector):
        number = tour_merchant.paid_order(tour)
        tour_merchant.sign_in(tour)
        tour_merchant.products(tour)
        tour_merchant.orders(tour, number)
        tour_merchant.the_rest(tour)

    assert inspector.found == []
    assert len(set(inspector.seen)) >= LEAST_PAGES
