"""Text that can be read and controls that can be hit."""

from tests.journeys.conftest import LiveShop, NewContext
from tests.journeys.tour import slug_of

ARTICLE = "/articles/acupressure-and-back-pain"
LINES = """() => [...document.querySelectorAll("main p")].filter(p => p.textContent.length > 300).map(p => {
  const lines = Math.round(p.getBoundingClientRect().height / parseFloat(getComputedStyle(p).lineHeight));
  return p.textContent.trim().length / lines;
})"""


def test_a_line_of_an_article_has_45_to_75_characters(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context(width=1280).new_page()

    page.goto(live_shop.url + ARTICLE)
    lengths = page.evaluate(LINES)

    assert len(lengths) > 3
    assert all(45 <= length <= 75 for length in lengths), lengths
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)") >= 17


def test_every_target_of_a_question_is_large_enough_for_a_thumb(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context(width=320).new_page()
    page.goto(f"{live_shop.url}/find")
    page.check("input[name=consent]")
    page.click("main form button")

    heights = page.eval_on_selector_all("main .ts-choice, main button", "all => all.map(one => one.offsetHeight)")

    assert len(heights) > 20
    assert min(heights) >= 44


def test_the_browser_can_fill_in_who_and_where(live_shop: LiveShop, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{live_shop.url}/products/{slug_of(live_shop, in_stock=True)}")
    page.click("main button:has-text('Add to cart')")
    page.goto(f"{live_shop.url}/checkout")

    fields = page.eval_on_selector_all(
        "main [autocomplete]", "all => Object.fromEntries(all.map(one => [one.name, one.autocomplete]))"
    )

    assert fields == {
        "email": "email",
        "full_name": "name",
        "country": "country",
        "line1": "address-line1",
        "line2": "address-line2",
        "city": "address-level2",
        "region": "address-level1",
        "postal_code": "postal-code",
        "phone": "tel",
    }
