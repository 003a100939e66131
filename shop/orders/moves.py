"""The only place where the state of an order, its payment or its shipment changes, each with a row of history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from shop.errors import Conflict, NotFound
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.states import (
    NEXT_ORDER_STATES,
    NEXT_PAYMENT_STATES,
    NEXT_SHIPMENT_STATES,
    OrderState,
    PaymentState,
    ShipmentState,
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One column of an order that holds a state, and the moves it allows."""

    subject: str
    column: InstrumentedAttribute[Any]
    table: Mapping[Any, set[Any]]


_ORDER = _Kind("order", Order.state, NEXT_ORDER_STATES)
_PAYMENT = _Kind("payment", Order.payment_state, NEXT_PAYMENT_STATES)
_SHIPMENT = _Kind("shipment", Order.shipment_state, NEXT_SHIPMENT_STATES)


def lock_order(session: Session, order_id: int) -> Order:
    """The order as it is now, kept from changing until the transaction ends. Raises NotFound.

    Locks are taken in one sequence everywhere, so that nobody waits in a circle: cart, order, payment attempt or
    refund, holds, stock by SKU, promotion. Rows that only name the order (history, mails) may still be written by
    others.
    """
    found = select(Order).where(Order.id == order_id).with_for_update(key_share=True)
    order = session.scalar(found.execution_options(populate_existing=True))
    if order is None:
        raise NotFound("There is no such order.")
    return order


def lines_now(session: Session, order_id: int) -> list[OrderLine]:
    """The lines of a locked order as they are now, which may be newer than what this request has read before."""
    query = select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def move_order(session: Session, order_id: int, new: OrderState, *, actor: str, now: datetime, note: str = "") -> None:
    """Bring the order into another state. Raises Conflict when the table does not allow it or somebody was faster."""
    old = _move(session, order_id, _ORDER, new)
    _write(session, order_id, _step(_ORDER, old, new, note), actor=actor, now=now)


def move_payment(
    session: Session, order_id: int, new: PaymentState, *, actor: str, now: datetime, note: str = ""
) -> None:
    """Bring the order's payment into another state. Raises Conflict like `move_order`."""
    old = _move(session, order_id, _PAYMENT, new)
    _write(session, order_id, _step(_PAYMENT, old, new, note), actor=actor, now=now)


def move_shipment(
    session: Session, order_id: int, new: ShipmentState, *, actor: str, now: datetime, note: str = ""
) -> None:
    """Bring the order's shipment into another state. Raises Conflict like `move_order`."""
    old = _move(session, order_id, _SHIPMENT, new)
    _write(session, order_id, _step(_SHIPMENT, old, new, note), actor=actor, now=now)


def record(session: Session, order_id: int, *, subject: str, note: str, actor: str, now: datetime) -> None:
    """Write a line into the order's history that changes no state: a mail, a refund, a merchant's remark."""
    _write(session, order_id, {"subject": subject, "note": note}, actor=actor, now=now)


def _step(kind: _Kind, old: StrEnum, new: StrEnum, note: str) -> dict[str, str]:
    return {"subject": kind.subject, "old": old.value, "new": new.value, "note": note}


def _write(session: Session, order_id: int, fields: Mapping[str, str], *, actor: str, now: datetime) -> None:
    session.add(OrderEvent(order_id=order_id, at=now, actor=actor, **fields))


def _move(session: Session, order_id: int, kind: _Kind, new: StrEnum) -> StrEnum:
    """Change the column if it still holds what allows the move; returns what it held."""
    order = session.get(Order, order_id)
    if order is None:
        raise NotFound("There is no such order.")
    session.flush()  # a refresh must not lose what the caller changed
    session.refresh(order, [kind.column.key])
    old: StrEnum = getattr(order, kind.column.key)
    if new not in kind.table[old]:
        raise Conflict(f"The {kind.subject} is {_words(old)} and cannot become {_words(new)}.")
    moved = session.scalar(
        update(Order).where(Order.id == order_id, kind.column == old).values({kind.column.key: new}).returning(Order.id)
    )
    if moved is None:
        raise Conflict(f"The {kind.subject} changed meanwhile. Please look at it again.")
    return old


def _words(state: StrEnum) -> str:
    return state.value.replace("_", " ")
