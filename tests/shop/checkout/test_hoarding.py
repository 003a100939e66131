"""Nobody keeps goods from others by ordering and not paying."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.config import load_config
from shop.orders.models import Order
from shop.stock.models import StockLevel
from tests.conftest import MakeApp
from tests.fakes import FakeGateway
from tests.shop.checkout.shopper import SKU, Shopper

LIMIT = {"SHOP_OPEN_ORDERS_PER_EMAIL": 2}


def visitor(app: Flask, email: str = "pat@example.com") -> Shopper:
    """Another browser."""
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    client.environ_base["HTTP_HOST"] = "shop.test"
    shopper = Shopper(client)
    shopper.typed["email"] = email
    return shopper


def test_an_address_with_unpaid_orders_gets_no_further_one_and_is_told_on_the_check_page(
    make_app: MakeApp, shopper: Shopper, engine: Engine
) -> None:
    app = make_app(**LIMIT)
    for _ in range(2):
        visitor(app).order()
    third = visitor(app, " PAT@Example.com ")

    answer = third.order()

    assert answer.location == "/checkout/review?told=open"
    assert "several unpaid orders" in third.client.get(answer.location).text
    with Session(engine) as session:
        assert session.scalar(select(StockLevel.held).where(StockLevel.sku == SKU)) == 2


def test_another_address_may_still_order(make_app: MakeApp, shopper: Shopper) -> None:
    app = make_app(**LIMIT)
    for _ in range(2):
        visitor(app).order()

    answer = visitor(app, "kim@example.com").order()

    assert "told=" not in answer.location


def test_the_same_click_again_is_no_further_order(make_app: MakeApp, shopper: Shopper) -> None:
    app = make_app(SHOP_OPEN_ORDERS_PER_EMAIL=1)
    buyer = visitor(app)
    buyer.add()
    buyer.type_details()
    button = buyer.button()

    first, second = buyer.place(button), buyer.place(button)

    assert first.location == second.location


def test_of_many_orders_at_the_same_moment_no_more_than_the_limit_are_taken(
    make_app: MakeApp, shopper: Shopper, engine: Engine
) -> None:
    app = make_app(**LIMIT)
    buyers = [visitor(app) for _ in range(6)]
    for buyer in buyers:
        buyer.add()
        buyer.type_details()
    buttons = [buyer.button() for buyer in buyers]

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda pair: pair[0].place(pair[1]), zip(buyers, buttons, strict=True)))

    with Session(engine) as session:
        assert len(session.scalars(select(Order)).all()) == 2


def test_one_network_places_only_so_many_orders_an_hour_and_is_told_on_the_check_page(
    make_app: MakeApp, shopper: Shopper
) -> None:
    app = make_app(SHOP_ORDERS_PER_ADDRESS_AND_HOUR=2)
    answers = [visitor(app, f"buyer{n}@example.com").order().location for n in range(3)]

    assert [location for location in answers if "told=" in location] == ["/checkout/review?told=crowd"]


def test_peer_19_a_flood_of_card_tests_opens_few_payment_pages_and_none_before_its_order(
    make_app: MakeApp, shopper: Shopper, gateway: FakeGateway
) -> None:
    app = make_app(SHOP_ORDERS_PER_ADDRESS_AND_HOUR=2)
    robots = [visitor(app, f"card{n}@example.com") for n in range(8)]
    for robot in robots:
        robot.add()
        robot.type_details()
    buttons = [robot.button() for robot in robots]
    opened_before = gateway.calls.count("open_payment")

    answers = [robot.place(button) for robot, button in zip(robots, buttons, strict=True)]

    assert opened_before == 0
    assert gateway.calls.count("open_payment") == 2
    assert [answer.location for answer in answers[2:]] == ["/checkout/review?told=crowd"] * 6


def test_peer_19_one_cart_cannot_try_card_after_card(
    make_app: MakeApp, shopper: Shopper, gateway: FakeGateway, engine: Engine
) -> None:
    robot = visitor(make_app())
    robot.add()
    robot.type_details()
    button = robot.button()

    answers = [robot.place(button).status_code for _ in range(32)]

    assert (answers[0], answers[-1]) == (303, 429)
    assert gateway.calls.count("open_payment") == 1
    with Session(engine) as session:
        assert len(session.scalars(select(Order)).all()) == 1


@pytest.mark.parametrize(
    ("mode", "limits"),
    [("live", (3, 1000, 240, 240)), ("demo", (0, 0, 0, 240)), ("test", (0, 0, 0, 0))],
)
def test_a_live_shop_is_limited_and_load_tests_of_the_others_are_not(mode: str, limits: tuple[int, ...]) -> None:
    config = load_config(
        {
            "SHOP_MODE": mode,
            "SHOP_SECRET_KEYS": "a-secret-for-tests-only-0123456789abcdef",
            "SHOP_BASE_URL": "https://shop.example",
            "SHOP_STRIPE_SECRET_KEY": f"sk_{'live' if mode == 'live' else 'test'}_x",
            "SHOP_STRIPE_WEBHOOK_SECRETS": "whsec_x",
            "SHOP_SMTP_URL": "smtp://mail.example",
        }
    )

    assert limits == (
        config.open_orders_per_email,
        config.orders_per_address_and_hour,
        config.cart_posts_per_minute,
        config.quiz_posts_per_minute,
    )
