"""What a verified webhook event brings: the provider is asked, then one transaction stores event and effect."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.db import insert_if_absent
from shop.errors import NotFound
from shop.gateway import PaymentFacts, ProviderEvent, RefundFacts, RefundRequest
from shop.orders.models import Order
from shop.payments import disputes, refunding, refunds, service, settlement
from shop.payments.desk import Desk
from shop.payments.events import Asks, asks
from shop.payments.models import ReceivedEvent

log = structlog.get_logger("shop.payments")


def handle(desk: Desk, event: ProviderEvent, *, now: datetime) -> str:
    """Settle what the event speaks of; returns what came of it in a word. The same event again changes nothing.

    The event's own content is not believed: the provider is asked what is true now. When anything fails nothing is
    stored, so that the provider sends the event again. Raises GatewayUnavailable.
    """
    with desk.look() as session:
        if session.get(ReceivedEvent, event.event_id) is not None:
            return "duplicate"
    payment = refund = dispute = None
    if event.livemode == desk.letterhead.live:
        wanted = asks(event.kind)
        if wanted is Asks.PAYMENT:
            payment = desk.gateway().find_payment(event.subject_id)
        elif wanted is Asks.REFUND:
            refund = desk.gateway().find_refund(event.subject_id)
        elif wanted is Asks.DISPUTE:
            dispute = desk.gateway().find_dispute(event.subject_id)
    request = None
    with desk.transaction() as session:
        if not _store(session, event, now=now):
            return "duplicate"
        outcome = "stored"
        if payment is not None:
            outcome, request = _settle_payment(desk, session, payment, now=now)
        elif refund is not None:
            outcome = _settle_refund(desk, session, refund, now=now)
        elif dispute is not None:
            outcome = disputes.settle_dispute(session, dispute, letterhead=desk.letterhead, now=now)
        _note(session, event, outcome)
        desk.failpoint("before_webhook_commit")
    desk.failpoint("after_webhook_commit")
    log.info("webhook", kind=event.kind, outcome=outcome)
    refunding.send_quietly(desk, request, now=now)
    return outcome


def _settle_payment(
    desk: Desk, session: Session, facts: PaymentFacts, *, now: datetime
) -> tuple[str, RefundRequest | None]:
    attempt = service.find_attempt(session, facts.session_id)
    order_id = attempt.order_id if attempt is not None else _order_named(session, facts.order_reference)
    if order_id is None:
        return "unknown order", None
    try:
        settled = settlement.settle(session, order_id, facts, letterhead=desk.letterhead, now=now, actor="provider")
    except NotFound:
        return "unknown payment", None
    return settled.outcome.value, settled.refund


def _settle_refund(desk: Desk, session: Session, facts: RefundFacts, *, now: datetime) -> str:
    refund_id = refunds.adopt_refund(session, facts, now=now)
    if refund_id is None:
        return "unknown payment"
    state = refunds.settle_refund(session, refund_id, facts, letterhead=desk.letterhead, now=now)
    return f"refund {state.value}"


def _order_named(session: Session, number: str | None) -> int | None:
    if number is None:
        return None
    return session.scalar(select(Order.id).where(Order.number == number))


def _store(session: Session, event: ProviderEvent, *, now: datetime) -> bool:
    return insert_if_absent(
        session,
        ReceivedEvent,
        id=event.event_id,
        kind=event.kind,
        subject_id=event.subject_id,
        api_version=event.api_version,
        livemode=event.livemode,
        outcome="",
        received_at=now,
    )


def _note(session: Session, event: ProviderEvent, outcome: str) -> None:
    session.get_one(ReceivedEvent, event.event_id).outcome = outcome[:60]
