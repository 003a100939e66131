"""Bundles ordered: their parts are held, sold and put back. Start stock = left + held + sold for each part, always."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.cart import service as cart
from shop.cart.rules import NoticeKind
from shop.catalogue.models import BundlePart, Product
from shop.checkout.rules import CheckoutDetails
from shop.checkout.service import Intent, NotAvailable, Placed, Terms, Urls, place_order
from shop.db import begin_write
from shop.errors import OutOfStock, ShopError
from shop.mail.letterhead import Letterhead
from shop.orders import returns
from shop.orders import service as orders
from shop.orders.states import OrderState
from shop.pricing.service import SHIPPED
from shop.pricing.zone_file import read_zones
from shop.stock import service as stock
from shop.stock.models import StockLevel
from tests.conftest import NOW
from tests.make import make_product

ZONES = read_zones(SHIPPED)
CART_TERMS = cart.terms_of(ZONES, 30)
TERMS = Terms(
    zones=ZONES,
    letterhead=Letterhead(
        shop_name="Tsubo",
        contact_email="hello@shop.example",
        postal_address="1 Street",
        mail_from="shop@shop.example",
        address="http://shop.test",
        locale="en_US",
        live=False,
    ),
    urls=Urls(success=lambda token: f"http://shop.test/r/{token}", cancel=lambda token: f"http://shop.test/c/{token}"),
    session_minutes=31,
    hold_minutes=40,
)
DETAILS = CheckoutDetails("pat@example.com", "Pat", "", "1 Street", "", "Portland", "OR", "97201", "US")
BOX, MAT, PILLOW = "BOX01", "MAT01", "PIL01"


@dataclass(frozen=True)
class Buyer:
    """A filled cart, ready to be ordered."""

    cart_id: int
    intent: Intent


def sell(session: Session, *, mats: int, pillows: int) -> Product:
    """A mat, a pillow, and a box of one mat and two pillows."""
    make_product(session, MAT, variants=("",), available=mats)
    make_product(session, PILLOW, variants=("",), available=pillows)
    box = make_product(session, BOX, variants=("",), price=5900, available=0)
    parts = ((MAT, 1), (PILLOW, 2))
    box.variants[0].parts = [BundlePart(part_sku=sku, quantity=quantity) for sku, quantity in parts]
    session.flush()  # carts read the rows
    return box


def fill(session: Session, *wanted: tuple[str, int]) -> str:
    """A cart with these things in it; its token."""
    token = None
    for place, (sku, quantity) in enumerate(wanted):
        added_at = NOW + timedelta(seconds=place)  # the cart's lines are in the order in which they came
        token = cart.add(session, token, sku, quantity, terms=CART_TERMS, now=added_at).token
    assert token is not None
    cart.choose_delivery(session, token, cart.Delivery("US", "OR"), zones=ZONES, terms=CART_TERMS, now=NOW)
    session.expire_all()
    return token


def look(session: Session, token: str) -> cart.CartView:
    found = cart.find_cart(session, token, NOW)
    assert found is not None
    return cart.view(session, found, ZONES, now=NOW)


def buyer(session: Session, name: str, *wanted: tuple[str, int]) -> Buyer:
    contents = look(session, fill(session, *wanted))
    return Buyer(contents.cart_id, Intent(name, contents.version, contents.quote.total))


def place(session: Session, who: Buyer) -> Placed:
    return place_order(session, who.cart_id, DETAILS, intent=who.intent, terms=TERMS, now=NOW)


def level(session: Session, sku: str) -> tuple[int, int, int]:
    session.expire_all()
    found = session.get_one(StockLevel, sku)
    return (found.available, found.held, found.sold)


def pay(session: Session, placed: Placed) -> None:
    stock.sell_holds(session, placed.order_id)
    orders.move_order(session, placed.order_id, OrderState.PLACED, actor="system", now=NOW)


def test_an_order_of_a_bundle_holds_and_sells_its_parts(session: Session) -> None:
    sell(session, mats=5, pillows=9)

    placed = place(session, buyer(session, "one", (BOX, 2), (MAT, 1)))

    assert (level(session, MAT), level(session, PILLOW), level(session, BOX)) == ((2, 3, 0), (5, 4, 0), (0, 0, 0))
    pay(session, placed)
    assert (level(session, MAT), level(session, PILLOW), level(session, BOX)) == ((2, 0, 3), (5, 0, 4), (0, 0, 0))


def test_what_is_released_or_cancelled_comes_back_as_parts(session: Session) -> None:
    sell(session, mats=5, pillows=9)
    given_up = place(session, buyer(session, "one", (BOX, 1)))
    orders.cancel(session, given_up.order_id, actor="system", now=NOW)
    assert (level(session, MAT), level(session, PILLOW)) == ((5, 0, 0), (9, 0, 0))

    placed = place(session, buyer(session, "two", (BOX, 2), (PILLOW, 1)))
    pay(session, placed)
    orders.cancel(session, placed.order_id, actor="merchant:anna@shop.example", now=NOW)

    assert (level(session, MAT)[0], level(session, PILLOW)[0], level(session, BOX)) == (5, 9, (0, 0, 0))


def test_what_comes_back_is_what_was_in_the_bundle_when_it_was_ordered(session: Session) -> None:
    box = sell(session, mats=5, pillows=9)
    placed = place(session, buyer(session, "one", (BOX, 2)))
    pay(session, placed)
    box.variants[0].parts = [BundlePart(part_sku=MAT, quantity=3)]
    session.flush()  # the merchant put other things into it meanwhile

    order = orders.get_by_id(session, placed.order_id)
    returns.put_back(session, order.lines[0], 1, reason="Refund", actor="system", now=NOW)

    assert (level(session, MAT), level(session, PILLOW)) == ((4, 0, 2), (7, 0, 4))


def test_a_bundle_and_its_part_in_one_cart_take_from_the_same_shelf(session: Session) -> None:
    sell(session, mats=2, pillows=9)
    token = fill(session, (BOX, 1), (MAT, 2))

    contents = look(session, token)

    assert [notice.kind for notice in contents.lines[0].notices] == []
    assert [(notice.kind, notice.left) for notice in contents.lines[1].notices] == [(NoticeKind.FEWER, 1)]
    assert not contents.can_check_out
    assert [(part.sku, part.quantity) for part in contents.lines[0].parts] == [(MAT, 1), (PILLOW, 2)]


@pytest.mark.parametrize("missing", [MAT, PILLOW])
def test_a_bundle_without_one_of_its_parts_is_sold_out(session: Session, missing: str) -> None:
    sell(session, mats=0 if missing == MAT else 9, pillows=1 if missing == PILLOW else 9)

    with pytest.raises(ShopError, match="sold out"):
        fill(session, (BOX, 1))


def attempt(engine: Engine, who: Buyer) -> bool:
    """Whether the order was placed."""
    with Session(engine, expire_on_commit=False) as session:
        begin_write(session)
        try:
            place(session, who)
        except (OutOfStock, NotAvailable):
            session.rollback()
            return False
        session.commit()
        return True


def all_at_once(work: Callable[[Buyer], bool], buyers: list[Buyer]) -> Counter[bool]:
    with ThreadPoolExecutor(max_workers=10) as threads:
        return Counter(threads.map(work, buyers, timeout=120))


def test_peer_3_parallel_buyers_of_bundle_and_part_sell_each_part_once_and_never_wait_in_a_circle(
    engine: Engine,
) -> None:
    with Session(engine) as session:
        begin_write(session)
        sell(session, mats=6, pillows=12)
        wishes = (((BOX, 1),), ((PILLOW, 1), (MAT, 1)), ((MAT, 1), (BOX, 1)))
        buyers = [buyer(session, f"buyer-{number}", *wishes[number % 3]) for number in range(21)]
        session.commit()

    results = all_at_once(lambda who: attempt(engine, who), buyers)

    with Session(engine) as session:
        mats, pillows = level(session, MAT), level(session, PILLOW)
    assert sum(mats) == 6
    assert sum(pillows) == 12
    assert mats[0] == 0  # every wish needs a mat, and the last one was taken
    assert min(*mats, *pillows) >= 0
    assert 3 <= results[True] <= 6


def test_bundles_and_parts_are_given_back_at_once_without_waiting_in_a_circle(engine: Engine) -> None:
    with Session(engine) as session:
        begin_write(session)
        sell(session, mats=20, pillows=40)
        wishes = (((BOX, 1), (PILLOW, 1)), ((PILLOW, 1), (MAT, 1), (BOX, 1)))
        buyers = [buyer(session, f"buyer-{number}", *wishes[number % 2]) for number in range(10)]
        placed = {who: place(session, who).order_id for who in buyers}
        for order_id in placed.values():
            stock.sell_holds(session, order_id)
            orders.move_order(session, order_id, OrderState.PLACED, actor="system", now=NOW)
        session.commit()

    def give_back(who: Buyer) -> bool:
        with Session(engine) as session:
            begin_write(session)
            orders.cancel(session, placed[who], actor="system", now=NOW)
            session.commit()
        return True

    assert all_at_once(give_back, buyers) == {True: 10}
    with Session(engine) as session:
        assert (level(session, MAT)[:2], level(session, PILLOW)[:2]) == ((20, 0), (40, 0))
