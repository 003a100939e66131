"""What the merchant is told about products that are never recommended, and that refusals keep the merchant's frame."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError

from shop.catalogue.models import Product
from shop.catalogue.service import bump_version
from shop.merchant.gap_reading import MOST_NAMED
from tests.conftest import MakeApp
from tests.make import make_product
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import Transaction

FRAME, SHOP_FRAME = 'class="ts-page ts-merchant"', "Find what suits you"


@pytest.mark.parametrize("page", ["/merchant", "/merchant/products"])
def test_products_that_are_left_out_are_named_with_a_way_to_mend_them(
    merchant: Browser, transaction: Transaction, page: str
) -> None:
    before = merchant.get(page).text
    with transaction() as session:
        session.execute(update(Product).where(Product.sku == "MAT01").values(allergens=None))
        for number in range(MOST_NAMED + 1):
            make_product(session, f"GAP{number}", contraindications=("BOGUS",))
        bump_version(session)

    after = merchant.get(page).text

    assert "Left out of recommendations" not in before
    assert f"Left out of recommendations: {MOST_NAMED + 2}" in after
    assert '<a href="/merchant/products/GAP0">Mat GAP0</a>' in after
    assert "and 2 more" in after


def test_a_draft_is_no_gap(merchant: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        make_product(session, "GAP1", status="draft", powered=None)
        bump_version(session)

    assert "Left out of recommendations" not in merchant.get("/merchant").text


def test_an_article_that_cannot_be_shown_is_told_with_its_line(
    merchant: Browser, make_app: MakeApp, tmp_path: Path
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "broken.md").write_text("no head at all\n", encoding="utf-8")
    cookie = merchant.client.get_cookie("tsubo_staff")
    assert cookie is not None
    client = make_app(SHOP_ARTICLES=str(folder)).test_client()
    client.set_cookie("tsubo_staff", cookie.value)

    page = client.get("/merchant").text

    assert "An article is not shown: broken.md" in page
    assert "Line 1" in page


@pytest.mark.parametrize(
    ("path", "status"), [("/merchant/nowhere", 404), ("/merchant/products/NONE", 404), ("/merchant/orders/TS-0", 404)]
)
def test_what_is_not_there_is_told_in_the_merchants_frame(merchant: Browser, path: str, status: int) -> None:
    answer = merchant.get(path)

    assert answer.status_code == status
    assert FRAME in answer.text
    assert 'href="/merchant"' in answer.text
    assert SHOP_FRAME not in answer.text


def test_a_refused_form_is_told_in_the_merchants_frame_with_its_menu(merchant: Browser) -> None:
    answer = merchant.client.post("/merchant/products/status", data={"csrf_token": "old"})

    assert answer.status_code == 403
    assert FRAME in answer.text
    assert 'aria-label="Merchant"' in answer.text
    assert SHOP_FRAME not in answer.text


def test_a_conflict_is_told_in_the_merchants_frame(merchant: Browser) -> None:
    answer = merchant.post("/merchant/reconciliation/repair", {"dispute": "dp_none"})

    assert answer.status_code == 409
    assert FRAME in answer.text


def test_too_large_a_file_is_told_in_the_merchants_frame(merchant: Browser) -> None:
    body, form = b"x" * 40_000_000, "multipart/form-data; boundary=x"

    answer = merchant.client.post("/merchant/import", data=body, content_type=form)

    assert answer.status_code == 413
    assert FRAME in answer.text


def test_a_form_above_the_limit_of_forms_is_too_large_where_no_file_is_sent(merchant: Browser) -> None:
    refused = merchant.post("/merchant/import/run", {"upload": "x" * 70_000})

    assert refused.status_code == 413


def test_too_many_tries_to_sign_in_are_told_in_the_merchants_frame(merchant: Browser, stranger: Browser) -> None:
    answers = [stranger.sign_in(password=f"wrong {number}") for number in range(12)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert FRAME in answers[-1].text


def test_a_database_in_trouble_is_told_in_the_merchants_frame(merchant: Browser, app: Flask) -> None:
    def cut(*_given: object) -> None:
        raise OperationalError("SELECT", None, OSError("the connection was cut"))

    event.listen(app.extensions["tsubo"].engine, "before_cursor_execute", cut)

    answer = merchant.get("/merchant/orders")

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert FRAME in answer.text


def test_a_stranger_sees_no_menu_of_the_merchants(stranger: Browser) -> None:
    answer = stranger.get("/merchant/nowhere")

    assert answer.status_code == 404
    assert 'aria-label="Merchant"' not in answer.text


def test_a_path_that_only_begins_alike_keeps_the_shops_frame(stranger: Browser) -> None:
    assert FRAME not in stranger.get("/merchants").text
