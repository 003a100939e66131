"""Many buyers at once, each with a session of their own: as many orders as there are units, and not one more."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from shop.cart import service as cart
from shop.checkout.rules import CheckoutDetails
from shop.checkout.service import Intent, NotAvailable, Placed, Terms, Urls, place_order
from shop.db import begin_write
from shop.errors import OutOfStock
from shop.mail.letterhead import Letterhead
from shop.orders.models import Order
from shop.payments.models import PaymentAttempt
from shop.pricing.service import SHIPPED
from shop.pricing.zone_file import read_zones
from shop.stock.models import Hold, StockLevel
from tests.conftest import NOW
from tests.make import make_product

ZONES = read_zones(SHIPPED)
CART_TERMS = cart.terms_of(ZONES, 30)
LETTERHEAD = Letterhead(
    shop_name="Tsubo",
    contact_email="hello@shop.example",
    postal_address="1 Street",
    mail_from="shop@shop.example",
    address="http://shop.test",
    locale="en_US",
    live=False,
)
TERMS = Terms(
    zones=ZONES,
    letterhead=LETTERHEAD,
    urls=Urls(success=lambda token: f"http://shop.test/r/{token}", cancel=lambda token: f"http://shop.test/c/{token}"),
    session_minutes=31,
    hold_minutes=40,
)
DETAILS = CheckoutDetails("pat@example.com", "Pat", "", "1 Street", "", "Portland", "OR", "97201", "US")
SKUS = ("MAT01-CHARCOAL", "MAT01-TEAL")


@dataclass(frozen=True)
class Buyer:
    """A filled cart, ready to be ordered."""

    cart_id: int
    intent: Intent


def _buyer(session: Session, name: str, skus: tuple[str, ...]) -> Buyer:
    token = None
    for sku in skus:
        token = cart.add(session, token, sku, 1, terms=CART_TERMS, now=NOW).token
    cart.choose_delivery(session, token, cart.Delivery("US", "OR"), zones=ZONES, terms=CART_TERMS, now=NOW)
    session.expire_all()
    found = cart.find_cart(session, token, NOW)
    assert found is not None
    contents = cart.view(session, found, ZONES, now=NOW)
    return Buyer(found.id, Intent(name, contents.version, contents.quote.total))


def _buyers(engine: Engine, count: int, *, units: int, skus: tuple[tuple[str, ...], ...]) -> list[Buyer]:
    with Session(engine) as session:
        begin_write(session)
        make_product(session, "MAT01", variants=("CHARCOAL", "TEAL"), available=units)
        buyers = [_buyer(session, f"buyer-{number}", skus[number % len(skus)]) for number in range(count)]
        session.commit()
    return buyers


def _buy(engine: Engine, buyer: Buyer) -> Placed | str:
    with Session(engine, expire_on_commit=False) as session:
        begin_write(session)
        try:
            placed = place_order(session, buyer.cart_id, DETAILS, intent=buyer.intent, terms=TERMS, now=NOW)
        except (OutOfStock, NotAvailable):
            session.rollback()
            return "refused"
        session.commit()
        return placed


def _all_at_once(engine: Engine, buyers: list[Buyer]) -> list[Placed | str]:
    with ThreadPoolExecutor(max_workers=10) as threads:
        return list(threads.map(lambda buyer: _buy(engine, buyer), buyers, timeout=120))


@pytest.mark.parametrize("skus", [((SKUS[0],),), (SKUS, SKUS[::-1])], ids=["one line", "two lines in either order"])
def test_peer_1_twenty_buyers_of_the_last_five_units_get_five(
    engine: Engine, skus: tuple[tuple[str, ...], ...]
) -> None:
    buyers = _buyers(engine, 20, units=5, skus=skus)

    results = _all_at_once(engine, buyers)

    assert Counter(result == "refused" for result in results) == {True: 15, False: 5}
    with Session(engine) as session:
        level = session.get_one(StockLevel, SKUS[0])
        held = session.scalar(select(func.sum(Hold.quantity)).where(Hold.sku == SKUS[0]))
        orders = session.scalar(select(func.count()).select_from(Order))
    assert (level.available, level.held, level.sold) == (0, 5, 0)
    assert (held, orders) == (5, 5)


def test_peer_9_ten_clicks_of_one_buyer_are_one_order_with_one_payment_call(engine: Engine) -> None:
    buyer = _buyers(engine, 1, units=5, skus=((SKUS[0],),))[0]

    results = _all_at_once(engine, [buyer] * 10)

    placed = [result for result in results if isinstance(result, Placed)]
    assert len({result.order_id for result in placed}) == 1
    assert len({result.request.idempotency_key for result in placed if result.request}) == 1
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(PaymentAttempt)) == 1
        assert session.get_one(StockLevel, SKUS[0]).held == 1
