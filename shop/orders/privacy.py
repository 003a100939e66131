"""What a customer may ask for: everything their orders say of them, and its erasure (R8)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, selectinload

from shop.email_address import spellings
from shop.keys import new_token
from shop.mail.models import OutboxMail
from shop.orders.models import Order, OrderEvent, Return, Shipment, Withdrawal
from shop.orders.return_rules import WAITING
from shop.orders.states import OrderState
from shop.promotions import service as promotions

ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Erasure:
    """Which orders lost their personal fields, and the numbers of those that are still being worked on."""

    erased_ids: tuple[int, ...]
    kept_open: tuple[str, ...]


def export_customer(session: Session, email: str) -> list[dict[str, object]]:
    """Every order of that address as plain values, oldest first."""
    query = (
        select(Order)
        .where(Order.email.in_(spellings(email)))
        .order_by(Order.id)
        .options(
            selectinload(Order.lines),
            selectinload(Order.history),
            selectinload(Order.shipments),
            selectinload(Order.withdrawals),
            selectinload(Order.returns),
        )
    )
    return [_as_values(order) for order in session.scalars(query)]


def erase_customer(session: Session, email: str, now: datetime) -> Erasure:
    """Blank the personal fields of that address's finished orders; amounts and lines stay for the books.

    An order that is still pending or placed, or has a return on its way, is kept until it is finished, and named in
    the answer.
    """
    orders = list(session.scalars(select(Order).where(Order.email.in_(spellings(email))).order_by(Order.id)))
    finished = [order for order in orders if _is_finished(order)]
    for order in finished:
        _blank(order, now)
    ids = tuple(order.id for order in finished)
    promotions.forget_customer(session, email)
    session.execute(update(OrderEvent).where(OrderEvent.order_id.in_(ids), OrderEvent.note != "").values(note=ERASED))
    session.execute(
        update(Withdrawal).where(Withdrawal.order_id.in_(ids)).values(full_name=ERASED, email=ERASED, note="")
    )
    session.execute(update(Return).where(Return.order_id.in_(ids)).values(note="", answer=""))
    session.execute(update(Shipment).where(Shipment.order_id.in_(ids)).values(tracking_number=""))
    session.execute(delete(OutboxMail).where(OutboxMail.order_id.in_(ids), OutboxMail.sent_at.is_(None)))
    session.execute(
        update(OutboxMail).where(OutboxMail.order_id.in_(ids)).values(recipient=ERASED, text=ERASED, html="")
    )
    return Erasure(ids, tuple(order.number for order in orders if order not in finished))


def _is_finished(order: Order) -> bool:
    is_over = order.state in (OrderState.CANCELLED, OrderState.COMPLETED)
    return is_over and not any(each.state in WAITING for each in order.returns)


def _blank(order: Order, now: datetime) -> None:
    order.email = f"{ERASED}-{order.id}"
    order.full_name = order.line1 = ERASED
    order.phone = order.line2 = order.city = order.postal_code = ""
    order.token = new_token()  # no link of a mail opens it any more
    order.erased_at = now


def _as_values(order: Order) -> dict[str, object]:
    return {
        "number": order.number,
        "placed_at": order.placed_at.isoformat(),
        "state": order.state.value,
        "payment": order.payment_state.value,
        "shipment": order.shipment_state.value,
        "email": order.email,
        "phone": order.phone,
        "address": {
            "name": order.full_name,
            "line1": order.line1,
            "line2": order.line2,
            "city": order.city,
            "region": order.region,
            "postal_code": order.postal_code,
            "country": order.country,
        },
        "currency": order.currency,
        "total_minor": order.total_minor,
        "discount_minor": order.discount_minor,
        "promotion_code": order.promotion_code,
        "pick_up_at": order.pick_up_at,
        "shipping_minor": order.shipping_minor,
        "tax_minor": order.tax_minor,
        "lines": [
            {"sku": line.sku, "title": line.title, "quantity": line.quantity, "total_minor": line.total_minor}
            for line in order.lines
        ],
        "history": [
            {"at": event.at.isoformat(), "subject": event.subject, "new": event.new, "note": event.note}
            for event in order.history
        ],
        "shipments": [
            {"carrier": s.carrier, "tracking_number": s.tracking_number, "shipped_at": s.shipped_at.isoformat()}
            for s in order.shipments
        ],
        "withdrawals": [
            {"declared_at": w.declared_at.isoformat(), "name": w.full_name, "email": w.email, "note": w.note}
            for w in order.withdrawals
        ],
        "returns": [_return_values(each) for each in order.returns],
    }


def _return_values(kept: Return) -> dict[str, str]:
    return {
        "requested_at": kept.requested_at.isoformat(),
        "state": kept.state.value,
        "reason": kept.reason.value,
        "note": kept.note,
        "answer": kept.answer,
    }
