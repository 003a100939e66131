"""The counts of the merchant's first page: what waits, and no counting without an end."""

from datetime import datetime

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from shop.merchant.home_reading import overview
from shop.orders.listing import COUNT_LIMIT
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState, ShipmentState
from tests.fakes import FakeGateway
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.test_order_pages import PAGE
from tests.shop.payments.conftest import Bench


def test_an_order_to_ship_and_an_open_return_are_counted(
    merchant: Browser, engine: Engine, gateway: FakeGateway
) -> None:
    bench = Bench(engine, gateway)
    order_id, session_id = bench.opened(quantity=2)
    gateway.pay(session_id)
    bench.settle(order_id, session_id)
    before = merchant.get("/merchant").text
    merchant.post(f"{PAGE}/ship", {"carrier": "Post"})

    after = merchant.get("/merchant").text

    assert '<strong>1</strong> <a href="/merchant/orders?work=to_ship">' in before
    assert '<strong>0</strong> <a href="/merchant/orders?work=to_ship">' in after
    assert '<strong>0</strong> <a href="/merchant/orders?work=open_returns">' in after


def test_orders_beyond_the_limit_are_not_counted(session: Session, now: datetime) -> None:
    few = overview(session)
    session.execute(insert(Order), [_placed(number, now) for number in range(COUNT_LIMIT + 5)])

    many = overview(session)

    assert (few.up_to(few.orders), many.up_to(many.orders)) == ("0", "1,000 or more")


def _placed(number: int, now: datetime) -> dict[str, object]:
    words = ("email", "full_name", "line1", "city", "shipping_method", "shipping_title")
    return {
        **dict.fromkeys(words, "x"),
        **dict.fromkeys(("subtotal_minor", "shipping_minor", "tax_minor", "total_minor"), 0),
        "number": f"TS-{number}",
        "token": f"token-{number}",
        "checkout_token": f"checkout-{number}",
        "state": OrderState.COMPLETED,
        "payment_state": PaymentState.PAID,
        "shipment_state": ShipmentState.SHIPPED,
        "country": "US",
        "currency": "USD",
        "tax_inclusive": False,
        "placed_at": now,
    }
