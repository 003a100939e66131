"""The answers can be deleted from wherever the visitor is; what a cache may share tells nothing of any visitor."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.cookies import ANSWERS

BUTTON = 'method="post" action="/find/delete"'
LINK = 'href="/find/delete"'
PAGES = ["/", "/products", "/articles", "/pages/privacy", "/cart", "/order", "/find", "/find/delete", "/nowhere"]


@pytest.fixture
def answered(client: FlaskClient) -> FlaskClient:
    """A visitor who is in the middle of the questionnaire."""
    client.post("/find", data={"consent": "y"})
    assert client.get_cookie(ANSWERS) is not None
    return client


@pytest.mark.parametrize("path", [*PAGES, "/find/warning-signs"])
def test_whoever_has_answers_deletes_them_with_one_click_from_every_page(answered: FlaskClient, path: str) -> None:
    page = answered.get(path)

    assert page.text.count(BUTTON) == 1
    answered.post("/find/delete")
    assert answered.get_cookie(ANSWERS) is None


@pytest.mark.parametrize("path", [path for path in PAGES if path not in ("/cart", "/order", "/nowhere")])
def test_a_page_that_a_cache_may_share_is_the_same_for_everybody(app: Flask, answered: FlaskClient, path: str) -> None:
    first, second = app.test_client().get(path), app.test_client().get(path)
    own = answered.get(path)

    assert first.text == second.text
    assert "public" in first.headers["Cache-Control"]
    assert "public" not in own.headers.get("Cache-Control", "")
    assert LINK in first.text or path == "/find/delete"


def test_the_page_with_the_button_is_there_for_those_who_come_from_a_shared_page(client: FlaskClient) -> None:
    page = client.get("/find/delete")

    assert page.status_code == 200
    assert page.text.count(BUTTON) == 1
