"""What the merchant sees of orders beside the rows themselves: the JSON list, refunds in sums, mails."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from shop.mail.models import OutboxMail
from shop.orders.models import Order, OrderLine
from shop.payments.models import Refund
from shop.payments.states import RefundState


def orders_as_values(session: Session, order_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Orders with lines, states and amounts as plain values, in the order of the ids. Three statements."""
    query = select(Order).where(Order.id.in_(order_ids)).options(selectinload(Order.lines))
    found = {order.id: order for order in session.scalars(query)}
    back = refunded_sums(session, order_ids)
    return [_as_values(found[order_id], back.get(order_id, 0)) for order_id in order_ids if order_id in found]


def refunded_sums(session: Session, order_ids: Sequence[int]) -> dict[int, int]:
    """Minor units sent back per order, those on their way included."""
    rows = session.execute(
        select(Refund.order_id, func.sum(Refund.amount_minor))
        .where(Refund.order_id.in_(order_ids), Refund.state != RefundState.FAILED)
        .group_by(Refund.order_id)
    )
    return {order_id: int(minor) for order_id, minor in rows}


def mails_of(session: Session, order_id: int) -> list[OutboxMail]:
    """The mails about an order, oldest first."""
    return list(session.scalars(select(OutboxMail).where(OutboxMail.order_id == order_id).order_by(OutboxMail.id)))


def _as_values(order: Order, refunded_minor: int) -> dict[str, Any]:
    return {
        "number": order.number,
        "placed_at": order.placed_at.isoformat(),
        "state": order.state.value,
        "payment_state": order.payment_state.value,
        "shipment_state": order.shipment_state.value,
        "country": order.country,
        "currency": order.currency,
        "subtotal_minor": order.subtotal_minor,
        "discount_minor": order.discount_minor,
        "promotion_code": order.promotion_code,
        "shipping_minor": order.shipping_minor,
        "tax_minor": order.tax_minor,
        "tax_inclusive": order.tax_inclusive,
        "total_minor": order.total_minor,
        "refunded_minor": refunded_minor,
        "lines": [_line(line) for line in order.lines],
    }


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "title": line.title,
        "option": line.option_value,
        "quantity": line.quantity,
        "unit_minor": line.unit_minor,
        "total_minor": line.total_minor,
        "discount_minor": line.discount_minor,
        "tax_minor": line.tax_minor,
    }
