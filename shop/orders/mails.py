"""The mails about an order. They name goods neutrally and no complaint (R11); each is written once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.dates import format_day, format_moment
from shop.keys import fingerprint
from shop.mail import service as outbox
from shop.mail.letterhead import Letterhead
from shop.mail.models import OutboxMail
from shop.mail.rendering import render
from shop.money import Money
from shop.orders.models import Order, OrderEvent, OrderLine, Shipment, Withdrawal
from shop.pricing.countries import country_name


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mail: its template and its subject, which ends with the order's number."""

    template: str
    subject: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail to the merchant: its template `kind`, what makes it one, and what its template says besides the number."""

    kind: str
    unique_key: str
    subject: str
    values: Mapping[str, object] = field(default_factory=dict)


CONFIRMATION = Kind("confirmation", "Thank you for your order")
AWAITING = Kind("awaiting", "We have your order and wait for your money: order")
PAID = Kind("paid", "Your money has arrived: order")
SHIPPED = Kind("shipped", "Your parcel is on its way: order")
READY = Kind("shipped", "Ready for you to pick up: order")
REFUNDED = Kind("refunded", "Your refund for order")
CANCELLED = Kind("cancelled", "Cancelled: order")
SOLD_OUT = Kind("sold_out", "Sold out, and your refund has been asked for: order")
WITHDRAWN = Kind("withdrawn", "We have your withdrawal from order")
PAYMENT_FAILED = Kind("payment_failed", "Your payment did not arrive: order")


def write(session: Session, order: Order, kind: Kind, *, letterhead: Letterhead, now: datetime) -> bool:
    """Put a mail about the order into the outbox; False when it was written before."""
    return enqueue(session, order, kind, _sums(order), letterhead=letterhead, now=now)


def write_awaiting(
    session: Session, order: Order, held_until: datetime, *, letterhead: Letterhead, now: datetime
) -> bool:
    """Tell the customer that the order is there and its money is not yet, and for how long the goods are held."""
    values = _sums(order) | {"held_until": format_day(held_until.date(), letterhead.locale)}
    return enqueue(session, order, AWAITING, values, letterhead=letterhead, now=now)


def write_placed(session: Session, order: Order, *, letterhead: Letterhead, now: datetime) -> bool:
    """Confirm the order once: it is paid. Whoever was told that we wait for the money is told that it has arrived."""
    waited = select(OutboxMail.id).where(OutboxMail.unique_key == f"{order.number}:{AWAITING.template}")
    kind = CONFIRMATION if session.scalar(waited) is None else PAID
    return write(session, order, kind, letterhead=letterhead, now=now)


def _sums(order: Order) -> dict[str, object]:
    return {
        "lines": [(goods_words(line.quantity, line), _money(order, line.total_minor)) for line in order.lines],
        "discount": _money(order, order.discount_minor),
        "shipping": _money(order, order.shipping_minor),
        "tax": _money(order, order.tax_minor),
    }


def write_shipped(
    session: Session,
    order: Order,
    shipment: Shipment,
    *,
    tracking_url: str | None = None,
    letterhead: Letterhead,
    now: datetime,
) -> bool:
    """Tell the customer that a parcel left: what is in it, where it is followed, and what is still to come."""
    lines = {line.id: line for line in order.lines}
    values: dict[str, object] = {
        "shipment": shipment,
        "tracking_url": tracking_url,
        "goods": [goods_words(part.quantity, lines[part.order_line_id]) for part in shipment.lines],
        "to_come": [goods_words(line.wanted, line) for line in order.lines if line.wanted],
        "key": f"shipped:{shipment.id}",
    }
    kind = READY if order.pick_up_at else SHIPPED
    return enqueue(session, order, kind, values, letterhead=letterhead, now=now)


def write_refunded(
    session: Session, order: Order, amount: Money, refund_id: int, *, letterhead: Letterhead, now: datetime
) -> bool:
    """Tell the customer that money is on its way back."""
    values = {"amount": amount, "key": f"refunded:{refund_id}"}
    return enqueue(session, order, REFUNDED, values, letterhead=letterhead, now=now)


def write_withdrawn(
    session: Session,
    order: Order,
    withdrawal: Withdrawal,
    goods: Sequence[str],
    *,
    letterhead: Letterhead,
    now: datetime,
) -> bool:
    """Confirm a withdrawal with what was declared and when, and tell the merchant its number and nothing else."""
    notice = render("withdrawal", letterhead, number=order.number)
    outbox.enqueue(
        session,
        outbox.Letter(
            unique_key=f"{order.number}:withdrawal:{withdrawal.id}",
            kind="withdrawal",
            recipient=letterhead.contact_email,
            subject=f"A customer withdraws from order {order.number}",
            text=notice.text,
            html=notice.html,
            order_id=order.id,
        ),
        now=now,
    )
    values: dict[str, object] = {
        "key": f"withdrawn:{withdrawal.id}",
        "recipient": withdrawal.email,
        "withdrawal": withdrawal,
        "goods": goods,
        "moment": format_moment(withdrawal.declared_at, letterhead.locale),
    }
    return enqueue(session, order, WITHDRAWN, values, letterhead=letterhead, now=now)


def alert(session: Session, order: Order, reason: str, *, key: str = "", letterhead: Letterhead, now: datetime) -> bool:
    """Tell the merchant that a payment needs a person, once per cause. Says nothing of the customer.

    `key` names the cause within the order, such as "refund:7"; without one the reason itself does.
    """
    cause = key or f"attention:{fingerprint(reason)[:24]}"
    subject = f"A payment needs your attention: order {order.number}"
    letter = Notice("attention", f"{order.number}:{cause}", subject, {"reason": reason})
    return tell_shop(session, order, letter, letterhead=letterhead, now=now)


def alert_of_tax(
    session: Session, order: Order, reason: str, *, key: str, letterhead: Letterhead, now: datetime
) -> bool:
    """Tell the merchant that the provider's tax reports lack something, once a `key`; the payment is right."""
    subject = f"A tax report needs your attention: order {order.number}"
    letter = Notice("tax_report", f"tax_report:{key}", subject, {"reason": reason})
    return tell_shop(session, order, letter, letterhead=letterhead, now=now)


