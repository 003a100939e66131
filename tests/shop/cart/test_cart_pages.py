"""The cart's pages, as a browser without scripts uses them."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from shop.catalogue.models import Price
from shop.db import begin_write
from tests.make import make_product

SKU = "MAT01-CHARCOAL"


@pytest.fixture(autouse=True)
def _catalogue(engine: Engine) -> None:
    with Session(engine) as session:
        begin_write(session)
        make_product(session, "MAT01", title="Classic Mat", variants=("CHARCOAL", "TEAL"))
        session.commit()


def _token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="(\w+)"', client.get("/cart").text)
    assert found is not None
    return found.group(1)


def _added(client: FlaskClient, quantity: int = 1) -> str:
    client.post("/cart/add", data={"sku": SKU, "quantity": quantity})
    return _token(client)


def test_adding_leads_to_a_page_that_names_the_product(client: FlaskClient) -> None:
    answer = client.post("/cart/add", data={"sku": SKU, "quantity": "2"})
    page = client.get(answer.headers["Location"])

    assert answer.status_code == 303
    assert "Classic Mat, Charcoal" in page.text
    assert "Go to your cart" in page.text
    assert "Continue shopping" in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("path", "field"), [
    ("/cart/add", "sku"), ("/cart/code", "code"), ("/newsletter", "email"), ("/checkout/place", "email"),
    ("/merchant/sign-in", "password"),
])  # fmt: skip
def test_a_form_just_above_the_documented_limit_is_too_large_and_one_at_it_is_read(
    client: FlaskClient, path: str, field: str
) -> None:
    limit = 64 * 1024

    above = client.post(path, data={field: "x" * (limit - len(field))})
    at_it = client.post(path, data={field: "x" * (limit - len(field) - 1)})

    assert above.status_code == 413
    assert "Too large" in above.text
    assert at_it.status_code != 413


def test_an_emptied_quantity_is_refused_like_every_odd_one_and_an_absent_one_is_one_piece(client: FlaskClient) -> None:
    refused = [client.post("/cart/add", data={"sku": SKU, "quantity": odd}).status_code for odd in ("", " ", "0", "x")]
    absent = client.post("/cart/add", data={"sku": SKU})

    assert refused == [422] * 4
    assert absent.status_code == 303
    assert re.search(r'name="quantity"[^>]*value="1"', client.get("/cart").text)


def test_the_carts_cookie_cannot_be_read_by_scripts_and_stays_with_the_site(client: FlaskClient) -> None:
    answer = client.post("/cart/add", data={"sku": SKU})

    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "tsubo_cart=" in cookie


def test_looking_at_the_cart_sets_no_cookie(client: FlaskClient) -> None:
    page = client.get("/cart")

    assert "There is nothing in your cart yet." in page.text
    assert "Set-Cookie" not in page.headers


def test_the_total_with_delivery_is_known_before_any_personal_data(client: FlaskClient) -> None:
    token = _added(client, 2)

    client.post("/cart/delivery", data={"csrf_token": token, "country": "US", "region": "CA", "method": "express"})
    page = client.get("/cart").text

    for amount in ("$68.00", "$14.90", "$4.93", "$87.83"):
        assert amount in page
    assert "United States" in page


def test_prices_with_tax_say_how_much_tax_is_in_them(client: FlaskClient) -> None:
    token = _added(client)

    client.post("/cart/delivery", data={"csrf_token": token, "country": "DE", "method": "standard"})
    page = client.get("/cart").text

    assert "VAT of €6.53 is included." in page
    assert "€40.90" in page


def test_a_quantity_can_be_changed_and_zero_removes(client: FlaskClient) -> None:
    token = _added(client)

    client.post("/cart/update", data={"csrf_token": token, "sku": SKU, "quantity": "3"})
    changed = client.get("/cart").text
    gone = client.post("/cart/update", data={"csrf_token": token, "sku": SKU, "quantity": "0"}, follow_redirects=True)

    assert 'value="3"' in changed
    assert "Classic Mat, Charcoal was removed." in gone.text


def test_a_removal_can_be_undone(client: FlaskClient) -> None:
    token = _added(client, 3)

    removed = client.post("/cart/remove", data={"csrf_token": token, "sku": SKU}, follow_redirects=True)
    client.post("/cart/undo", data={"csrf_token": token, "sku": SKU, "quantity": "3"})

    assert "Put it back" in removed.text
    assert 'value="3"' in client.get("/cart").text


@pytest.mark.parametrize(
    "odd", ["-1", "1.5", "abc", "", "999999999999999999999", "1e9", "\x00", "٣", "21", "0x2", "NaN"]
)
def test_an_odd_quantity_is_told_on_the_same_page_and_loses_nothing(client: FlaskClient, odd: str) -> None:
    token = _added(client, 2)

    answer = client.post("/cart/update", data={"csrf_token": token, "sku": SKU, "quantity": odd})

    assert answer.status_code == 422
    assert "The quantity must be a whole number from 0 to 20." in answer.text
    assert "<title>Error: " in answer.text
    assert odd not in ("abc", "1.5") or f'value="{odd}"' in answer.text
    assert 'value="2"' in client.get("/cart").text


@pytest.mark.parametrize("quantity", ["-1", "0", "1.5", "abc", "21", "999999999999999999999"])
def test_an_odd_quantity_is_not_added(client: FlaskClient, quantity: str) -> None:
    answer = client.post("/cart/add", data={"sku": SKU, "quantity": quantity})

    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(("sku", "status"), [("NOTHING", 404), ("", 422), ("a\x00b", 422), ("x" * 5000, 422)])
def test_an_odd_product_is_refused_with_a_page(client: FlaskClient, sku: str, status: int) -> None:
    answer = client.post("/cart/add", data={"sku": sku, "quantity": "1"})

    assert answer.status_code == status
    assert "<h1>" in answer.text


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_another_sites_form_puts_nothing_in(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/cart/add", data={"sku": SKU}, headers=headers)

    assert answer.status_code == 403


@pytest.mark.parametrize("address", ["/cart/update", "/cart/remove", "/cart/undo", "/cart/delivery"])
@pytest.mark.parametrize("forged", [None, "", "0" * 64])
def test_a_form_without_its_token_changes_nothing(client: FlaskClient, address: str, forged: str | None) -> None:
    _added(client, 2)
    form = {"sku": SKU, "quantity": "1", "country": "DE"} | ({} if forged is None else {"csrf_token": forged})

    answer = client.post(address, data=form)

    assert answer.status_code == 403
    assert 'value="2"' in client.get("/cart").text


def test_the_token_of_another_cart_is_refused(client: FlaskClient) -> None:
    _added(client)
    other = client.application.test_client()
    other.environ_base.update(client.environ_base)
    foreign = _added(other)

    answer = client.post("/cart/remove", data={"csrf_token": foreign, "sku": SKU})

    assert answer.status_code == 403


def test_a_foreign_or_broken_cart_cookie_is_an_empty_cart(client: FlaskClient) -> None:
    _added(client)
    client.set_cookie("tsubo_cart", "../../etc\\passwd")

    page = client.get("/cart")

    assert page.status_code == 200
    assert "There is nothing in your cart yet." in page.text


def test_a_changed_price_is_told_in_words(client: FlaskClient, engine: Engine) -> None:
    _added(client)
    with engine.begin() as connection:
        connection.execute(update(Price).values(minor=3900))

    page = client.get("/cart").text

    assert "The price went up from $34.00 to $39.00 since you last looked." in page


def test_nothing_is_in_the_cart_but_what_was_added_and_no_voucher_is_asked_for(client: FlaskClient) -> None:
    _added(client)

    page = client.get("/cart").text

    assert page.count('class="ts-cart-line"') == 1
    assert not re.search(r"voucher|coupon|promo", page, re.IGNORECASE)


def test_a_country_nobody_delivers_to_is_refused(client: FlaskClient) -> None:
    token = _added(client)

    answer = client.post("/cart/delivery", data={"csrf_token": token, "country": "XX"})

    assert answer.status_code == 422
