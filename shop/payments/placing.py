"""The one way an order becomes placed: its units sold, its cart emptied, its customer told, its invoice written."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.cart import service as cart
from shop.documents import service as documents
from shop.learning import service as learning
from shop.mail.letterhead import Letterhead
from shop.orders import mails
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.states import OrderState
from shop.payments import tax_reports
from shop.promotions import service as promotions
from shop.stock import service as stock


def lock_with_cart(session: Session, order_id: int) -> Order:
    """The order as it is now; two settlements of one order go one after the other. Raises NotFound.

    The cart is locked before it, as in placing an order: one sequence of locks for all, so no deadlock.
    """
    cart_id = session.scalar(select(Order.cart_id).where(Order.id == order_id))
    if cart_id is not None:
        cart.lock_cart(session, cart_id)
    return orders.lock_order(session, order_id)


def sell(session: Session, order: Order) -> bool:
    """The order's units become sales: those held, or when they were let go, the same from the shelf once more."""
    if order.state is OrderState.PENDING and stock.sell_holds(session, order.id):
        return True
    return stock.retake(session, order.id)


def place(session: Session, order: Order, *, letterhead: Letterhead, now: datetime, actor: str) -> None:
    """The order is the shop's to fulfil: out of the cart, the customer gets a confirmation, the invoice is written."""
    orders.move_order(session, order.id, OrderState.PLACED, actor=actor, now=now)
    take_out_of_cart(session, order)
    promotions.keep(session, order.id)
    learning.note_bought(session, [line.id for line in order.lines])
    mails.write_placed(session, order, letterhead=letterhead, now=now)
    tax_reports.report_sold(session, order, now=now)
    documents.write_invoice(session, order, letterhead=letterhead, now=now)  # the last lock: see there


def take_out_of_cart(session: Session, order: Order) -> None:
    """What was ordered leaves the cart, once: a version that is forgotten tells that it was done."""
    if order.cart_id is None or order.cart_version is None:
        return
    bought = {line.sku: line.quantity for line in order.lines}
    cart.clear_after_payment(session, order.cart_id, order.cart_version, bought)
    order.cart_version = None
