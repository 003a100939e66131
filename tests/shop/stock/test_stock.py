"""Units are held, sold and released, and never more of them than came in."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from shop.db import begin_write
from shop.errors import BadInput, Conflict, OutOfStock
from shop.orders.models import Order
from shop.stock import service as stock
from shop.stock.models import Hold, StockLevel, StockMovement
from shop.stock.states import NEXT_HOLD_STATES, HoldState
from tests.conftest import NOW
from tests.make import make_order, make_stock

LATER = NOW + timedelta(minutes=40)


def _order(session: Session, number: str = "TS-AAAA-0001") -> Order:
    make_stock(session, f"FOR-{number}", available=1)
    return make_order(session, number, sku=f"FOR-{number}")


def _level(session: Session, sku: str) -> tuple[int, int, int]:
    row = session.execute(
        select(StockLevel.available, StockLevel.held, StockLevel.sold).where(StockLevel.sku == sku)
    ).one()
    return (row.available, row.held, row.sold)


def test_peer_1_the_last_unit_is_held_once(session: Session) -> None:
    first, second = _order(session, "TS-AAAA-0001"), _order(session, "TS-AAAA-0002")
    make_stock(session, "TEA", available=1)
    stock.reserve(session, order_id=first.id, sku="TEA", quantity=1, expires_at=LATER)

    with pytest.raises(OutOfStock) as refused:
        stock.reserve(session, order_id=second.id, sku="TEA", quantity=1, expires_at=LATER)

    assert refused.value.sku == "TEA"
    assert _level(session, "TEA") == (0, 1, 0)


def test_reserving_again_for_the_same_order_only_holds_longer(session: Session) -> None:
    order = _order(session)
    make_stock(session, "TEA", available=1)
    stock.reserve(session, order_id=order.id, sku="TEA", quantity=1, expires_at=NOW)

    stock.reserve(session, order_id=order.id, sku="TEA", quantity=1, expires_at=LATER)

    assert _level(session, "TEA") == (0, 1, 0)
    assert session.scalar(select(Hold.expires_at).where(Hold.sku == "TEA")) == LATER


def test_a_hold_becomes_a_sale_once(session: Session) -> None:
    order = _order(session)
    make_stock(session, "TEA", available=3)
    stock.reserve(session, order_id=order.id, sku="TEA", quantity=2, expires_at=LATER)

    first, second = stock.sell_holds(session, order.id), stock.sell_holds(session, order.id)

    assert (first, second) == (True, True)
    assert _level(session, "TEA") == (1, 0, 2)


def test_released_units_are_on_the_shelf_again_and_cannot_be_sold_as_held(session: Session) -> None:
    order = _order(session)
    make_stock(session, "TEA", available=3)
    stock.reserve(session, order_id=order.id, sku="TEA", quantity=2, expires_at=LATER)

    released = stock.release_holds(session, order.id)

    assert released == 3  # two of the tea, one that the order itself names
    assert stock.release_holds(session, order.id) == 0
    assert stock.sell_holds(session, order.id) is False
    assert _level(session, "TEA") == (3, 0, 0)


def test_late_money_takes_all_units_again(session: Session) -> None:
    order = _order(session)
    make_stock(session, "TEA", available=2)
    stock.reserve(session, order_id=order.id, sku="TEA", quantity=2, expires_at=LATER)
    stock.release_holds(session, order.id)

    taken = stock.retake(session, order.id)

    assert taken is True
    assert _level(session, "TEA") == (0, 0, 2)


def test_late_money_takes_nothing_when_one_line_is_gone(session: Session) -> None:
    order, other = _order(session, "TS-AAAA-0001"), _order(session, "TS-AAAA-0002")
    for sku in ("APPLE", "TEA"):
        make_stock(session, sku, available=1)
        stock.reserve(session, order_id=order.id, sku=sku, quantity=1, expires_at=LATER)
    stock.release_holds(session, order.id)
    stock.reserve(session, order_id=other.id, sku="TEA", quantity=1, expires_at=LATER)

    taken = stock.retake(session, order.id)

    assert taken is False
    assert _level(session, "APPLE") == (1, 0, 0)
    assert _level(session, "TEA") == (0, 1, 0)


def test_sold_units_are_not_held_again(session: Session) -> None:
    order = _order(session)
    make_stock(session, "TEA", available=2)
    stock.reserve(session, order_id=order.id, sku="TEA", quantity=1, expires_at=LATER)
    stock.sell_holds(session, order.id)

    with pytest.raises(Conflict):
        stock.reserve(session, order_id=order.id, sku="TEA", quantity=1, expires_at=LATER)


def test_orders_out_of_time_are_named_and_longer_holds_are_not(session: Session) -> None:
    early, late = _order(session, "TS-AAAA-0001"), _order(session, "TS-AAAA-0002")
    stock.extend_holds(session, late.id, LATER + timedelta(days=1))
    session.flush()

    due = stock.orders_with_expired_holds(session, LATER)

    assert due == [early.id]


def test_a_merchants_change_is_booked_with_its_reason(session: Session) -> None:
    left = stock.receive(session, "NEW", 5, reason="delivery", actor="merchant:a@b.example", now=NOW)
    stock.receive(session, "NEW", -2, reason="broken", actor="merchant:a@b.example", now=NOW)
    session.flush()

    assert left == 5
    assert _level(session, "NEW") == (3, 0, 0)
    assert session.scalar(select(func.sum(StockMovement.change))) == 3


def test_no_more_is_written_off_than_lies_there(session: Session) -> None:
    make_stock(session, "TEA", available=2)

    with pytest.raises(OutOfStock):
        stock.receive(session, "TEA", -3, reason="broken", actor="merchant:a@b.example", now=NOW)

    assert _level(session, "TEA") == (2, 0, 0)


@pytest.mark.parametrize("change", [0, 10**20, -(10**20)])
def test_an_absurd_change_is_bad_input(session: Session, change: int) -> None:
    with pytest.raises(BadInput):
        stock.receive(session, "TEA", change, reason="", actor="merchant:a@b.example", now=NOW)


def test_a_sku_nobody_counted_has_none(session: Session) -> None:
    make_stock(session, "TEA", available=2)

    found = stock.availability(session, ["TEA", "NONE"])

    assert found == {"TEA": 2, "NONE": 0}


@pytest.mark.parametrize("old", list(HoldState))
@pytest.mark.parametrize("new", list(HoldState))
def test_a_hold_moves_only_as_its_table_says(session: Session, old: HoldState, new: HoldState) -> None:
    order = _order(session)
    hold = session.scalars(select(Hold).where(Hold.order_id == order.id)).one()
    hold.state = old
    session.flush()

    if new in NEXT_HOLD_STATES[old]:
        stock._move(session, hold, new)
        assert hold.state is new
    else:
        with pytest.raises(Conflict):
            stock._move(session, hold, new)


ACTS = st.lists(st.tuples(st.sampled_from(["reserve", "sell", "release", "retake", "receive"]), st.integers(0, 3)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_what_came_in_is_always_there_held_or_sold(engine: Engine, acts: list[tuple[str, int]]) -> None:
    with Session(engine, expire_on_commit=False) as session:
        begin_write(session)
        orders = [_order(session, f"TS-AAAA-000{n}") for n in range(4)]
        stock.receive(session, "TEA", 5, reason="start", actor="system", now=NOW)

        for act, number in acts:
            _act(session, act, orders[number].id, number)
        session.flush()

        came_in = session.scalar(select(func.sum(StockMovement.change)).where(StockMovement.sku == "TEA"))
        level = _level(session, "TEA")
        session.rollback()
    assert sum(level) == came_in
    assert min(level) >= 0


def _act(session: Session, act: str, order_id: int, number: int) -> None:
    try:
        if act == "reserve":
            stock.reserve(session, order_id=order_id, sku="TEA", quantity=number + 1, expires_at=LATER)
        elif act == "sell":
            stock.sell_holds(session, order_id)
        elif act == "release":
            stock.release_holds(session, order_id)
        elif act == "retake":
            stock.retake(session, order_id)
        else:
            stock.receive(session, "TEA", number - 1 or 2, reason="by hand", actor="system", now=NOW)
    except (OutOfStock, Conflict):
        return
