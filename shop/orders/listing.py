"""The merchant's list of orders: filtered, searched, newest first, a page at a time, never counted as a whole."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shop.money import Money
from shop.orders.models import Order, OrderLine, Return
from shop.orders.return_rules import WAITING
from shop.orders.states import OrderState, PaymentState, ShipmentState

PAGE_SIZE = 50
COUNT_LIMIT = 1_000
LAST_LETTER = "\U0010ffff"


class Work(StrEnum):
    """What waits to be done with an order."""

    TO_SHIP = "to_ship"
    OPEN_RETURNS = "open_returns"


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What to list. `query` is (the beginning of) a number or an e-mail address; `before_id` continues a list."""

    state: OrderState | None = None
    payment_state: PaymentState | None = None
    shipment_state: ShipmentState | None = None
    query: str = ""
    before_id: int | None = None
    limit: int = PAGE_SIZE
    work: Work | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in the list."""

    id: int
    number: str
    placed_at: datetime
    email: str
    full_name: str
    country: str
    state: OrderState
    payment_state: PaymentState
    shipment_state: ShipmentState
    total: Money


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of the list. `count` stops at COUNT_LIMIT; `next_before_id` is None on the last page."""

    rows: tuple[OrderRow, ...]
    count: int
    next_before_id: int | None


_COLUMNS = (
    Order.id,
    Order.number,
    Order.placed_at,
    Order.email,
    Order.full_name,
    Order.country,
    Order.state,
    Order.payment_state,
    Order.shipment_state,
    Order.total_minor,
    Order.currency,
)


def is_to_ship() -> ColumnElement[bool]:
    """Whether an order is the shop's to send, and pieces of it have not left that its customer still wants."""
    has_pieces = OrderLine.shipped + OrderLine.called_off < OrderLine.quantity
    is_wanted = OrderLine.shipped + OrderLine.withdrawn < OrderLine.quantity
    return (Order.state == OrderState.PLACED) & exists().where(OrderLine.order_id == Order.id, has_pieces, is_wanted)


def has_open_return() -> ColumnElement[bool]:
    """Whether a return of the order waits for the shop."""
    return exists().where(Return.order_id == Order.id, Return.state.in_(WAITING))


def list_orders(session: Session, wanted: OrderFilter) -> OrderPage:
    """A page of orders, newest first."""
    limit = max(1, min(wanted.limit, 200))
    matching = _conditions(wanted, session.get_bind().dialect.name)
    page = select(*_COLUMNS).where(*matching).order_by(Order.id.desc()).limit(limit + 1)
    if wanted.before_id is not None:
        page = page.where(Order.id < wanted.before_id)
    rows = [_row(row) for row in session.execute(page)]
    limited = select(Order.id).where(*matching).limit(COUNT_LIMIT).subquery()
    count = session.scalar(select(func.count()).select_from(limited)) or 0
    more = len(rows) > limit
    return OrderPage(tuple(rows[:limit]), count, rows[limit - 1].id if more else None)


def _row(row: Row[*tuple[Any, ...]]) -> OrderRow:
    values = row._asdict()
    total = Money(values.pop("total_minor"), values.pop("currency"))
    return OrderRow(**values, total=total)


def _conditions(wanted: OrderFilter, dialect: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        conditions.append(Order.state == wanted.state)
    if wanted.payment_state is not None:
        conditions.append(Order.payment_state == wanted.payment_state)
    if wanted.shipment_state is not None:
        conditions.append(Order.shipment_state == wanted.shipment_state)
    if wanted.work is Work.TO_SHIP:
        conditions.append(is_to_ship())
    if wanted.work is Work.OPEN_RETURNS:
        conditions.append(has_open_return())
    text = "".join(letter for letter in wanted.query if letter.isprintable()).strip()
    if text:
        number, email = text.upper(), text.lower()
        conditions.append(or_(_begins(Order.number, number, dialect), _begins(Order.email, email, dialect)))
    return conditions


def _begins(column: InstrumentedAttribute[str], text: str, dialect: str) -> ColumnElement[bool]:
    """Whether the column begins with that text. SQLite looks for it in an index as a range only, PostgreSQL as LIKE."""
    if dialect == "sqlite":
        return column.between(text, text + LAST_LETTER)
    return column.startswith(text, autoescape=True)
