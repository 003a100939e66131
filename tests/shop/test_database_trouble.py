"""A database that is busy or away: 503 with Retry-After, a page that says to try again, and nothing half done."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, select

from shop.cart.models import CartLine
from shop.db import begin_write
from tests.conftest import MakeApp
from tests.databases import SqliteDatabases
from tests.make import make_product


@pytest.fixture
def database_url(sqlite_databases: SqliteDatabases) -> Iterator[str]:
    """SQLite only: its one write lock is the subject."""
    with sqlite_databases.fresh() as url:
        yield url


@pytest.fixture
def busy_app(make_app: MakeApp) -> Flask:
    app = make_app(SHOP_DATABASE_WAIT_SECONDS=1)
    with app.extensions["tsubo"].sessions() as session:
        begin_write(session)
        make_product(session)
        session.commit()
    return app


@contextmanager
def somebody_writing(url: str) -> Iterator[None]:
    connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


def browser(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


def test_while_somebody_writes_pages_are_read_and_changes_are_asked_to_wait(busy_app: Flask, database_url: str) -> None:
    client = browser(busy_app)

    with somebody_writing(database_url):
        read = client.get("/products")
        refused = client.post("/cart/add", data={"sku": "MAT01-CHARCOAL", "quantity": "1"})
    accepted = client.post("/cart/add", data={"sku": "MAT01-CHARCOAL", "quantity": "1"})

    assert read.status_code == 200
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "try again" in refused.text
    assert "Set-Cookie" not in refused.headers
    assert accepted.status_code == 303
    with busy_app.extensions["tsubo"].sessions() as session:
        assert [line.quantity for line in session.scalars(select(CartLine))] == [1]


@pytest.mark.parametrize("path", ["/", "/products", "/products/mat01", "/cart", "/order/some-token", "/readyz"])
def test_a_database_that_is_away_is_a_page_that_says_so(make_app: MakeApp, path: str) -> None:
    client = make_app(SHOP_DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing").test_client()
    client.set_cookie("tsubo_cart", "some-token")

    answer = client.get(path)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Cache-Control"] == "no-store"
