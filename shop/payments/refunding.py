"""Sending money back: written down inside a transaction, sent outside, settled inside."""

from datetime import datetime, timedelta

import structlog

from shop.gateway import GatewayRefused, GatewayUnavailable, RefundRequest
from shop.payments import refunds
from shop.payments.desk import Desk
from shop.payments.refunds import RefundWish
from shop.payments.states import RefundState

log = structlog.get_logger("shop.payments")
KEY_LIFE = timedelta(hours=20)  # the provider forgets an idempotency key after a day: stay well below


def refund(desk: Desk, order_id: int, wish: RefundWish, *, now: datetime) -> RefundState:
    """Send money back: written down first, then sent, then settled.

    Raises BadInput or Conflict before anything is written, GatewayUnavailable when it is written down and will be
    sent by a job, GatewayRefused when the provider said no and nothing changed.
    """
    with desk.transaction() as session:
        request = refunds.open_refund(session, order_id, wish, now=now)
    return send_refund(desk, request, now=now)


def send_refund(desk: Desk, request: RefundRequest, *, now: datetime) -> RefundState:
    """Send a refund that is written down, under its own key, and settle the answer. Raises like `refund`.

    One that has an answer already is not sent again, and one whose key the provider may have forgotten is asked for.
    """
    with desk.look() as session:
        kept = refunds.get_refund(session, request.refund_id)
        state, created_at = kept.state, kept.created_at
    if state is not RefundState.REQUESTED:
        return state
    if now - created_at >= KEY_LIFE:
        return catch_up_refund(desk, request.refund_id, now=now)
    return _send(desk, request, now=now)


def _send(desk: Desk, request: RefundRequest, *, now: datetime) -> RefundState:
    desk.failpoint("before_refund")
    try:
        facts = desk.gateway().refund(request)
    except GatewayRefused as refusal:
        with desk.transaction() as session:
            refunds.refuse_refund(
                session, request.refund_id, reason=refusal.reason, letterhead=desk.letterhead, now=now
            )
        raise
    desk.failpoint("after_refund")
    with desk.transaction() as session:
        return refunds.settle_refund(session, request.refund_id, facts, letterhead=desk.letterhead, now=now)


def send_quietly(desk: Desk, request: RefundRequest | None, *, now: datetime) -> None:
    """Send a refund if there is one; trouble is logged, and a job sends it again."""
    if request is None:
        return
    try:
        send_refund(desk, request, now=now)
    except (GatewayUnavailable, GatewayRefused) as error:
        log.warning("refund_not_sent", refund_id=request.refund_id, code=error.code)


def catch_up_refund(desk: Desk, refund_id: int, *, now: datetime) -> RefundState:
    """Bring one refund to its end: ask the provider whether it has it; if not, send it (again). Raises like `refund`.

    Once the provider may have forgotten the key, a call that never arrived is not sent any more: it failed. A refund
    that has its answer stays as it is.
    """
    with desk.look() as session:
        kept = refunds.get_refund(session, refund_id)
        request, created_at, provider_id, state = (
            refunds.request_of(kept),
            kept.created_at,
            kept.provider_id,
            kept.state,
        )
    for facts in desk.gateway().list_refunds(request.payment_intent):
        is_ours = facts.refund_id == refund_id and facts.amount == request.amount
        if is_ours or facts.provider_id == provider_id:
            with desk.transaction() as session:
                return refunds.settle_refund(session, refund_id, facts, letterhead=desk.letterhead, now=now)
    if provider_id is not None or state is not RefundState.REQUESTED:
        return state
    if now - created_at < KEY_LIFE:
        return _send(desk, request, now=now)
    with desk.transaction() as session:
        reason = "it never reached the provider"
        refunds.refuse_refund(session, refund_id, reason=reason, letterhead=desk.letterhead, now=now)
    return RefundState.FAILED


def catch_up_payment(desk: Desk, payment_intent: str, *, now: datetime) -> int:
    """Write down and settle every refund that the provider knows of a payment; returns how many it knows."""
    known = desk.gateway().list_refunds(payment_intent)
    for facts in known:
        with desk.transaction() as session:
            refund_id = refunds.adopt_refund(session, facts, now=now)
            if refund_id is not None:
                refunds.settle_refund(session, refund_id, facts, letterhead=desk.letterhead, now=now)
    return len(known)
