"""Looks at pages with axe-core, in light and dark, on a small phone and on a desk."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import LiveShop
from tests.journeys.tour import Tour

PHONE, DESK = 320, 1280
LOOK = "axe.run({resultTypes: ['violations']}).then(results => results.violations)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


class Inspector:
    """Looks at a page as it is on a phone and on a desk, in light and dark, and keeps what is wrong."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.seen: list[str] = []
        self.found: list[str] = []

    def look(self, name: str) -> None:
        """Every finding as: page, variant, rule, element."""
        self.seen.append(name)
        self.page.mouse.move(0, 0)
        self.page.evaluate(AXE_SCRIPT)
        for width in (PHONE, DESK):
            self.page.set_viewport_size({"width": width, "height": 800})
            if self.page.evaluate(OVERFLOW) > 0:
                self.found.append(f"{name}, {width} px: scrolls sideways")
            for scheme in SCHEMES:
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                violations = self.page.evaluate(LOOK)
                self.found.extend(f"{name}, {width} px, {scheme}: {words}" for words in _words(violations))


def _words(violations: list[dict[str, Any]]) -> Iterator[str]:
    for violation in violations:
        for node in violation["nodes"]:
            reasons = [check["message"] for check in node["any"] + node["all"] + node["none"]]
            yield f"{violation['id']} at {node['target']}: {'; '.join(reasons)}"


@contextmanager
def touring(browser: Browser, shop: LiveShop) -> Iterator[tuple[Tour, Inspector]]:
    """A browser of its own and somebody who looks."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    inspector = Inspector(page)
    yield Tour(page, shop, inspector.look), inspector
    context.close()
