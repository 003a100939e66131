import re

import pytest
from sqlalchemy.orm import Session

from shop.catalogue.service import set_status
from shop.catalogue.states import ProductStatus
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY


def cards(answer):
    return re.findall(r'<article class="ts-card">.*?<a href="([^"]+)"', answer.text, re.DOTALL)


def test_the_list_shows_cards_and_announces_how_many(client, stocked):
    stocked("MAT01", title="Classic Mat")
    stocked("MAT02", title="Second Mat")

    answer = client.get("/products")

    assert answer.status_code == 200
    assert cards(answer) == ["/products/classic-mat", "/products/second-mat"]
    assert re.search(r'<p role="status"[^>]*>2 products', answer.text)
    assert "$34.00" in answer.text


def test_reading_sets_no_cookie_and_may_be_cached(client, stocked):
    product = stocked()

    for path in ("/products", f"/products/{product.slug}", f"/products/{product.slug}.json", "/pictures/MAT01.svg"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"].startswith("public, max-age=")


def test_somebody_with_a_cart_gets_a_page_of_their_own(client, stocked):
    stocked()
    client.set_cookie("tsubo_cart", "x" * 32)

    assert "public" not in client.get("/products").headers["Cache-Control"]


def test_filters_are_plain_links_and_forms(client, stocked):
    stocked("MAT01", title="Classic Mat", areas=("lower_back",))
    stocked("PIL01", title="Neck Pillow", areas=("neck",), type="spike_pillow")

    answer = client.get("/products?area=neck&sort=price")

    assert cards(answer) == ["/products/neck-pillow"]
    assert '<form class="ts-filters" action="/products" method="get">' in answer.text
    assert '<option value="neck" selected>Neck</option>' in answer.text
    assert '<a class="ts-badge" href="/products?sort=price">' in answer.text
    assert '<meta name="robots" content="noindex, follow">' in answer.text


def test_an_empty_result_offers_ways_out(client, stocked):
    stocked()

    answer = client.get("/products?q=trampoline&area=neck")

    assert answer.status_code == 200
    assert "Nothing matches that" in answer.text
    assert 'href="/products?area=neck"' in answer.text
    assert 'href="/products?q=trampoline"' in answer.text
    assert 'href="/find"' in answer.text


def test_pages_keep_the_filters(client, stocked):
    for number in range(25):
        stocked(f"MAT{number:02}", title=f"Mat number {number:02}")

    answer = client.get("/products?area=lower_back")

    assert len(cards(answer)) == 24
    assert "/products?area=lower_back&amp;page=2" in answer.text
    assert len(cards(client.get("/products?area=lower_back&page=2"))) == 1


@pytest.mark.parametrize("query", ["area=moon", "sort=cheapest", "firmness=9", "position=x", "type=%27--", "unknown=1"])
def test_a_filter_nobody_knows_is_passed_over(client, stocked, query):
    stocked()

    answer = client.get(f"/products?{query}")

    assert (answer.status_code, len(cards(answer))) == (200, 0 if query.startswith("type=x") else 1)


def test_a_price_that_is_no_amount_gets_a_sentence_on_the_same_page(client, stocked):
    stocked()

    answer = client.get("/products?from=cheap&to=40")

    assert answer.status_code == 422
    assert "Enter a price in digits" in answer.text
    assert 'value="cheap"' in answer.text
    assert len(cards(answer)) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [("page=0", 422), ("page=x", 422), ("page=-1", 422), ("page=" + "9" * 40, 422), ("page=7", 404)],
)
def test_an_absurd_page_is_refused_in_words(client, stocked, query, status):
    stocked()

    assert client.get(f"/products?{query}").status_code == status


@pytest.mark.parametrize("typed", ["%22%27%3C", "%00", "mat%20OR%201%3D1", "%F0%9F%92%A9", "a" * 10_000, "%ff%fe"])
def test_hostile_searches_are_harmless(client, stocked, typed):
    stocked()

    answer = client.get(f"/products?q={typed}")

    assert answer.status_code == 200
    assert "<script>" not in answer.text


def test_what_is_typed_is_shown_as_text(client):
    answer = client.get("/products?q=%3Cscript%3Ealert(1)%3C/script%3E")

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_control_characters_in_a_search_reach_no_page(client) -> None:
    page = client.get("/products?q=%00mat%1b%00%7f%C2%85ball&from=%000&sort=%00name")

    assert page.status_code == 200
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", page.text)
    assert 'value="mat ball"' in page.text


def test_a_mistyped_search_is_offered_the_nearest_words_of_the_titles(client, stocked):
    stocked("PIL01", title="Half-Round Neck Pillow", areas=("neck",))

    answer = client.get("/products?q=nek+pilow&sort=price")

    assert answer.status_code == 200
    assert "Did you mean" in answer.text
    assert 'href="/products?q=neck+pillow&amp;sort=price">neck pillow</a>' in answer.text


def test_an_offered_search_goes_when_the_product_it_led_to_is_gone(client, engine, stocked):
    stocked("PIL01", title="Neck Pillow")
    assert "Did you mean" in client.get("/products?q=pilow").text

    with Session(engine) as session:
        set_status(session, "PIL01", ProductStatus.ARCHIVED, currency="USD", standards=CLAIMS_ONLY, now=NOW)
        session.commit()

    assert "Did you mean" not in client.get("/products?q=pilow").text
