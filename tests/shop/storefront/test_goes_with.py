"""What goes with a product: named by the merchant or by the plain rule, and never what this visitor must not see."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from recommender.safety import FLAGS
from shop.catalogue.service import bump_version, get_product, save_product, values_of
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import VariantValues
from shop.db import begin_write
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY
from tests.shop.quiz.walk import HEALTHY, Walk
from tests.shop.storefront.conftest import Stock

PAGE = "/products/spike-mat-mat01"


def suggested(text: str) -> list[str]:
    """The names in the block, in its order."""
    if 'id="goes-with"' not in text:
        return []
    block = text.split('id="goes-with"')[1].split("</section>", maxsplit=1)[0]
    return re.findall(r'<h\d><a href="[^"]*">([^<]*)</a>', block)


def pillow(stocked: Stock, sku: str, **fields: Any) -> None:
    stocked(sku, title=sku, type="spike_pillow", **fields)


@pytest.fixture
def mat(stocked: Stock) -> None:
    """A mat for the shoulders, in the shop with three pillows, one of which is for another place."""
    stocked("MAT01", areas=("shoulders", "lower_back"), contraindications=())
    pillow(stocked, "PIL01", areas=("neck", "shoulders"), contraindications=("PREG",))
    pillow(stocked, "PIL02", areas=("neck", "shoulders"), contraindications=())
    pillow(stocked, "PIL03", areas=("feet",), contraindications=())


def test_a_pillow_of_the_same_place_goes_with_a_mat_and_the_mat_with_it(client: FlaskClient, mat: None) -> None:
    assert suggested(client.get(PAGE).text) == ["PIL01", "PIL02"]
    assert suggested(client.get("/products/pil02").text) == ["Spike Mat MAT01"]
    assert suggested(client.get("/products/pil03").text) == []


def test_what_the_merchant_named_comes_first(client: FlaskClient, stocked: Stock, mat: None, engine: Engine) -> None:
    stocked("BALL01", title="Ball", type="massage_ball", options=("",))
    change(engine, "MAT01", goes_with=("BALL01", "PIL02", "GONE99"))

    assert suggested(client.get(PAGE).text) == ["Ball", "PIL02", "PIL01"]


def test_peer_28_nothing_in_the_cart_sold_out_or_unpublished_is_suggested(
    client: FlaskClient, stocked: Stock, mat: None, engine: Engine
) -> None:
    pillow(stocked, "PIL04", areas=("shoulders",), available=0)
    pillow(stocked, "PIL05", areas=("shoulders",), status=ProductStatus.DRAFT)
    change(engine, "MAT01", goes_with=("PIL04", "PIL05"))
    client.post("/cart/add", data={"sku": "PIL01-CHARCOAL", "quantity": "1"})
    client.post("/cart/add", data={"sku": "MAT01-CHARCOAL", "quantity": "1"})

    for path in (PAGE, "/cart", "/cart/added/MAT01-CHARCOAL"):
        assert suggested(client.get(path).text) == ["PIL02"], path


def test_what_is_in_a_bundle_is_suggested_neither_beside_it_nor_once_it_is_in_the_cart(
    client: FlaskClient, stocked: Stock, mat: None
) -> None:
    parts = (("MAT01-CHARCOAL", 1), ("PIL01-CHARCOAL", 1))
    box = (VariantValues(prices={"USD": 5900}, parts=parts),)
    stocked("BOX01", title="Box", type="spike_set", variants=box, goes_with=("PIL01", "PIL02"), available=0)

    assert suggested(client.get("/products/box").text) == ["PIL02"]
    client.post("/cart/add", data={"sku": "BOX01", "quantity": "1"})
    assert suggested(client.get("/cart").text) == ["PIL02"]


def test_no_stimulator_is_suggested_nor_a_bundle_with_one(
    client: FlaskClient, stocked: Stock, mat: None, engine: Engine
) -> None:
    stocked("PEN01", title="Pen", type="massage_ball", powered=True, registration_number="K123", options=("",))
    stocked("PEN02", title="Pulse", type="massage_ball", powered=True, registration_number="K124", options=("",))
    box = (VariantValues(prices={"USD": 5900}, parts=(("PEN01", 1), ("PIL03-CHARCOAL", 1))),)
    stocked("BOX01", title="Box", type="spike_set", variants=box, powered=False, available=0)
    change(engine, "MAT01", goes_with=("BOX01", "PEN01", "PEN02"))
    lose_its_number(engine, "PEN02")

    assert suggested(client.get(PAGE).text) == ["Pen", "PIL01", "PIL02"]


def test_a_page_costs_as_many_statements_beside_many_products_as_beside_few(
    app: Flask, client: FlaskClient, stocked: Stock, mat: None
) -> None:
    statements: list[str] = []
    event.listen(app.extensions["tsubo"].engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for number in range(30):
        pillow(stocked, f"PIL1{number:02}", areas=("shoulders",))
    statements.clear()

    client.get(PAGE)
    first = sum(not sql.startswith("BEGIN") for sql in statements)
    client.get(PAGE)

    assert first <= 5
    assert sum(not sql.startswith("BEGIN") for sql in statements) - first <= 2


def test_a_shared_page_is_the_same_for_everybody_and_a_visitors_own_is_not_shared(
    app: Flask, client: FlaskClient, mat: None
) -> None:
    client.post("/cart/add", data={"sku": "PIL01-CHARCOAL", "quantity": "1"})
    own, shared = client.get(PAGE), app.test_client().get(PAGE)

    assert "public" not in own.headers["Cache-Control"]
    assert "public" in shared.headers["Cache-Control"]
    assert (suggested(own.text), suggested(shared.text)) == (["PIL02"], ["PIL01", "PIL02"])


@pytest.mark.parametrize("path", [PAGE, "/cart", "/cart/added/MAT01-CHARCOAL"])
def test_what_the_answers_rule_out_is_suggested_nowhere(client: FlaskClient, mat: None, path: str) -> None:
    client.post("/cart/add", data={"sku": "MAT01-CHARCOAL", "quantity": "1"})
    before = suggested(client.get(path).text)

    Walk(client).answer_all({**HEALTHY, "health": ["PREG"]})

    assert before == ["PIL01", "PIL02"]
    assert suggested(client.get(path).text) == []  # the type of every spike pillow excludes it too


@pytest.mark.parametrize("path", [PAGE, "/cart", "/cart/added/MAT01-CHARCOAL"])
def test_after_a_warning_sign_nothing_is_suggested(client: FlaskClient, mat: None, path: str) -> None:
    client.post("/cart/add", data={"sku": "MAT01-CHARCOAL", "quantity": "1"})
    walk = Walk(client)
    walk.begin()
    walk.send("warning-signs", red_flags=[next(iter(FLAGS))])

    assert suggested(client.get(path).text) == []


def test_a_product_without_safety_fields_is_suggested_to_nobody_with_a_health_answer(
    client: FlaskClient, stocked: Stock, engine: Engine
) -> None:
    stocked("BALL01", title="Ball", type="massage_ball", contraindications=(), cautions=())
    stocked("BALL02", title="Odd ball", type="massage_ball", contraindications=(), cautions=())
    stocked("CANE01", title="Cane", type="trigger_cane", contraindications=(), goes_with=("BALL02", "BALL01"))
    forget_safety(engine, "BALL02")
    Walk(client).answer_all({**HEALTHY, "health": ["HEATS"]})

    assert suggested(client.get("/products/cane").text) == ["Ball"]


def test_in_a_cart_of_another_currency_only_what_has_a_price_in_it_is_suggested(
    client: FlaskClient, stocked: Stock, engine: Engine, mat: None
) -> None:
    for sku in ("MAT01", "PIL02"):
        change(engine, sku, variants=(VariantValues(option_value="charcoal", prices={"USD": 3400, "EUR": 2900}),))
    client.post("/cart/add", data={"sku": "MAT01-CHARCOAL", "quantity": "1"})
    token = re.search(r'name="csrf_token"[^>]*value="(\w+)"', client.get("/cart").text)
    assert token is not None
    client.post("/cart/delivery", data={"csrf_token": token[1], "country": "DE", "region": "", "method": "standard"})

    page = client.get("/cart").text

    assert suggested(page) == ["PIL02"]
    assert "€29.00" in page.split('id="goes-with"')[1]


def change(engine: Engine, sku: str, **fields: Any) -> None:
    """Save a product again with other values."""
    with Session(engine) as session:
        begin_write(session)
        values = replace(values_of(get_product(session, sku)), **fields)
        save_product(session, values, currency="USD", standards=CLAIMS_ONLY, now=NOW)
        session.commit()


def lose_its_number(engine: Engine, sku: str) -> None:
    """A row as no form would write it."""
    with Session(engine) as session:
        begin_write(session)
        get_product(session, sku).registration_number = None
        bump_version(session)
        session.commit()


def forget_safety(engine: Engine, sku: str) -> None:
    """A row as no form would write it."""
    with Session(engine) as session:
        begin_write(session)
        get_product(session, sku).cautions = None
        bump_version(session)
        session.commit()