def tell_shop(session: Session, order: Order, notice: Notice, *, letterhead: Letterhead, now: datetime) -> bool:
    """Write to the merchant about an order, once per key: its number, and nothing of the customer."""
    rendered = render(notice.kind, letterhead, number=order.number, **notice.values)
    letter = outbox.Letter(
        unique_key=notice.unique_key,
        kind=notice.kind,
        recipient=letterhead.contact_email,
        subject=notice.subject,
        text=rendered.text,
        html=rendered.html,
        order_id=order.id,
    )
    return outbox.enqueue(session, letter, now=now)


def enqueue(
    session: Session, order: Order, kind: Kind, values: dict[str, object], *, letterhead: Letterhead, now: datetime
) -> bool:
    """Put a mail of any kind about the order into the outbox, once per `key` among the values; False when it was."""
    key, recipient = values.pop("key", kind.template), str(values.pop("recipient", order.email))
    rendered = render(
        kind.template,
        letterhead,
        order=order,
        country=country_name(order.country, letterhead.locale),
        total=order.total,
        order_url=letterhead.order_url(order.token),
        **values,
    )
    letter = outbox.Letter(
        unique_key=f"{order.number}:{key}",
        kind=kind.template,
        recipient=recipient,
        subject=f"{kind.subject} {order.number}",
        text=rendered.text,
        html=rendered.html,
        order_id=order.id,
    )
    is_new = outbox.enqueue(session, letter, now=now)
    if is_new:
        session.add(OrderEvent(order_id=order.id, at=now, actor="system", subject="mail", note=kind.template))
    return is_new


def _money(order: Order, minor: int) -> Money:
    return Money(minor, order.currency)


def goods_words(quantity: int, line: OrderLine) -> str:
    """So many pieces of a line in words, such as "2 × Acupressure mat, Charcoal"."""
    return f"{quantity} × {line.name}"
