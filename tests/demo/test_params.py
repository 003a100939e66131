from typing import Any

import pytest
import stripe

from demo.stripe_server import params
from demo.stripe_server.answers import BadParameter
from tests.demo.conftest import Desk, line

CREATE = "checkout._session_create_params:SessionCreateParams"


@pytest.mark.parametrize(("changes", "param"), [
    ({"colour": "red"}, "colour"),
    ({"line_items": [{**line(900), "weight": 3}]}, "line_items[0][weight]"),
    ({"line_items": [{"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 900,
                                                    "product_data": {"title": "Mat"}}}]},
     "line_items[0][price_data][product_data][title]"),
    ({"line_items": [{"quantity": 1, "price_data": {"unit_amount": 900, "product_data": {"name": "Mat"}}}]},
     "line_items[0][price_data][currency]"),
    ({"line_items": [{**line(900), "quantity": "two"}]}, "line_items[0][quantity]"),
    ({"line_items": [{**line(900), "quantity": 1.5}]}, "line_items[0][quantity]"),
    ({"line_items": [{**line(900), "quantity": 0}]}, "line_items[0][quantity]"),
    ({"line_items": "everything"}, "line_items"),
    ({"line_items": []}, "line_items"),
    ({"ui_mode": "custom"}, "ui_mode"),
    ({"ui_mode": "embedded"}, "ui_mode"),
    ({"adaptive_pricing": {"enabled": "maybe"}}, "adaptive_pricing[enabled]"),
    ({"expires_at": "tomorrow"}, "expires_at"),
    ({"shipping_address_collection": {"allowed_countries": ["XX"]}},
     "shipping_address_collection[allowed_countries][0]"),
    ({"metadata": {"group": {"deep": "no"}}}, "metadata[group]"),
    ({"success_url": "/thanks"}, "success_url"),
    ({"customer_email": "nobody"}, "customer_email"),
    ({"api_key": "sk_test_x"}, "api_key"),
])  # fmt: skip
def test_a_wrong_parameter_is_refused_by_name(near: Desk, changes: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        near.open_session(**changes)

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert near.server.ledger()["sessions"] == []


@pytest.mark.parametrize("changes", [
    {"discounts": [{"coupon": "SPRING"}]},
    {"automatic_tax": {"enabled": True}},
    {"allow_promotion_codes": True},
    {"adaptive_pricing": {"enabled": True}},
    {"ui_mode": "embedded_page"},
    {"line_items": [{**line(900), "tax_rates": ["txr_1"]}]},
])  # fmt: skip
def test_what_would_change_the_money_and_is_not_simulated_is_refused(near: Desk, changes: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not simulate"):
        near.open_session(**changes)


@pytest.mark.parametrize(("changes", "param"), [
    ({"ui_mode": "elements"}, "success_url"),
    ({"return_url": "http://shop.example/back"}, "return_url"),
])  # fmt: skip
def test_each_kind_of_page_takes_its_own_addresses(near: Desk, changes: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="is not allowed when") as refused:
        near.open_session(**changes)

    assert refused.value.param == param


def test_what_is_switched_off_may_be_said(near: Desk) -> None:
    session = near.open_session(adaptive_pricing={"enabled": False}, automatic_tax={"enabled": False})

    assert session.amount_total == 5495


def test_a_form_becomes_typed_values() -> None:
    tree = params.decode("expires_at=17&adaptive_pricing[enabled]=false&expand[0]=line_items&metadata[a]=1")

    checked = params.check(tree, CREATE)

    assert checked == {"expires_at": 17, "adaptive_pricing": {"enabled": False}, "expand": ["line_items"],
                       "metadata": {"a": "1"}}  # fmt: skip


@pytest.mark.parametrize(
    "text", ["a=1&a[b]=2", "a[b]=2&a=1&a[c]=3", "[]=1", "=1", "line_items[x][quantity]=1", "a[[b=1"]
)
def test_a_tangled_form_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        params.check(params.decode(text), CREATE)


def test_lists_check_their_filters_too(desk: Desk) -> None:
    mistake: Any = {"created": {"after": 5}}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        desk.stripe.v1.events.list(mistake)

    assert refused.value.param == "created[after]"
    with pytest.raises(stripe.InvalidRequestError):
        desk.stripe.v1.events.list({"limit": 101})


def test_an_address_that_is_not_served_says_so(near: Desk) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not serve"):
        near.stripe.v1.customers.create({"email": "mia@example.com"})
