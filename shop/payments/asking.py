"""A payment is put before a person: on the overview, in the order's history, and by one mail for each cause."""

from datetime import datetime

from sqlalchemy.orm import Session

from shop.mail.letterhead import Letterhead
from shop.orders import mails
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.states import NEXT_PAYMENT_STATES, OrderState, PaymentState
from shop.payments.crediting import given_back
from shop.payments.models import Refund

BY_PROVIDER = "provider"  # who made a refund that was made at the provider's own pages


def ask_a_person(session: Session, order: Order, note: str, *, key: str, letterhead: Letterhead, now: datetime) -> None:
    """The payment needs attention; `key` makes it one mail. The caller has locked the order."""
    if PaymentState.NEEDS_ATTENTION in NEXT_PAYMENT_STATES[order.payment_state]:
        orders.move_payment(session, order.id, PaymentState.NEEDS_ATTENTION, actor="system", now=now, note=note)
    else:
        orders.record(session, order.id, subject="payment", note=note, actor="system", now=now)
    mails.alert(session, order, note, key=key, letterhead=letterhead, now=now)


def ask_whether_to_send(
    session: Session, order: Order, refund: Refund, *, letterhead: Letterhead, now: datetime
) -> None:
    """All the money went back in the provider's own pages, where nobody says what becomes of the goods."""
    is_sent_later = order.state is OrderState.PLACED and any(line.to_ship for line in order.lines)
    if refund.actor != BY_PROVIDER or not is_sent_later or given_back(session, order.id) < order.total_minor:
        return
    note = "all of its money was sent back at the payment service: cancel the order, or accept to send it all the same"
    ask_a_person(session, order, note, key="paid-back", letterhead=letterhead, now=now)
