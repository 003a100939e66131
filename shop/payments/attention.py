"""A payment that waits for a person: what accepting it would mean, and doing it. Nothing is accepted by itself.

What leads here, and what can be done:
- an automatic refund that failed (sold out, paid twice), or a dispute: the payment was right, so the order goes on as
  it is, or is placed again when its goods are there;
- another amount, currency, order or mode than was asked: never accepted; once it is sent back the matter is closed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shop.audit import service as audit
from shop.errors import Conflict
from shop.mail.letterhead import Letterhead
from shop.money import Money
from shop.orders import mails
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.placing import lock_with_cart, place, sell
from shop.payments.refunds import WAITING, sent_back
from shop.payments.service import attempts_of
from shop.stock.models import Hold
from shop.stock.states import HoldState


class Meaning(StrEnum):
    """What accepting means. PLACE: the order is fulfilled; KEEP: it goes on as it is; CLOSE: nothing is left to do."""

    PLACE = "place"
    KEEP = "keep"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Attention:
    """Why an order's payment waits, what accepting it would mean (None: it cannot be), and why not."""

    reason: str
    meaning: Meaning | None
    refusal: str
    left: Money


def find_attention(session: Session, order: Order) -> Attention | None:
    """What a person has to know to decide; None for an order whose payment waits for nobody."""
    if order.payment_state is not PaymentState.NEEDS_ATTENTION:
        return None
    attempts = [attempt for attempt in attempts_of(session, order.id) if attempt.captured_minor]
    left = {attempt.id: attempt.captured_minor - sent_back(session, attempt.payment_intent) for attempt in attempts}
    notes = [event.note for event in order.history if event.subject == "payment" and event.note]
    in_all = Money(sum(left.values()), order.currency)
    reason = notes[-1] if notes else "see the history"
    if order.state in (OrderState.PLACED, OrderState.COMPLETED):
        return Attention(reason, Meaning.KEEP, "", in_all)
    if not in_all:
        refusal = _refund_underway(session, order)
        return Attention(reason, None if refusal else Meaning.CLOSE, refusal, in_all)
    refusal = _why_not_placed(session, order, [attempt for attempt in attempts if left[attempt.id]], left)
    return Attention(reason, None if refusal else Meaning.PLACE, refusal, in_all)


def accept(
    session: Session, order_id: int, meaning: Meaning, *, actor: str, letterhead: Letterhead, now: datetime
) -> None:
    """Accept an order's payment, with the meaning that the merchant was shown.

    Raises Conflict when nothing waits, it cannot be accepted, it would mean something else by now, or its goods are
    no longer there.
    """
    order = lock_with_cart(session, order_id)
    found = find_attention(session, order)
    if found is None:
        raise Conflict("This payment does not wait for anybody any more.")
    if found.meaning is not meaning:
        raise Conflict(found.refusal or "What is true of this payment changed meanwhile. Please look at it again.")
    if meaning is Meaning.PLACE and not sell(session, order):
        raise Conflict("Its goods are no longer on the shelf in this number. Send the payment back instead.")
    note = "accepted by the shop"
    if meaning is Meaning.CLOSE:
        note = "everything was sent back"
        if order.state is OrderState.PENDING:
            orders.cancel(session, order.id, actor=actor, now=now, note=note)
            mails.write(session, order, mails.CANCELLED, letterhead=letterhead, now=now)
    orders.move_payment(session, order.id, PaymentState.PAID, actor=actor, now=now, note=note)
    if meaning is Meaning.PLACE:
        place(session, order, letterhead=letterhead, now=now, actor=actor)
    changes = {"payment": [PaymentState.NEEDS_ATTENTION.value, PaymentState.PAID.value], "meaning": meaning.value}
    subject = f"order:{order.number}"
    audit.record(session, actor=actor, action="order.payment_accepted", subject=subject, changes=changes, now=now)


def _why_not_placed(session: Session, order: Order, attempts: list[PaymentAttempt], left: dict[int, int]) -> str:
    right = [attempt for attempt in attempts if not attempt.disagreement]
    if not right:
        wrong = attempts[0].disagreement
        return f"It cannot be accepted: {wrong}. Send it back; then the matter can be closed here."
    if all(left[attempt.id] < order.total_minor for attempt in right):
        return "A part of it was sent back already. Send the rest back too; then the matter can be closed here."
    was_sold = select(exists().where(Hold.order_id == order.id, Hold.state == HoldState.SOLD))
    if order.state is OrderState.CANCELLED and session.scalar(was_sold):
        return "The order was called off and its goods are on the shelf again. Send the payment back."
    return ""


def _refund_underway(session: Session, order: Order) -> str:
    waiting = select(exists().where(Refund.order_id == order.id, Refund.state.in_(WAITING)))
    return (
        "The refund is not through yet. The matter can be closed as soon as it is." if session.scalar(waiting) else ""
    )
