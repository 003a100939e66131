"""Until when units are kept for an order that waits for its payment."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.orders.models import Order
from shop.orders.states import OrderState
from shop.stock.models import Hold
from shop.stock.states import HoldState


def held_until(session: Session, order_id: int) -> datetime | None:
    """The end of the first hold of a pending order; None when it holds nothing."""
    is_held = (Order.state == OrderState.PENDING, Hold.state == HoldState.HELD)
    query = select(func.min(Hold.expires_at)).join(Order, Order.id == Hold.order_id)
    return session.scalar(query.where(Order.id == order_id, *is_held))
