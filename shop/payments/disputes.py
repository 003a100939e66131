"""A customer complained at their bank: the order is put before a person. Answering happens at the provider."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.gateway import DisputeFacts
from shop.mail.letterhead import Letterhead
from shop.money import plain_money
from shop.orders import mails
from shop.orders import service as orders
from shop.orders.models import OrderEvent
from shop.orders.states import NEXT_PAYMENT_STATES, PaymentState
from shop.payments.models import PaymentAttempt

WELL_ENDED = ("won", "warning_closed", "prevented")


def settle_dispute(session: Session, facts: DisputeFacts, *, letterhead: Letterhead, now: datetime) -> str:
    """Write down where a dispute stands, once for each standing; returns what came of it in a few words.

    While it runs, and when it is lost, the payment needs attention. One that ended well is a line in the history: a
    person accepts the payment again.
    """
    order_id = session.scalar(
        select(PaymentAttempt.order_id).where(PaymentAttempt.payment_intent == facts.payment_intent)
    )
    if order_id is None:
        return "unknown payment"
    order = orders.lock_order(session, order_id)
    note = f"dispute {facts.provider_id} over {plain_money(facts.amount)}: {_words(facts.status)}"
    note += f", reason given: {_words(facts.reason)}"
    known = select(OrderEvent.id).where(OrderEvent.order_id == order_id, OrderEvent.note == note).limit(1)
    if session.scalar(known) is not None:
        return "dispute known"
    asks = facts.status not in WELL_ENDED
    if asks and PaymentState.NEEDS_ATTENTION in NEXT_PAYMENT_STATES[order.payment_state]:
        orders.move_payment(session, order.id, PaymentState.NEEDS_ATTENTION, actor="provider", now=now, note=note)
    else:
        orders.record(session, order.id, subject="payment", note=note, actor="provider", now=now)
    if asks:
        mails.alert(session, order, note, key=f"dispute:{facts.provider_id}", letterhead=letterhead, now=now)
    return f"dispute {facts.status}"


def _words(code: str) -> str:
    return code.replace("_", " ")[:60]
