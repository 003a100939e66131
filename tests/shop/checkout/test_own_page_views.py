"""The page with the provider's fields: its own policy with a nonce, there alone, and a way on without JavaScript."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shop.config import ConfigError
from tests.conftest import MakeApp
from tests.fakes import FakeGateway
from tests.shop.checkout.shopper import Shopper, level_of, orders_of

ELEMENTS = {"SHOP_PAYMENT_UI": "elements", "SHOP_STRIPE_PUBLISHABLE_KEY": "pk_test_1"}


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(**ELEMENTS)


def path_of(location: str) -> str:
    return location.removeprefix("http://shop.test")


def test_ordering_leads_to_a_page_of_the_shop_with_the_providers_fields(
    shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    placed = shopper.order()
    order = orders_of(engine)[0]
    page = shopper.client.get(path_of(placed.location))

    asked = gateway.requests[0].parameters
    assert path_of(placed.location) == f"/checkout/pay/{order.token}"
    assert (asked["ui_mode"], asked["return_url"]) == (
        "elements", f"http://shop.test/checkout/return/{order.token}",
    )  # fmt: skip
    assert not {"success_url", "cancel_url"} & asked.keys()
    assert page.status_code == 200
    assert 'data-secret="cs_test_1_secret_1"' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_policy_has_a_fresh_nonce_on_this_page_and_nothing_of_the_provider_on_any_other(
    shopper: Shopper,
) -> None:
    where = path_of(shopper.order().location)

    first, second = (shopper.client.get(where) for _ in range(2))
    policy = first.headers["Content-Security-Policy"]
    nonces = [re.search(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"]) for answer in (first, second)]
    others = [shopper.client.get(path) for path in ("/", "/cart", "/checkout")]

    assert all(nonces)
    assert len({found.group(1) for found in nonces if found}) == 2
    found = nonces[0]
    assert found is not None
    assert first.text.count(f'nonce="{found.group(1)}"') == first.text.count("<script") == 2
    assert "script-src 'self' 'nonce-" in policy
    assert "'unsafe" not in policy
    assert "frame-src https://js.stripe.com" in policy
    assert "connect-src 'self' https://api.stripe.com" in policy
    assert 'payment=(self "https://js.stripe.com")' in first.headers["Permissions-Policy"]
    for answer in others:
        assert "js.stripe.com" not in answer.headers["Content-Security-Policy"] + answer.text
        assert "nonce" not in answer.headers["Content-Security-Policy"]
        assert "payment=()" in answer.headers["Permissions-Policy"]


def test_without_javascript_the_providers_page_is_one_button_away(
    shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    where = path_of(shopper.order().location)
    page = shopper.client.get(where).text

    gone_on = shopper.client.post(f"{where}/hosted")

    assert "<noscript>" in page
    assert f'action="{where}/hosted"' in page
    assert gone_on.status_code == 303
    assert gone_on.location == "http://provider.test/pay/cs_test_2"
    assert [facts.status for facts in gateway.sessions.values()] == ["expired", "open"]
    assert level_of(engine) == (2, 1, 0)
    assert shopper.client.get(where).location == "http://provider.test/pay/cs_test_2"


def test_a_page_that_was_paid_leads_to_the_order(shopper: Shopper, gateway: FakeGateway, engine: Engine) -> None:
    where = path_of(shopper.order().location)
    gateway.pay("cs_test_1")

    shown, pressed = shopper.client.get(where), shopper.client.post(f"{where}/hosted")

    order = orders_of(engine)[0]
    assert [answer.location for answer in (shown, pressed)] == [f"/order/{order.token}"] * 2
    assert (order.state.value, order.payment_state.value) == ("placed", "paid")
    assert len(gateway.sessions) == 1


def test_a_provider_that_does_not_answer_changes_nothing(shopper: Shopper, gateway: FakeGateway) -> None:
    where = path_of(shopper.order().location)
    gateway.is_down = True

    shown, pressed = shopper.client.get(where), shopper.client.post(f"{where}/hosted")
    gateway.is_down = False

    assert (shown.status_code, pressed.status_code) == (503, 503)
    assert "Nothing was charged" in pressed.text
    assert shopper.client.post(f"{where}/hosted").location == "http://provider.test/pay/cs_test_2"


def test_another_sites_form_closes_no_page(shopper: Shopper, gateway: FakeGateway) -> None:
    where = path_of(shopper.order().location)

    refused = shopper.client.post(f"{where}/hosted", headers={"Sec-Fetch-Site": "cross-site"})

    assert refused.status_code == 403
    assert gateway.sessions["cs_test_1"].status == "open"


def test_an_unknown_order_has_no_page(client: FlaskClient) -> None:
    assert client.get("/checkout/pay/nothing").status_code == 404
    assert client.post("/checkout/pay/nothing/hosted").status_code == 404


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"SHOP_PAYMENT_UI": "embedded"}, "PAYMENT_UI"),
        ({"SHOP_PAYMENT_UI": "elements"}, "PUBLISHABLE_KEY"),
        ({**ELEMENTS, "SHOP_STRIPE_PUBLISHABLE_KEY": "pk_live_1"}, "PUBLISHABLE_KEY"),
        ({"SHOP_STRIPE_JS_URL": "js.stripe.com"}, "STRIPE_JS_URL"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(make_app: MakeApp, settings: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        make_app(**settings)
