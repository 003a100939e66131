"""Asking the provider outside, settling inside: the steps that views, commands and jobs share.

Nothing here runs inside a transaction of the caller: each step opens its own through the desk.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from shop.errors import Conflict, ShopError
from shop.gateway import GatewayRefused, PaymentFacts, PaymentPage, PaymentRequest
from shop.money import Money
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.states import OrderState
from shop.payments import refunding, service, settlement
from shop.payments.desk import Desk
from shop.payments.settlement import Outcome, Settled
from shop.payments.states import AttemptState
from shop.stock import service as stock

log = structlog.get_logger("shop.payments")
CLOCKS_APART = timedelta(minutes=15)  # how far ahead of the provider's clock ours may be
TRY_AGAIN = timedelta(minutes=5)  # an order that could not be ended makes room for the others


def open_page(desk: Desk, request: PaymentRequest) -> PaymentPage:
    """Open the payment page of a committed request, and remember it. Raises GatewayUnavailable or GatewayRefused.

    Nothing is lost when it raises: `payment_page` sends the same call again.
    """
    desk.failpoint("before_open_payment")
    page = desk.gateway().open_payment(request)
    desk.failpoint("after_open_payment")
    with desk.transaction() as session:
        address = service.record_page(session, request.attempt_id, page)
    desk.failpoint("after_record_page")
    return replace(page, url=address)


def payment_page(desk: Desk, order_id: int, *, now: datetime) -> str:
    """The address where a pending order is paid: the page that is open, the same call once more, or a new one.

    Raises Conflict when the order is not waiting for a payment, and like `open_page`.
    """
    with desk.look() as session:
        order = orders.get_by_id(session, order_id)
        attempt = service.live_attempt(session, order_id)
        if order.state is not OrderState.PENDING or attempt is None:
            raise Conflict("This order is not waiting for a payment.")
        if attempt.state is AttemptState.OPEN and attempt.page_url and attempt.expires_at > now:
            return attempt.page_url
        request, is_stale, since = service.request_of(attempt), service.is_stale(attempt, now), attempt.created_at
        others = service.open_pages_but(session, attempt)
    _close_others(desk, order, others, now=now)
    if attempt.state is AttemptState.OPEN:
        close_open_session(desk, order_id, now=now, actor="customer")
        raise Conflict("The time to pay was over. What you wanted is still in your cart, if it is still in stock.")
    if is_stale:
        found = _find_by_reference(desk, order.number, since=since)
        if found is None:
            request = _renew(desk, request, now=now)
        elif found.status == "open":
            return open_known_page(desk, request, found, now=now)
    return open_page(desk, request).url


def open_known_page(desk: Desk, request: PaymentRequest, facts: PaymentFacts, *, now: datetime) -> str:
    """Remember a page whose answer was lost on its way to us; returns its address."""
    page = PaymentPage(facts.session_id, facts.url or "", facts.expires_at or now)
    with desk.transaction() as session:
        return service.record_page(session, request.attempt_id, page)


def settle_from_return(desk: Desk, order_token: str, *, now: datetime, actor: str = "customer") -> Outcome:
    """What the customer's return brings: ask the provider of their payment page and settle.

    An unknown token, or an order whose payment is settled, changes nothing. Raises GatewayUnavailable.
    """
    with desk.look() as session:
        order = orders.find_by_token(session, order_token)
        attempt = service.live_attempt(session, order.id) if order is not None else None
        if order is None or attempt is None:
            return Outcome.UNCHANGED
        order_id, session_id, since = order.id, attempt.session_id, attempt.created_at
        number = order.number
    facts = desk.gateway().find_payment(session_id) if session_id else _find_by_reference(desk, number, since=since)
    if facts is None:
        return Outcome.UNCHANGED
    return settle_facts(desk, order_id, facts, now=now, actor=actor).outcome


def look_again(desk: Desk, order_id: int, *, now: datetime) -> Outcome:
    """Ask the provider about an order that waits. One whose page it never heard of, and cannot open now, is given up.

    Nothing is ended that can still be paid. Raises GatewayUnavailable.
    """
    with desk.look() as session:
        number = orders.get_by_id(session, order_id).number
        attempts = service.attempts_of(session, order_id)
        asked = [a.session_id for a in attempts if a.session_id and not a.captured_minor]
        lost = [a for a in attempts if not a.session_id and a.state is AttemptState.PREPARED]
        lost_since = min((a.created_at for a in lost), default=None)
        is_over = all(a.expires_at <= now for a in lost)
    outcome = Outcome.UNCHANGED
    found = [desk.gateway().find_payment(session_id) for session_id in asked]
    if lost_since is not None:
        found.append(_find_by_reference(desk, number, since=lost_since))
    for facts in found:
        if facts is not None:
            outcome = settle_facts(desk, order_id, facts, now=now, actor="system").outcome
    if any(found) or not is_over:
        return outcome
    with desk.transaction() as session:
        return settlement.abandon(session, order_id, now=now, actor="system").outcome


def close_open_session(desk: Desk, order_id: int, *, now: datetime, actor: str = "system") -> Outcome:
    """End the order's payment page so that nobody can pay it any more, then settle what is true by then.

    A page that was paid meanwhile is settled as paid. Raises GatewayUnavailable, or GatewayRefused when the page is
    still open: then nothing was released.
    """
    with desk.look() as session:
        order = orders.get_by_id(session, order_id)
        attempts = [a for a in service.attempts_of(session, order_id) if a.state in service.LIVE]
        completed = [a for a in service.attempts_of(session, order_id) if a.state is AttemptState.COMPLETED]
        session_ids = [a.session_id for a in attempts if a.session_id]
        asked = [a.session_id for a in completed if a.session_id and not a.captured_minor]
        lost_since = min((a.created_at for a in attempts if not a.session_id), default=None)
        since = min((a.created_at for a in attempts), default=now)
    if lost_since is not None:
        found = _find_by_reference(desk, order.number, since=lost_since)
        session_ids += [found.session_id] if found is not None and found.session_id not in session_ids else []
    outcome = Outcome.UNCHANGED
    for session_id in session_ids:
        facts = _closed(desk, order, session_id, since=since)
        outcome = settle_facts(desk, order_id, facts, now=now, actor=actor).outcome
    for session_id in asked:
        waiting = desk.gateway().find_payment(session_id)
        if waiting is not None:
            outcome = settle_facts(desk, order_id, waiting, now=now, actor=actor).outcome
    if session_ids or asked:
        return outcome
    with desk.transaction() as session:
        return settlement.abandon(session, order_id, now=now, actor=actor).outcome


def settle_facts(desk: Desk, order_id: int, facts: PaymentFacts, *, now: datetime, actor: str) -> Settled:
    """Settle in a transaction of its own, then send the refund that came of it, if any."""
    with desk.transaction() as session:
        settled = settlement.settle(session, order_id, facts, letterhead=desk.letterhead, now=now, actor=actor)
        desk.failpoint("before_settle_commit")
    desk.failpoint("after_settle_commit")
    refunding.send_quietly(desk, settled.refund, now=now)
    return settled


def expire_due(desk: Desk, *, now: datetime) -> int:
    """End every order whose held units are out of time; returns how many.

    One that cannot be ended keeps its units a little longer, so that it is not the first of every run.
    """
    with desk.look() as session:
        due = stock.orders_with_expired_holds(session, now)
    ended = 0
    for order_id in due:
        outcome = Outcome.UNCHANGED
        try:
            outcome = close_open_session(desk, order_id, now=now)
        except ShopError as error:
            log.warning("order_not_ended", order_id=order_id, code=error.code)
        ended += outcome is not Outcome.UNCHANGED
        if outcome is Outcome.UNCHANGED:
            with desk.transaction() as session:
                stock.extend_holds(session, order_id, now + TRY_AGAIN)
    return ended


def _close_others(desk: Desk, order: Order, session_ids: list[str], *, now: datetime) -> None:
    """Before a page of another kind opens: nobody pays on two. Raises Conflict when the first was paid, or ended it."""
    for session_id in session_ids:
        facts = _closed(desk, order, session_id, since=order.placed_at)
        settle_facts(desk, order.id, facts, now=now, actor="customer")
    if session_ids:
        with desk.look() as session:
            if orders.get_by_id(session, order.id).state is not OrderState.PENDING:
                raise Conflict("This order is not waiting for a payment any more.")


def _closed(desk: Desk, order: Order, session_id: str, *, since: datetime) -> PaymentFacts:
    """What is true of a payment page after it was closed. One that the provider never heard of has ended.

    Raises GatewayUnavailable, or GatewayRefused when the page, or another one that names the order, may be open.
    """
    try:
        return desk.gateway().close_payment(session_id)
    except GatewayRefused:
        facts = desk.gateway().find_payment(session_id)
        if facts is not None and facts.status != "open":
            return facts
        facts = facts or _find_by_reference(desk, order.number, since=since)
        if facts is not None and facts.status != "expired":
            raise
    log.warning("payment_page_unknown", order_id=order.id)
    nothing, live = Money(0, order.currency), desk.letterhead.live
    return PaymentFacts(session_id, order.number, "expired", "unpaid", nothing, live, None)


def _find_by_reference(desk: Desk, number: str, *, since: datetime) -> PaymentFacts | None:
    """The newest payment page of an order whose id was lost on its way to us."""
    listed = desk.gateway().list_payments(since - CLOCKS_APART)
    return next((facts for facts in listed if facts.order_reference == number), None)


def _renew(desk: Desk, request: PaymentRequest, *, now: datetime) -> PaymentRequest:
    with desk.transaction() as session:
        orders.lock_order(session, request.order_id)
        attempt = service.get_attempt(session, request.attempt_id)
        renewed = service.prepare_next_attempt(session, attempt, session_minutes=desk.session_minutes, now=now)
        stock.extend_holds(session, request.order_id, now + timedelta(minutes=desk.hold_minutes))
    return renewed
