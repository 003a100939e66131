"""By keyboard alone: the order of the focus on the pages where people buy, and that it can be seen at every stop."""

from playwright.sync_api import Page

from tests.journeys import steps
from tests.journeys.conftest import LiveShop, NewContext
from tests.journeys.tour import slug_of

FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const outlined = (element) => {
    const drawn = getComputedStyle(element);
    return drawn.outlineStyle !== "none" && parseFloat(drawn.outlineWidth) >= 2;
  };
  const around = [at, at.parentElement, at.closest("article")];  // a card draws the ring around itself
  const box = at.getBoundingClientRect();
  return {
    name: at.getAttribute("name") || at.innerText.trim() || at.getAttribute("aria-label") || at.tagName,
    top: box.top + scrollY,
    inMain: !!at.closest("main"),
    isSeen: around.some((element) => element && outlined(element)),
    isBody: at === document.body,
  };
}"""


class Stop:
    """Where the focus is: the control's name, its place from the top, whether a ring is drawn around it."""

    def __init__(self, found: dict[str, object]) -> None:
        self.name, self.is_seen, self.in_main = str(found["name"]), bool(found["isSeen"]), bool(found["inMain"])
        self.top, self.is_body = float(str(found["top"])), bool(found["isBody"])


def tab_through(page: Page) -> list[Stop]:
    """Every stop of the Tab key from the top of the page to its end."""
    stops: list[Stop] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        stop = Stop(page.evaluate(FOCUSED))
        if stop.is_body:
            break
        stops.append(stop)
    return stops


def unseen(stops: list[Stop]) -> list[str]:
    """Stops without a visible ring."""
    return [stop.name for stop in stops if not stop.is_seen]


def test_the_product_page_is_walked_from_top_to_bottom(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context(width=1280).new_page()
    page.goto(f"{live_shop.url}/products/{slug_of(live_shop, in_stock=True)}")

    stops = tab_through(page)

    assert stops[0].name == "Skip to the content"
    assert unseen(stops) == []
    names = [stop.name for stop in stops if stop.in_main]
    assert names.index("sku") < names.index("quantity") < names.index("Add to cart")


def test_the_skip_link_leads_to_the_content(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context(width=1280).new_page()
    page.goto(f"{live_shop.url}/products")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert Stop(page.evaluate(FOCUSED)).in_main


def test_checkout_is_filled_and_ordered_by_keyboard_alone(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{live_shop.url}/products/{slug_of(live_shop, in_stock=True)}")
    page.focus("main button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cart/added/**")
    page.goto(f"{live_shop.url}/checkout")

    stops = tab_through(page)

    assert unseen(stops) == []
    fields = [stop for stop in stops if stop.in_main and stop.name in {*steps.ADDRESS, "country", "region", "method"}]
    assert [stop.name for stop in fields] == [
        "email", "full_name", "country", "line1", "city", "region", "postal_code", "method",
    ]  # fmt: skip
    assert [stop.top for stop in fields] == sorted(stop.top for stop in fields)
    page.focus("[name=email]")
    for name in ("email", "full_name", None, "line1", None, "city"):
        if name:
            page.keyboard.type(steps.ADDRESS[name])
        page.keyboard.press("Tab")
    page.keyboard.type("Ill")
    page.keyboard.press("Tab")
    page.keyboard.type(steps.ADDRESS["postal_code"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/review")
    page.focus("main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pay/**")


def test_an_error_takes_the_focus_and_leads_to_its_field(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{live_shop.url}/find")
    steps.agree(page)

    page.focus("main form button:has-text('Continue')")
    page.keyboard.press("Enter")
    page.wait_for_selector(".ts-errors")

    assert page.evaluate("document.activeElement.className") == "ts-errors"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "red_flags"
