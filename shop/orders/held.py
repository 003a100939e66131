"""Until when units are kept for an order that waits for its payment."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from shop.orders.models import Order
from shop.orders.states import OrderState
from shop.stock.models import Hold
from shop.stock.states import HoldState


def held_until(session: Session, order_id: int) -> datetime | None:
    """The end of the first hold of a pending order; None when it holds nothing."""
    return _earliest(session, Order.id == order_id)


def cart_held_until(session: Session, cart_id: int) -> datetime | None:
    """The end of the first hold of a cart's own unpaid orders; None when they hold nothing."""
    return _earliest(session, Order.cart_id == cart_id)


def _earliest(session: Session, whose: ColumnElement[bool]) -> datetime | None:
    is_held = (Order.state == OrderState.PENDING, Hold.state == HoldState.HELD)
    return session.scalar(
        select(func.min(Hold.expires_at)).join(Order, Order.id == Hold.order_id).where(whose, *is_held)
    )
