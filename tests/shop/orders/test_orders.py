"""Orders are found by those who may, move as their tables say, and forget people when asked."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.errors import Conflict, NotFound
from shop.orders import moves
from shop.orders import service as orders
from shop.orders.models import Order, OrderEvent
from shop.orders.progress import progress_of
from shop.orders.rules import normal_number
from shop.orders.states import (
    NEXT_ORDER_STATES,
    NEXT_PAYMENT_STATES,
    NEXT_SHIPMENT_STATES,
    OrderState,
    PaymentState,
    ShipmentState,
)
from shop.stock.models import StockLevel
from tests.conftest import NOW
from tests.make import make_order, make_stock

SKU = "MAT01-CHARCOAL"
MERCHANT = "merchant:ann@shop.example"


def _order(session: Session, number: str = "TS-AAAA-BBBB", **fields: object) -> Order:
    if session.get(StockLevel, SKU) is None:
        make_stock(session, SKU, available=50)
    return make_order(session, number, **fields)


def _history(session: Session, order: Order) -> list[tuple[str, str, str]]:
    session.flush()
    query = select(OrderEvent).where(OrderEvent.order_id == order.id).order_by(OrderEvent.id)
    return [(event.subject, event.old, event.new) for event in session.scalars(query)]


@pytest.mark.parametrize("old", list(OrderState))
@pytest.mark.parametrize("new", list(OrderState))
def test_an_order_moves_only_as_its_table_says(session: Session, old: OrderState, new: OrderState) -> None:
    order = _order(session, state=old)

    if new in NEXT_ORDER_STATES[old]:
        orders.move_order(session, order.id, new, actor="system", now=NOW)
        assert order.state is new
        assert _history(session, order) == [("order", old, new)]
    else:
        with pytest.raises(Conflict):
            orders.move_order(session, order.id, new, actor="system", now=NOW)
        assert _history(session, order) == []


@pytest.mark.parametrize("old", list(PaymentState))
@pytest.mark.parametrize("new", list(PaymentState))
def test_a_payment_moves_only_as_its_table_says(session: Session, old: PaymentState, new: PaymentState) -> None:
    order = _order(session, payment_state=old)

    if new in NEXT_PAYMENT_STATES[old]:
        orders.move_payment(session, order.id, new, actor="system", now=NOW)
        assert order.payment_state is new
    else:
        with pytest.raises(Conflict):
            orders.move_payment(session, order.id, new, actor="system", now=NOW)


@pytest.mark.parametrize("old", list(ShipmentState))
@pytest.mark.parametrize("new", list(ShipmentState))
def test_a_shipment_moves_only_as_its_table_says(session: Session, old: ShipmentState, new: ShipmentState) -> None:
    order = _order(session, shipment_state=old)

    if new in NEXT_SHIPMENT_STATES[old]:
        orders.move_shipment(session, order.id, new, actor="system", now=NOW)
        assert order.shipment_state is new
    else:
        with pytest.raises(Conflict):
            orders.move_shipment(session, order.id, new, actor="system", now=NOW)


def test_an_order_that_is_not_there_does_not_move(session: Session) -> None:
    with pytest.raises(NotFound):
        orders.move_order(session, 10**9, OrderState.PLACED, actor="system", now=NOW)


def test_numbers_say_nothing_of_each_other() -> None:
    numbers = {orders.new_number() for _ in range(500)}

    assert len(numbers) == 500
    assert all(re.fullmatch(r"TS-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}", number) for number in numbers)


@pytest.mark.parametrize("typed", ["TS-7K3Q-9F2M", " ts-7k3q-9f2m ", "7K3Q9F2M", "ts 7k3q 9f2m", "TS7K3Q9F2M"])
def test_a_number_may_be_typed_as_people_type(typed: str) -> None:
    assert normal_number(typed) == "TS-7K3Q-9F2M"


def test_a_number_that_begins_like_the_prefix_keeps_it() -> None:
    assert normal_number("TSAB-CDEF") == "TS-TSAB-CDEF"


def test_number_and_address_together_find_an_order_and_neither_alone_does(session: Session) -> None:
    order = _order(session, number="TS-7K3Q-9F2M", email="pat@example.com")

    found = orders.lookup(session, "ts-7k3q-9f2m", " Pat@Example.com ")

    assert found is order
    assert orders.lookup(session, "TS-7K3Q-9F2M", "other@example.com") is None
    assert orders.lookup(session, "TS-0000-0000", "pat@example.com") is None
    assert orders.lookup(session, "TS-7K3Q-9F2M", "") is None


@pytest.mark.parametrize("token", ["", "x", "\x00", "ä", "' OR 1=1 --", "a" * 5000])
def test_an_odd_token_opens_no_order(session: Session, token: str) -> None:
    _order(session)

    assert orders.find_by_token(session, token) is None


def test_shipping_completes_a_placed_order(session: Session) -> None:
    order = _order(session, state=OrderState.PLACED)

    shipment = orders.ship(session, order.id, orders.Parcel("Post", "RR123"), actor=MERCHANT, now=NOW)

    assert (order.state, order.shipment_state) == (OrderState.COMPLETED, ShipmentState.SHIPPED)
    assert (shipment.carrier, shipment.tracking_number) == ("Post", "RR123")
    assert progress_of(orders.get_by_id(session, order.id)).headline == "Your parcel is on its way"


def test_only_a_placed_order_is_shipped_and_only_once(session: Session) -> None:
    order = _order(session, state=OrderState.PLACED)
    orders.ship(session, order.id, orders.Parcel("Post"), actor=MERCHANT, now=NOW)

    for number in (order.id, _order(session, "TS-CCCC-DDDD").id):
        with pytest.raises(Conflict):
            orders.ship(session, number, orders.Parcel("Post"), actor=MERCHANT, now=NOW)


def test_cancelling_a_pending_order_puts_its_units_back(session: Session) -> None:
    order = _order(session, quantity=3)

    orders.cancel(session, order.id, actor="customer", now=NOW)

    level = session.get_one(StockLevel, SKU, populate_existing=True)
    assert (level.available, level.held, level.sold) == (50, 0, 0)


def test_a_parcel_that_left_is_not_cancelled(session: Session) -> None:
    order = _order(session, state=OrderState.PLACED)
    orders.ship(session, order.id, orders.Parcel("Post"), actor=MERCHANT, now=NOW)

    with pytest.raises(Conflict):
        orders.cancel(session, order.id, actor=MERCHANT, now=NOW)


def test_the_list_goes_from_page_to_page_and_misses_none(session: Session) -> None:
    made = [_order(session, f"TS-AAAA-{n:04}", placed_at=NOW + timedelta(minutes=n)).number for n in range(7)]
    seen: list[str] = []
    before: int | None = None

    while True:
        page = orders.list_orders(session, orders.OrderFilter(limit=3, before_id=before))
        seen += [row.number for row in page.rows]
        before = page.next_before_id
        if before is None:
            break

    assert seen == made[::-1]
    assert page.count == 7


def test_the_list_is_searched_by_number_and_address_and_filtered_by_state(session: Session) -> None:
    _order(session, "TS-AAAA-0001", email="ann@example.com", state=OrderState.PLACED)
    _order(session, "TS-BBBB-0002", email="bob_x@example.com")

    def numbers(**wanted: object) -> list[str]:
        page = orders.list_orders(session, orders.OrderFilter(**wanted))
        return [row.number for row in page.rows]

    assert numbers(query="ts-aaaa") == ["TS-AAAA-0001"]
    assert numbers(query="BOB_") == ["TS-BBBB-0002"]
    assert numbers(query="%") == []
    assert numbers(query="ts-\x00bbbb") == ["TS-BBBB-0002"]
    assert numbers(state=OrderState.PLACED) == ["TS-AAAA-0001"]
    assert numbers(payment_state=PaymentState.PAID) == []


def test_a_customer_gets_everything_their_orders_say(session: Session) -> None:
    _order(session, "TS-AAAA-0001", email="ann@example.com")
    _order(session, "TS-BBBB-0002", email="bob@example.com")

    exported = orders.export_customer(session, "Ann@example.com")

    assert [order["number"] for order in exported] == ["TS-AAAA-0001"]
    assert exported[0]["email"] == "ann@example.com"
    assert exported[0]["lines"] == [{"sku": SKU, "title": "Acupressure mat", "quantity": 1, "total_minor": 3400}]


def test_erasing_a_customer_keeps_the_books_and_open_orders(session: Session) -> None:
    done = _order(session, "TS-AAAA-0001", state=OrderState.COMPLETED, phone="+1 415 555 0100")
    waiting = _order(session, "TS-BBBB-0002", state=OrderState.PLACED)
    old_token = done.token

    erasure = orders.erase_customer(session, "pat@example.com", NOW)
    session.flush()
    session.expire_all()

    assert (erasure.erased_ids, erasure.kept_open) == ((done.id,), (waiting.number,))
    assert orders.find_by_token(session, old_token) is None
    kept = orders.get_order(session, "TS-AAAA-0001")
    assert (kept.total_minor, kept.lines[0].sku, kept.country) == (3900, SKU, "US")
    personal = (kept.email, kept.full_name, kept.phone, kept.line1, kept.city, kept.postal_code)
    assert not any(word in field for field in personal for word in ("pat", "Pat", "Long", "Spring", "12345", "415"))
    assert kept.erased_at == NOW


def test_nothing_outside_the_moves_assigns_a_state() -> None:
    assert moves.move_order is orders.move_order
