"""Two to four products side by side: same rows for all, no empty cell, nothing but SKUs in the address."""

import re

import pytest
from flask.testing import FlaskClient

from shop.recommendations.evidence import evidence_sentence
from tests.shop.storefront.conftest import Stock

ADDRESS = "/compare?sku=MAT01&sku=MAT02"


@pytest.fixture
def two(stocked: Stock) -> None:
    stocked("MAT01", weight_grams=620, cautions=("OSTEO",))
    stocked("MAT02", weight_grams=None, contraindications=("PREG", "BLEED"), available=0)


def rows_of(html: str) -> list[list[str]]:
    """The cells of each row of the table, without their tags."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in row] for row in cells]


def test_every_product_has_every_row_and_no_cell_is_empty(client: FlaskClient, two: None) -> None:
    page = client.get(ADDRESS)

    rows = rows_of(page.text)
    assert page.status_code == 200
    assert {len(row) for row in rows} == {3}
    assert all(cell for row in rows[1:] for cell in row)
    facts = {row[0]: row[1:] for row in rows}
    assert facts["Weight"] == ["620 g", "not stated"]
    assert facts["Stock"][1] == "Sold out"


def test_cautions_exclusions_and_research_are_in_the_table(client: FlaskClient, two: None) -> None:
    facts = {row[0]: row[1:] for row in rows_of(client.get(ADDRESS).text)}

    assert "brittle bones" in facts["Ask a doctor first if"][0]
    assert "blood thinners" in facts["Do not use it if"][1]
    assert "blood thinners" not in facts["Do not use it if"][0]
    assert facts["Research"][0] == evidence_sentence("spike_mat")


def test_the_table_has_row_and_column_headers_and_a_box_of_its_own(client: FlaskClient, two: None) -> None:
    page = client.get(ADDRESS).text

    assert page.count('<th scope="col">') == 2
    assert page.count('<th scope="row">') == len(rows_of(page)) - 1
    assert '<div class="ts-scroll" tabindex="0" role="region" aria-label="Comparison">' in page


@pytest.mark.parametrize("query", ["", "?sku=MAT01", "?sku=MAT01&sku=MAT01", "?sku=MAT01&sku=NONE", "?sku=%00&sku=x'"])
def test_fewer_than_two_leads_back_to_the_list(client: FlaskClient, two: None, query: str) -> None:
    page = client.get(f"/compare{query}")

    assert page.status_code == 422
    assert "Choose two to four products" in page.text


def test_of_five_the_visitor_chooses_again(client: FlaskClient, stocked: Stock) -> None:
    skus = [f"MAT0{number}" for number in range(5)]
    for sku in skus:
        stocked(sku)

    page = client.get("/compare?" + "&".join(f"sku={sku}" for sku in skus))

    assert page.status_code == 422
    assert page.text.count('form="compare"') == 5


def test_a_draft_is_not_compared(client: FlaskClient, two: None, stocked: Stock) -> None:
    stocked("MAT03", status="draft")

    assert "MAT03" not in client.get(f"{ADDRESS}&sku=MAT03").text


def test_the_list_offers_a_box_for_each_product_and_one_button(client: FlaskClient, two: None) -> None:
    page = client.get("/products").text

    assert page.count('name="sku" value="MAT0') == 2
    assert page.count('<form class="ts-cluster ts-compare-bar" id="compare" method="get" action="/compare">') == 1


def test_without_answers_it_is_the_same_for_everybody(client: FlaskClient, two: None) -> None:
    page = client.get(ADDRESS)

    assert page.headers["Cache-Control"].startswith("public")
    assert "By your answers" not in page.text


def test_each_product_can_be_bought_or_taken_out(client: FlaskClient, two: None, stocked: Stock) -> None:
    stocked("MAT03", options=("charcoal", "teal"))

    page = client.get(f"{ADDRESS}&sku=MAT03").text
    facts = {row[0]: row[1:] for row in rows_of(page)}

    assert facts["Buy"][0].startswith("Add to cart")
    assert "Add to cart" not in facts["Buy"][1]
    assert '<option value="MAT03-TEAL">Teal</option>' in page
    assert 'href="/compare?sku=MAT01&amp;sku=MAT03">Take out' in page
    assert 'href="/products">Take out' in client.get(ADDRESS).text


def test_what_holds_for_all_is_said_once(client: FlaskClient, two: None) -> None:
    page = client.get(ADDRESS).text

    assert page.count("you are pregnant or may be") == 1
    assert page.index("What holds for all of them") < page.index("you are pregnant or may be")
    assert rows_of(page)[-4][1:] == [
        "Only what holds for all of them, below",
        "you take blood thinners or bruise very easily",
    ]
