"""The dearest order that the shop's own limits allow: every sum of it fits its column, from the cart to the refund."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.cart import service as cart
from shop.cart.rules import MAX_LINES, MAX_QUANTITY
from shop.checkout.service import Intent, place_order
from shop.db import begin_write
from shop.money import MAX_MINOR
from shop.orders.models import Order
from shop.payments import flow, refunding, refunds
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import RefundWish
from tests.fakes import FakeGateway
from tests.make import NOW, make_product
from tests.shop.checkout.test_races import CART_TERMS, DETAILS, TERMS, ZONES
from tests.shop.payments.conftest import Bench


def full_cart(engine: Engine) -> tuple[int, Intent]:
    """As many of as much as a cart takes."""
    with Session(engine) as session:
        begin_write(session)
        token = None
        for number in range(MAX_LINES):
            make_product(session, f"GOLD{number:02}", price=MAX_MINOR, available=MAX_QUANTITY, cost_minor=MAX_MINOR)
            sku = f"GOLD{number:02}-CHARCOAL"
            token = cart.add(session, token, sku, MAX_QUANTITY, terms=CART_TERMS, now=NOW).token
        cart.choose_delivery(session, token, cart.Delivery("US", "CA"), zones=ZONES, terms=CART_TERMS, now=NOW)
        session.expire_all()
        found = cart.find_cart(session, token, NOW)
        assert found is not None
        contents = cart.view(session, found, ZONES, now=NOW)
        session.commit()
        return found.id, Intent("largest", contents.version, contents.quote.total)


def test_the_largest_order_is_placed_paid_and_sent_back(engine: Engine, gateway: FakeGateway) -> None:
    bench = Bench(engine, gateway)
    cart_id, intent = full_cart(engine)
    details = replace(DETAILS, region="CA")
    with bench.desk.transaction() as session:
        placed = place_order(session, cart_id, details, intent=intent, terms=TERMS, now=NOW)
    assert placed.request is not None
    page = flow.open_page(bench.desk, placed.request)
    gateway.pay(page.session_id)
    bench.settle(placed.order_id, page.session_id)

    wish = RefundWish(intent.total, "all of it", "form-of-the-largest", "merchant:m@example.com")
    state = refunding.refund(bench.desk, placed.order_id, wish, now=NOW + timedelta(minutes=9))

    with bench.desk.transaction() as session:
        order = session.get_one(Order, placed.order_id)
        attempt = session.scalars(select(PaymentAttempt)).one()
        assert order.subtotal_minor == MAX_LINES * MAX_QUANTITY * MAX_MINOR
        assert order.total_minor == attempt.captured_minor == intent.total.minor >= order.subtotal_minor
        assert refunds.sent_back(session, attempt.payment_intent) == order.total_minor
    assert state == "succeeded"
