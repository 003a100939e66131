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

WELL_ENDED, LOST = ("won", "warning_closed", "prevented"), "lost"


def settle_dispute(session: Session, facts: DisputeFacts, *, letterhead: Letterhead, now: datetime) -> str:
    """Write down where a dispute stands, once for each standing; returns what came of it in a few words.

    While it runs, and when it is lost, the payment needs attention. One that ended well is a line in the history: a
    person accepts the payment again.
    """
    order_id = order_of(session, facts)
    if order_id is None:
        return "unknown payment"
    order = orders.lock_order(session, order_id)
    if is_known(session, order_id, facts):
        return "dispute known"
    note, asks = _note(facts), facts.status not in WELL_ENDED
    if asks and PaymentState.NEEDS_ATTENTION in NEXT_PAYMENT_STATES[order.payment_state]:
        orders.move_payment(session, order.id, PaymentState.NEEDS_ATTENTION, actor="provider", now=now, note=note)
    else:
        orders.record(session, order.id, subject="payment", note=note, actor="provider", now=now)
    if asks:
        key = f"dispute:{facts.provider_id}" + (":lost" if facts.status == LOST else "")
        mails.alert(session, order, note, key=key, letterhead=letterhead, now=now)
    return f"dispute {facts.status}"


def order_of(session: Session, facts: DisputeFacts) -> int | None:
    """The order whose payment is disputed; None when it is none of ours."""
    if not facts.payment_intent:
        return None
    return session.scalar(select(PaymentAttempt.order_id).where(PaymentAttempt.payment_intent == facts.payment_intent))


def is_known(session: Session, order_id: int, facts: DisputeFacts) -> bool:
    """Whether the order's history says already where this dispute stands."""
    known = select(OrderEvent.id).where(OrderEvent.order_id == order_id, OrderEvent.note == _note(facts)).limit(1)
    return session.scalar(known) is not None


def is_over(facts: DisputeFacts) -> bool:
    """Whether the bank has decided."""
    return facts.status in (*WELL_ENDED, LOST)


def _note(facts: DisputeFacts) -> str:
    note = f"dispute {facts.provider_id} over {plain_money(facts.amount)}: {_words(facts.status)}"
    return f"{note}, reason given: {_words(facts.reason)}"


def _words(code: str) -> str:
    return code.replace("_", " ")[:60]
