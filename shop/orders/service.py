"""Orders: written once at checkout, found again by number, token or search, shipped and cancelled."""

import secrets
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from shop.email_address import normal_email, spellings
from shop.errors import Conflict, NotFound
from shop.keys import new_token
from shop.orders.fulfilment import Parcel, ship
from shop.orders.listing import OrderFilter, OrderPage, Work, list_orders
from shop.orders.models import Order, OrderEvent, OrderLine, Shipment
from shop.orders.moves import lines_now, lock_order, move_order, move_payment, move_shipment, record
from shop.orders.privacy import Erasure, erase_customer, export_customer
from shop.orders.returns import lock_parts, put_back, units_of
from shop.orders.rules import NUMBER_ALPHABET, Address, LineDraft, OrderDraft, normal_number
from shop.orders.states import OrderState, PaymentState, ShipmentState
from shop.promotions import service as promotions
from shop.stock import service as stock
from shop.stock.models import Hold
from shop.stock.states import HoldState

__all__ = [
    "Address",
    "Erasure",
    "LineDraft",
    "OrderDraft",
    "OrderFilter",
    "OrderPage",
    "Parcel",
    "Work",
    "cancel",
    "count_cancelled_of_cart",
    "create_order",
    "erase_customer",
    "export_customer",
    "find_by_checkout_token",
    "find_by_token",
    "get_by_id",
    "get_order",
    "held_for_cart",
    "list_orders",
    "lock_order",
    "lookup",
    "move_order",
    "move_payment",
    "move_shipment",
    "open_orders_of_cart",
    "record",
    "ship",
    "units_of",
]

_WHOLE = (
    selectinload(Order.lines),
    selectinload(Order.history),
    selectinload(Order.shipments).selectinload(Shipment.lines),
)


def new_number() -> str:
    """An order number that says nothing about how many came before, such as "TS-7K3Q-9F2M"."""
    letters = "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(8))
    return f"TS-{letters[:4]}-{letters[4:]}"


def create_order(session: Session, draft: OrderDraft, *, now: datetime) -> Order:
    """Write the draft as a pending order with its lines and the first line of its history."""
    quote, to = draft.quote, draft.address
    free = quote.total.minor == 0
    order = Order(
        number=new_number(),
        token=new_token(),
        cart_id=draft.cart_id,
        cart_version=draft.cart_version,
        checkout_token=draft.checkout_token,
        state=OrderState.PENDING,
        payment_state=PaymentState.NONE if free else PaymentState.PENDING,
        email=normal_email(draft.email),
        full_name=to.full_name,
        phone=draft.phone,
        line1=to.line1,
        line2=to.line2,
        city=to.city,
        region=to.region,
        postal_code=to.postal_code,
        country=to.country,
        currency=quote.currency,
        subtotal_minor=quote.subtotal.minor,
        discount_minor=quote.discount.minor,
        promotion_code=draft.promotion_code,
        promotion_title=draft.promotion_title,
        shipping_minor=quote.shipping.minor,
        tax_minor=quote.tax.minor,
        tax_inclusive=quote.tax_inclusive,
        total_minor=quote.total.minor,
        shipping_method=draft.shipping_method,
        shipping_title=draft.shipping_title,
        pick_up_at=draft.pick_up_at,
        placed_at=now,
        lines=[_line(line) for line in draft.lines],
    )
    order.history.append(
        OrderEvent(at=now, actor="customer", subject="order", old="", new=OrderState.PENDING.value, note="")
    )
    session.add(order)
    session.flush()  # holds and the payment attempt need order.id
    return order


def _line(draft: LineDraft) -> OrderLine:
    return OrderLine(
        sku=draft.sku,
        title=draft.title,
        option_value=draft.option_value,
        quantity=draft.quoted.quantity,
        unit_minor=draft.quoted.unit.minor,
        total_minor=draft.quoted.total.minor,
        discount_minor=draft.quoted.discount.minor,
        parts=dict(draft.parts),
        tax_minor=draft.quoted.tax.minor,
        tax_rate=draft.quoted.tax_rate,
    )


def get_order(session: Session, number: str) -> Order:
    """The order of that number, whole. Raises NotFound."""
    order = session.scalar(select(Order).where(Order.number == normal_number(number)).options(*_WHOLE))
    if order is None:
        raise NotFound("There is no such order.")
    return order


def get_by_id(session: Session, order_id: int) -> Order:
    """The order of that id, whole. Raises NotFound."""
    order = session.scalar(select(Order).where(Order.id == order_id).options(*_WHOLE))
    if order is None:
        raise NotFound("There is no such order.")
    return order


def find_by_token(session: Session, token: str) -> Order | None:
    """The order that the token of a customer's link opens; an empty or odd one opens none."""
    if not token or not token.isascii() or not token.isprintable():
        return None
    return session.scalar(select(Order).where(Order.token == token).options(*_WHOLE))


def find_by_checkout_token(session: Session, checkout_token: str) -> Order | None:
    """The order that this very check page made, if it made one."""
    return session.scalar(select(Order).where(Order.checkout_token == checkout_token))


def lookup(session: Session, number: str, email: str) -> Order | None:
    """The order of that number, for whoever also knows its e-mail address; None whichever of the two is wrong."""
    if not normal_email(email):
        return None
    return session.scalar(select(Order).where(Order.number == normal_number(number), Order.email.in_(spellings(email))))


def open_orders_of_cart(session: Session, cart_id: int) -> list[Order]:
    """Orders of this cart that still wait for their payment, oldest first."""
    query = select(Order).where(Order.cart_id == cart_id, Order.state == OrderState.PENDING).order_by(Order.id)
    return list(session.scalars(query))


def count_cancelled_of_cart(session: Session, cart_id: int) -> int:
    """How many orders of this cart came to nothing."""
    query = select(func.count()).select_from(Order)
    return session.scalar(query.where(Order.cart_id == cart_id, Order.state == OrderState.CANCELLED)) or 0


def held_for_cart(session: Session, cart_id: int) -> dict[str, int]:
    """Units per SKU that this cart's own unpaid orders hold: they are not lost to its visitor."""
    rows = session.execute(
        select(Hold.sku, Hold.quantity)
        .join(Order, Order.id == Hold.order_id)
        .where(Order.cart_id == cart_id, Order.state == OrderState.PENDING, Hold.state == HoldState.HELD)
    )
    held: dict[str, int] = {}
    for sku, quantity in rows:
        held[sku] = held.get(sku, 0) + quantity
    return held


def cancel(session: Session, order_id: int, *, actor: str, now: datetime, note: str = "") -> None:
    """Cancel a pending or placed order: held units go back to the shelf, sold ones that are not back yet too.

    Money that was paid is the payments' business. Raises Conflict when the order has left or is cancelled.
    """
    order = lock_order(session, order_id)
    was_placed = order.state is OrderState.PLACED
    if order.shipment_state is not ShipmentState.UNSHIPPED:
        raise Conflict("A parcel has left: the order cannot be cancelled any more.")
    move_order(session, order_id, OrderState.CANCELLED, actor=actor, now=now, note=note)
    stock.release_holds(session, order_id)
    if was_placed:
        lines = lines_now(session, order_id)
        lock_parts(session, lines)
        for line in sorted(lines, key=lambda line: line.sku):
            if units := line.quantity - line.returned:
                put_back(session, line, units, reason=f"Order {order.number} cancelled", actor=actor, now=now)
    promotions.give_back(session, order_id)
