"""Pieces of an order that go back on the shelf: never more of a line than were sold."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from shop.errors import Conflict
from shop.learning import service as learning
from shop.orders.models import Order, OrderLine
from shop.orders.states import OrderState
from shop.stock import service as stock

_HAS_SOLD = {OrderState.PLACED, OrderState.COMPLETED}


def returnable(order: Order) -> dict[int, int]:
    """Units per line id that can still come back: none of an order that is unpaid or cancelled."""
    has_sold = order.state in _HAS_SOLD
    return {line.id: line.quantity - line.returned if has_sold else 0 for line in order.lines}


def refusal(order: Order, units: dict[int, int]) -> str:
    """Why those units per line id cannot be put back, as a sentence; "" when they can."""
    left = returnable(order)
    for line in order.lines:
        if units.get(line.id, 0) > left[line.id]:
            return f"Only {left[line.id]} of {line.sku} can still go back on the shelf."
    return ""


def put_back(session: Session, line: OrderLine, units: int, *, reason: str, actor: str, now: datetime) -> None:
    """Book units of a sold line in again. Raises Conflict when fewer than that can still come back."""
    left = session.scalar(
        update(OrderLine)
        .where(OrderLine.id == line.id, OrderLine.returned + units <= OrderLine.quantity)
        .values(returned=OrderLine.returned + units)
        .returning(OrderLine.quantity - OrderLine.returned)
    )
    if left is None:
        raise Conflict(f"Fewer than {units} of {line.sku} can still go back on the shelf.")
    if left == 0:
        learning.note_returned(session, [line.id])
    for sku, count in sorted(line.units(units).items()):
        stock.receive(session, sku, count, reason=reason, actor=actor, now=now)


def units_of(lines: Iterable[OrderLine]) -> dict[str, int]:
    """The units on the shelf that some lines are, per SKU: a bundle's are those of its parts."""
    units: Counter[str] = Counter()
    for line in lines:
        units.update(line.units(line.quantity))
    return dict(units)


def lock_parts(session: Session, lines: Sequence[OrderLine]) -> None:
    """Before bundles are put back: lines go by their own SKU, which is not the order of their parts'."""
    if any(line.parts for line in lines):
        stock.lock_levels(session, units_of(lines))
