"""Crowds are slowed when they post, and never when they read."""

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from shop.clock import utc_now
from shop.throttle import throttle_posts
from tests.conftest import ORIGIN, MakeApp

MANY = 500


def test_five_hundred_quiz_posts_are_too_many_and_reading_goes_on(make_app: MakeApp) -> None:
    client = make_app(SHOP_QUIZ_POSTS_PER_MINUTE=240).test_client()

    with time_machine.travel(utc_now().replace(second=1), tick=False):
        answers = [client.post("/find", data={"consent": "y"}, headers=ORIGIN) for _ in range(MANY)]
        reading = client.get("/find")

    statuses = [answer.status_code for answer in answers]
    assert statuses == [303] * 240 + [429] * (MANY - 240)
    assert answers[-1].headers["Retry-After"] == "59"
    assert "too many tries" in answers[-1].text
    assert reading.status_code == 200


def test_a_flood_of_cart_posts_from_one_address_leaves_the_others_alone(make_app: MakeApp) -> None:
    app = make_app(SHOP_CART_POSTS_PER_MINUTE=3)

    with time_machine.travel(utc_now().replace(second=1), tick=False) as clock:
        flood = [_add(app.test_client(), "198.51.100.1") for _ in range(5)]
        neighbour = _add(app.test_client(), "198.51.100.2")
        clock.shift(60)
        later = _add(app.test_client(), "198.51.100.1")

    assert flood == [404] * 3 + [429] * 2  # there is no such product: it is counted nevertheless
    assert neighbour == later == 404


def test_a_header_does_not_change_who_is_counted(make_app: MakeApp) -> None:
    client = make_app(SHOP_CART_POSTS_PER_MINUTE=3).test_client()

    with time_machine.travel(utc_now().replace(second=1), tick=False):
        answers = [
            client.post("/cart/add", data={"sku": "NONE"}, headers={**ORIGIN, "X-Forwarded-For": f"203.0.113.{n}"})
            for n in range(4)
        ]

    assert answers[-1].status_code == 429


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_is_never_counted(app: Flask, method: str) -> None:
    with app.test_request_context("/", method=method):
        for _ in range(10):
            throttle_posts("cart", 1)


def _add(client: FlaskClient, address: str) -> int:
    return client.post(
        "/cart/add", data={"sku": "NONE"}, headers=ORIGIN, environ_base={"REMOTE_ADDR": address}
    ).status_code
