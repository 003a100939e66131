"""A price in each currency: on the page for whoever chose a country, and home for everybody who shares the page."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.catalogue.values import VariantValues
from tests.shop.storefront.conftest import Stock

PAGE = "/products/spike-mat-mat01"


def prices(**by_currency: int) -> tuple[VariantValues, ...]:
    return (VariantValues(option_value="charcoal", prices=by_currency),)


def go_to(client: FlaskClient, country: str) -> None:
    """Put something into the cart, and choose where it goes."""
    client.post("/cart/add", data={"sku": "BALL01-CHARCOAL", "quantity": "1"})
    token = re.search(r'name="csrf_token"[^>]*value="(\w+)"', client.get("/cart").text)
    assert token is not None
    client.post("/cart/delivery", data={"csrf_token": token[1], "country": country, "region": "", "method": "standard"})


def price_line(text: str) -> str:
    return text.split('<p class="ts-price">')[1].split("</p>", maxsplit=1)[0]


@pytest.fixture
def ball(stocked: Stock) -> None:
    stocked("BALL01", title="Ball", type="massage_ball", variants=prices(USD=900, EUR=800))


def test_who_chose_a_country_sees_its_price_on_the_page_and_in_its_data(
    client: FlaskClient, stocked: Stock, ball: None
) -> None:
    stocked("MAT01", variants=prices(USD=3400, EUR=3150))
    go_to(client, "DE")

    answer = client.get(PAGE)

    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text)[0])
    assert "€31.50" in price_line(answer.text)
    assert "including VAT" in price_line(answer.text)
    assert json.dumps(data).count('"price": "31.50", "priceCurrency": "EUR"') == 1
    assert "public" not in answer.headers["Cache-Control"]


def test_everybody_else_shares_the_page_in_the_shops_own_currency(
    app: Flask, client: FlaskClient, stocked: Stock, ball: None
) -> None:
    stocked("MAT01", variants=prices(USD=3400, EUR=3150))
    go_to(client, "DE")
    client.get(PAGE)

    answer = app.test_client().get(PAGE)

    assert "$34.00" in price_line(answer.text)
    assert "€" not in answer.text
    assert "public" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("country", ["US", "DE"])
def test_without_a_price_there_the_page_stays_as_it_is_for_all(
    client: FlaskClient, stocked: Stock, ball: None, country: str
) -> None:
    stocked("MAT01", variants=prices(USD=3400))
    go_to(client, country)

    assert "$34.00" in price_line(client.get(PAGE).text)
