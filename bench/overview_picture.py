"""Make the README's picture from a running demo: `python -m bench.overview_picture [http://127.0.0.1:8000]`.

A result with its reasons on a desk, between the front page and a cart on phones, on one ground of linen.
"""

import sys
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.journeys import steps
from tests.journeys.conftest import CHROMIUM, FLAGS

TARGET = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "overview.png"
DESK: ViewportSize = {"width": 1440, "height": 1040}
PHONE: ViewportSize = {"width": 390, "height": 800}
WHOLE: ViewportSize = {"width": 1600, "height": 960}
MOST_BYTES = 500_000
GROUND = """
body { margin: 0; height: 960px; position: relative; overflow: hidden;
       background: linear-gradient(160deg, #efe7d6, #dcd2bb 60%, #cfd6c4); }
img { position: absolute; display: block; }
.desk { width: 1180px; left: 210px; top: 40px; border-radius: 12px; box-shadow: 0 24px 70px #2b2a2040; }
.phone { width: 266px; border: 10px solid #22251f; border-radius: 38px; bottom: 34px;
         box-shadow: 0 24px 60px #2b2a2066; }
.left { left: 36px; } .right { right: 36px; }
"""


def front_page(page: Page, url: str) -> bytes:
    """What a visitor sees first."""
    page.goto(url)
    return page.screenshot()


def result(page: Page, url: str) -> bytes:
    """The three products that fit somebody with a sore lower back, from their heading on."""
    page.goto(f"{url}/find")
    steps.ask(page)
    return page.screenshot()


def cart(page: Page, url: str) -> bytes:
    """A cart with two things in it."""
    for place in (0, 5):
        page.goto(f"{url}/products?available=1")
        page.locator("main .ts-grid a[href*='/products/']").nth(place).click()
        page.click("main button:has-text('Add to cart')")
    page.goto(f"{url}/cart")
    return page.screenshot()


def taken(browser: Browser, url: str, size: ViewportSize, look: Callable[[Page, str], bytes]) -> str:
    """One page at one size, twice as sharp, as a data address."""
    context = browser.new_context(viewport=size, device_scale_factor=2)
    picture = look(context.new_page(), url)
    context.close()
    return f"data:image/png;base64,{b64encode(picture).decode()}"


def composed(browser: Browser, url: str) -> Image.Image:
    """All three on the ground."""
    desk = taken(browser, url, DESK, result)
    left, right = taken(browser, url, PHONE, front_page), taken(browser, url, PHONE, cart)
    page = browser.new_page(viewport=WHOLE)
    page.set_content(
        f"<style>{GROUND}</style><img class='desk' src='{desk}'>"
        f"<img class='phone left' src='{left}'><img class='phone right' src='{right}'>"
    )
    page.wait_for_timeout(500)
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def main() -> int:
    """Write the picture."""
    url = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        picture = composed(browser, url)
        browser.close()
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    picture.save(TARGET, optimize=True)
    size = TARGET.stat().st_size
    print(f"{TARGET}: {picture.width} x {picture.height}, {size} bytes")
    return 0 if size < MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
