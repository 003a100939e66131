"""Every page that a customer can reach under axe-core."""

from playwright.sync_api import Browser

from tests.journeys.conftest import LiveShop
from tests.journeys.inspecting import touring
from tests.journeys.tour import asking, buying, reading, ruled_out

LEAST_PAGES = 60


def test_no_page_that_a_customer_can_reach_has_a_finding(live_shop: LiveShop, browser: Browser) -> None:
    with touring(browser, live_shop) as (tour, inspector):
        reading(tour)
        asking(tour)
        ruled_out(tour)
        buying(tour)

    assert inspector.found == []
    assert len(set(inspector.seen)) >= LEAST_PAGES
