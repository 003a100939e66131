"""What an order holds is there for its own shopper, who reads until when."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.checkout.held_words import held_words
from shop.orders.states import OrderState
from shop.stock.models import Hold
from tests.conftest import NOW, MakeApp
from tests.fakes import FakeGateway
from tests.shop.checkout.shopper import Shopper, level_of, orders_of

HELD = re.compile(r"held for you until (\d\d:\d\d UTC)")


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(SHOP_PAYMENT_UI="elements", SHOP_STRIPE_PUBLISHABLE_KEY="pk_test_1")


def until(engine: Engine) -> str:
    with Session(engine) as session:
        return f"{session.scalars(select(Hold.expires_at)).one():%H:%M} UTC"


def test_peer_4_a_hold_never_blocks_its_own_shopper_who_reads_until_when_it_lasts(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.add(3)  # all there are
    shopper.type_details()
    shopper.place()
    cart = shopper.client.get("/cart").text
    again = shopper.place()
    told = HELD.findall(cart)
    first_until = until(engine)
    shopper.type_details(line1="2 Short Street")
    other = shopper.place()

    first, second = orders_of(engine)
    assert told == [first_until]
    assert "Go to checkout" in cart
    assert again.location.endswith(f"/checkout/pay/{first.token}")
    assert other.location.endswith(f"/checkout/pay/{second.token}")
    assert [first.state, second.state] == [OrderState.CANCELLED, OrderState.PENDING]
    assert level_of(engine) == (0, 3, 0)


def test_the_pages_of_an_unpaid_order_say_until_when_its_goods_are_held(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.order()
    token = orders_of(engine)[0].token

    pages = [shopper.client.get(address).text for address in ("/cart", f"/order/{token}", f"/checkout/pay/{token}")]

    assert [HELD.findall(page) for page in pages] == [[until(engine)]] * 3


def test_the_page_that_waits_for_the_provider_says_so_too(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    gateway.is_down = True
    shopper.order()

    waiting = shopper.client.get(f"/checkout/wait/{orders_of(engine)[0].token}").text

    assert HELD.findall(waiting) == [until(engine)]


def test_nothing_is_said_to_be_held_once_it_is_paid(shopper: Shopper, engine: Engine, gateway: FakeGateway) -> None:
    shopper.order()
    token = orders_of(engine)[0].token
    gateway.pay("cs_test_1")
    shopper.client.get(f"/checkout/return/{token}")

    pages = [shopper.client.get(address).text for address in ("/cart", f"/order/{token}")]

    assert [HELD.findall(page) for page in pages] == [[], []]


def test_nobody_whose_money_is_on_its_way_is_sent_to_checkout_again(
    shopper: Shopper, engine: Engine, gateway: FakeGateway
) -> None:
    shopper.order()
    gateway.pay_later("cs_test_1")
    shopper.client.get(f"/checkout/return/{orders_of(engine)[0].token}")
    shopper.add(1)

    assert "not paid yet" not in shopper.client.get("/cart").text


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (NOW + timedelta(minutes=140), "held for you until 14:20 UTC"),
        (NOW + timedelta(days=2), "held for you until June 3, 2026, 12:00 UTC"),
        (NOW, ""),
        (None, ""),
    ],
)
def test_the_words_name_the_time_and_for_a_later_day_the_date(end: datetime | None, words: str) -> None:
    assert held_words(end, now=NOW, locale="en_US") == words
