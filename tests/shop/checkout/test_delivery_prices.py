"""The first step tells the price of each way of delivery that the check page then asks for."""

import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.db import begin_write
from shop.promotions.states import PromotionKind
from tests.make import make_product, make_promotion
from tests.shop.checkout.shopper import Shopper

ZONE = """
[[zone]]
code = "{code}"
currency = "{currency}"
prices = "without tax"
tax_name = "Tax"
[zone.rates]
{country} = 0
[[zone.delivery]]
code = "standard"
title = "Standard"
weights = [[1000, "{light}"], [5000, "{heavy}"]]
days = "3"
"""


def test_a_heavy_cart_is_told_its_price_by_weight_in_the_first_step(
    make_app: Callable[..., Flask], engine: Engine, tmp_path: Path
) -> None:
    shopper = _shopper(make_app, engine, tmp_path)
    shopper.add(5)

    first = _delivery(shopper.client.get("/checkout").text)
    shopper.type_details(region="")

    assert first == "Standard, $25.00"
    assert "<dt>Standard</dt><dd>$25.00</dd>" in shopper.client.get("/checkout/review").text


def test_a_code_for_free_delivery_makes_it_free_in_the_first_step_too(shopper: Shopper, engine: Engine) -> None:
    with Session(engine) as session:
        begin_write(session)
        make_promotion(session, "SHIPFREE", kind=PromotionKind.DELIVERY, rate_millionths=0)
        session.commit()
    shopper.add()
    shopper.client.post("/cart/code", data={"csrf_token": shopper.csrf(), "code": "SHIPFREE"})

    page = shopper.client.get("/checkout").text

    assert _delivery(page) == "Standard delivery, free"
    assert "$5.90" not in page


def test_another_zone_is_priced_by_the_weight_of_the_same_goods_or_on_the_check_page(
    make_app: Callable[..., Flask], engine: Engine, tmp_path: Path
) -> None:
    shopper = _shopper(make_app, engine, tmp_path)
    shopper.add(5)

    same_money = shopper.type_details(region="", country="CA", city="").text
    other_money = shopper.type_details(region="", country="DE", city="").text

    assert _delivery(same_money) == "Standard, $45.00"
    assert _delivery(other_money) == "Standard, its price is on the check page"


def _delivery(page: str) -> str:
    found = re.search(r'name="method"[^>]*>\s*<span>([^<]*)<', page)
    assert found is not None
    return found[1]


def _shopper(make_app: Callable[..., Flask], engine: Engine, folder: Path) -> Shopper:
    file = folder / "zones.toml"
    file.write_text(
        'home = "US"\n'
        + ZONE.format(code="us", currency="USD", country="US", light="5.00", heavy="25.00")
        + ZONE.format(code="ca", currency="USD", country="CA", light="9.00", heavy="45.00")
        + ZONE.format(code="de", currency="EUR", country="DE", light="7.00", heavy="35.00")
    )
    app = make_app(SHOP_ZONES=str(file))
    with Session(engine) as session:
        begin_write(session)
        make_product(session, "MAT01", title="Classic Mat", weight_grams=1000, available=9)
        session.commit()
    client = app.test_client()
    client.environ_base.update(HTTP_SEC_FETCH_SITE="same-origin", HTTP_HOST="shop.test")
    return Shopper(client)
