"""Until when the goods of an order are held that its own cart can still pay."""

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from shop.orders.models import Order
from shop.orders.states import OrderState
from shop.payments.models import PaymentAttempt
from shop.payments.service import LIVE
from shop.stock.models import Hold
from shop.stock.states import HoldState


def cart_held_until(session: Session, cart_id: int) -> datetime | None:
    """The end of the first hold of a cart's orders whose payment page is open; None when they hold nothing.

    An order whose money is on its way is not among them: nobody has to go to checkout for it.
    """
    is_payable = exists().where(PaymentAttempt.order_id == Order.id, PaymentAttempt.state.in_(LIVE))
    is_held = (Order.state == OrderState.PENDING, Hold.state == HoldState.HELD, is_payable)
    query = select(func.min(Hold.expires_at)).join(Order, Order.id == Hold.order_id)
    return session.scalar(query.where(Order.cart_id == cart_id, *is_held))
