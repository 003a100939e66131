"""Trouble at checkout: a silent provider, forged forms, odd links, amounts that cannot be paid."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from shop.catalogue.models import Price
from shop.clock import utc_now
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState
from shop.payments.models import PaymentAttempt
from shop.payments.states import AttemptState
from shop.pricing.service import SHIPPED
from tests.conftest import MakeApp
from tests.fakes import FakeGateway
from tests.shop.checkout.shopper import Shopper, level_of, orders_of


def test_a_silent_provider_loses_nothing_and_trying_again_is_the_same_attempt(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()
    gateway.is_down = True
    refused = shopper.place(button)
    gateway.is_down = False

    again = shopper.place(button | {"again": "yes"})

    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "5"
    assert "Nothing was charged." in refused.text
    assert again.headers["Location"].endswith("cs_test_1")
    assert len(orders_of(engine)) == 1
    assert len({request.idempotency_key for request in gateway.requests}) == 1
    assert "Classic Mat" in shopper.client.get("/cart").text


def test_an_answer_that_was_lost_leads_to_the_same_page(shopper: Shopper, engine: Engine, gateway: FakeGateway) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()
    gateway.loses_answers = True
    shopper.place(button)

    again = shopper.place(button | {"again": "yes"})

    assert again.headers["Location"].endswith("cs_test_1")
    assert len(gateway.sessions) == 1


def test_a_click_while_the_first_is_under_way_waits_on_a_page_that_looks_again(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()
    gateway.is_down = True
    shopper.place(button)

    answer = shopper.place(button)
    waiting = shopper.client.get(answer.headers["Location"])

    assert answer.headers["Location"] == f"/checkout/wait/{orders_of(engine)[0].token}"
    assert "Go on to the payment page" in waiting.text


def test_a_wait_that_takes_too_long_offers_to_try_again(shopper: Shopper, engine: Engine, gateway: FakeGateway) -> None:
    shopper.add()
    shopper.type_details()
    gateway.is_down = True
    shopper.place()
    with engine.begin() as connection:
        connection.execute(update(PaymentAttempt).values(created_at=utc_now() - timedelta(seconds=30)))

    waiting = shopper.client.get(f"/checkout/wait/{orders_of(engine)[0].token}")

    assert "http-equiv" not in waiting.text
    assert "Try again" in waiting.text


def test_a_waiting_page_leads_on_once_the_payment_page_is_there(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.order()

    answer = shopper.client.get(f"/checkout/wait/{orders_of(engine)[0].token}")

    assert answer.headers["Location"].endswith("cs_test_1")


def test_slow_money_is_waited_for_and_not_asked_for_twice(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.order()
    gateway.pay_later("cs_test_1")
    token = orders_of(engine)[0].token

    shopper.client.get(f"/checkout/return/{token}")

    assert shopper.client.get("/checkout").headers["Location"] == "/cart"
    assert "Cart (" not in shopper.client.get("/cart").text
    assert len(orders_of(engine)) == 1
    assert "not confirmed yet" in shopper.client.get(f"/order/{token}").text


def _free_delivery(shopper: Shopper, engine: Engine, tmp_path: Path, make_app: MakeApp, *, price: int) -> Shopper:
    """The same shop with free delivery, and everything at one price."""
    zones = tmp_path / "zones.toml"
    zones.write_text(SHIPPED.read_text(encoding="utf-8").replace('free_over = "75.00"', 'free_over = "0.00"'))
    with engine.begin() as connection:
        connection.execute(update(Price).values(minor=price))
    client = make_app(SHOP_ZONES=str(zones)).test_client()
    client.environ_base.update(shopper.client.environ_base)
    visitor = Shopper(client)
    visitor.add()
    visitor.type_details()
    return visitor


def test_an_order_that_costs_nothing_needs_no_payment(
    shopper: Shopper, engine: Engine, gateway: FakeGateway, tmp_path: Path, make_app: MakeApp
) -> None:
    visitor = _free_delivery(shopper, engine, tmp_path, make_app, price=0)

    answer = visitor.place()
    page = visitor.client.get(answer.headers["Location"]).text

    assert gateway.calls == []
    assert [order.state for order in orders_of(engine)] == [OrderState.PLACED]
    assert "Thank you for your order" in page
    assert "Paid" not in page
    assert level_of(engine) == (2, 0, 1)


def test_an_amount_the_provider_does_not_take_is_refused_in_words(
    shopper: Shopper, engine: Engine, gateway: FakeGateway, tmp_path: Path, make_app: MakeApp
) -> None:
    visitor = _free_delivery(shopper, engine, tmp_path, make_app, price=10)

    page = visitor.client.get("/checkout/review").text

    assert "The payment service does not take an amount this small." in page
    assert "Order and pay" not in page
    assert orders_of(engine) == []


@pytest.mark.parametrize(
    "forged", [{}, {"checkout_token": ""}, {"checkout_token": "0" * 64}, {"checkout_token": "\x00"}]
)
def test_a_forged_checkout_token_orders_nothing(shopper: Shopper, engine: Engine, forged: dict[str, str]) -> None:
    shopper.add()
    shopper.type_details()

    answer = shopper.place({"csrf_token": shopper.csrf()} | forged)

    assert answer.headers["Location"] == "/checkout/review?told=changed"
    assert orders_of(engine) == []


@pytest.mark.parametrize("forged", [None, "", "0" * 64])
def test_the_button_without_the_carts_token_orders_nothing(
    shopper: Shopper, engine: Engine, forged: str | None
) -> None:
    shopper.add()
    shopper.type_details()
    button = {"checkout_token": shopper.button()["checkout_token"]}

    answer = shopper.place(button | ({} if forged is None else {"csrf_token": forged}))

    assert answer.status_code == 403
    assert orders_of(engine) == []


def test_a_foreign_cart_cannot_use_the_checkout_token_of_another(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()
    shopper.place(button)
    other = shopper.client.application.test_client()
    other.environ_base.update(shopper.client.environ_base)
    stranger = Shopper(other)
    stranger.add()
    stranger.type_details()

    answer = stranger.place({"csrf_token": stranger.csrf(), "checkout_token": button["checkout_token"]})

    assert answer.headers["Location"] == "/checkout/review?told=changed"
    assert len(orders_of(engine)) == 1


@pytest.mark.parametrize("address", ["return", "cancel", "wait"])
def test_an_unknown_order_link_is_a_page_of_the_shop(shopper: Shopper, address: str) -> None:
    for token in ("nothing", "%00", "a" * 3000):
        assert shopper.client.get(f"/checkout/{address}/{token}").status_code == 404


def test_the_return_of_a_customer_while_the_provider_is_silent_still_shows_the_order(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.order()
    gateway.is_down = True
    token = orders_of(engine)[0].token

    page = shopper.client.get(f"/checkout/return/{token}", follow_redirects=True)

    assert page.status_code == 200
    assert "Your payment is not confirmed yet" in page.text
    assert "Go on to the payment page" in page.text


def test_lines_and_shipping_sent_to_the_provider_sum_to_the_total(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.add(2)
    shopper.add(1, "MAT01-TEAL")
    shopper.type_details()
    shopper.place()

    facts = gateway.sessions["cs_test_1"]
    with Session(engine) as session:
        states = session.execute(select(Order.payment_state, PaymentAttempt.state).join(PaymentAttempt)).one()
        count = session.scalar(select(func.count()).select_from(Order))
    assert facts.amount.minor == orders_of(engine)[0].total_minor
    assert tuple(states) == (PaymentState.PENDING, AttemptState.OPEN)
    assert count == 1
