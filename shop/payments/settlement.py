"""`settle`: the one place where what the provider says becomes what the shop does. Idempotent, in any order."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from shop.errors import NotFound
from shop.gateway import PaymentFacts, RefundRequest
from shop.mail.letterhead import Letterhead
from shop.orders import mails
from shop.orders import service as orders
from shop.orders.held import held_until
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState
from shop.payments import refunds
from shop.payments.models import PaymentAttempt
from shop.payments.placing import lock_with_cart, place, sell, take_out_of_cart
from shop.payments.rules import LONGEST_WAIT, disagreement
from shop.payments.service import LIVE, attempts_of, find_attempt, live_attempt, move_attempt
from shop.payments.states import AttemptState
from shop.stock import service as stock


class Outcome(StrEnum):
    """What a settlement did. UNCHANGED: nothing was left to do."""

    UNCHANGED = "unchanged"
    OPEN = "open"
    WAITING = "waiting"
    PLACED = "placed"
    REFUNDING = "refunding"
    NEEDS_ATTENTION = "needs_attention"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Settled:
    """`refund` is a call to be made after the commit; it is written down, so that a later run makes it as well."""

    outcome: Outcome
    refund: RefundRequest | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """One order under its lock, with what is known of its payment."""

    session: Session
    order: Order
    attempt: PaymentAttempt
    facts: PaymentFacts
    letterhead: Letterhead
    now: datetime
    actor: str


def settle(
    session: Session, order_id: int, facts: PaymentFacts, *, letterhead: Letterhead, now: datetime, actor: str
) -> Settled:
    """Bring order, payment, stock, cart and mails to what the provider says of one payment page.

    Called by webhook, return page, commands and jobs alike; whichever is second finds the work done.
    Raises NotFound for an order that is not there, or a payment page that is not this order's.
    """
    order = lock_with_cart(session, order_id)
    attempt = _attempt_for(session, order, facts)
    case = _Case(session, order, attempt, facts, letterhead, now, actor)
    if facts.status == "complete" and facts.payment_status in ("paid", "no_payment_required"):
        return _settle_money(case)
    if facts.status == "complete":
        return _settle_failure(case) if facts.failed else _settle_waiting(case)
    if facts.status == "expired":
        return _settle_end(case)
    return Settled(Outcome.OPEN)


def place_free(session: Session, order_id: int, *, letterhead: Letterhead, now: datetime) -> None:
    """Place an order that costs nothing: there is no payment page. Raises ValueError when it costs something."""
    order = lock_with_cart(session, order_id)
    if order.total_minor:
        raise ValueError(f"order {order.number} is not free")
    if order.state is OrderState.PENDING:
        stock.sell_holds(session, order.id)
        place(session, order, letterhead=letterhead, now=now, actor="customer")


def abandon(session: Session, order_id: int, *, now: datetime, actor: str) -> Settled:
    """Give up an order whose payment page never came to be: the provider was asked and knows of none."""
    order = lock_with_cart(session, order_id)
    attempts = attempts_of(session, order.id)
    is_asked = any(a.captured_minor or (a.session_id and a.state in LIVE) for a in attempts)
    if order.state is not OrderState.PENDING or is_asked:
        return Settled(Outcome.UNCHANGED)
    for attempt in attempts:
        move_attempt(session, attempt, AttemptState.FAILED)
    _cancel(session, order, note="no payment page was opened", now=now, actor=actor)
    return Settled(Outcome.CANCELLED)


def _settle_money(case: _Case) -> Settled:
    session, order, attempt, facts = case.session, case.order, case.attempt, case.facts
    if attempt.captured_minor or (attempt.state is AttemptState.COMPLETED and not facts.amount):
        return Settled(Outcome.UNCHANGED)
    was_paid_before = any(other.captured_minor for other in attempts_of(session, order.id) if other.id != attempt.id)
    attempt.captured_minor, attempt.payment_intent = facts.amount.minor, facts.payment_intent
    move_attempt(session, attempt, AttemptState.COMPLETED)
    wrong = attempt.disagreement = disagreement(order, facts, live=case.letterhead.live) or ""
    if wrong:
        return _needs_attention(case, wrong)
    if facts.amount and facts.refunded_minor >= facts.amount.minor:
        return _settle_money_gone(case)
    if was_paid_before:
        return _refund_all(case, note="paid a second time", mail=False)
    return _settle_right(case)


def _settle_right(case: _Case) -> Settled:
    """What was asked was paid, once: the order is placed, if its goods are there."""
    session, order = case.session, case.order
    orders.move_payment(session, order.id, PaymentState.PAID, actor=case.actor, now=case.now)
    if order.state in (OrderState.PLACED, OrderState.COMPLETED):
        return Settled(Outcome.PLACED)
    if not sell(session, order):
        if order.state is OrderState.PENDING:
            _cancel(session, order, note="sold out before the money came", now=case.now, actor=case.actor)
        return _refund_all(case, note="sold out before the money came", mail=True)
    place(session, order, letterhead=case.letterhead, now=case.now, actor=case.actor)
    return Settled(Outcome.PLACED)


def _settle_money_gone(case: _Case) -> Settled:
    """Paid, and all of it sent back at the provider before the shop heard of either: nothing is owed to anybody.

    The refund itself is written down by its event or by reconcile, now that its payment is known.
    """
    session, order, note = case.session, case.order, "its money went back at the payment service before it was placed"
    if order.state is not OrderState.PENDING:
        orders.record(session, order.id, subject="payment", note=note, actor=case.actor, now=case.now)
        return Settled(Outcome.CANCELLED)
    orders.move_payment(session, order.id, PaymentState.PAID, actor=case.actor, now=case.now)
    _cancel(session, order, note=note, now=case.now, actor=case.actor)
    mails.write(session, order, mails.CANCELLED, letterhead=case.letterhead, now=case.now)
    return Settled(Outcome.CANCELLED)


def _needs_attention(case: _Case, wrong: str) -> Settled:
    session, order = case.session, case.order
    if order.payment_state is not PaymentState.NEEDS_ATTENTION:
        orders.move_payment(session, order.id, PaymentState.NEEDS_ATTENTION, actor=case.actor, now=case.now, note=wrong)
    else:
        orders.record(session, order.id, subject="payment", note=wrong, actor=case.actor, now=case.now)
    stock.extend_holds(session, order.id, case.now + LONGEST_WAIT)  # a person decides: nothing runs out meanwhile
    key = f"payment:{case.attempt.id}"
    mails.alert(session, order, wrong, key=key, letterhead=case.letterhead, now=case.now)
    return Settled(Outcome.NEEDS_ATTENTION)


def _refund_all(case: _Case, *, note: str, mail: bool) -> Settled:
    session, order, attempt = case.session, case.order, case.attempt
    wish = refunds.RefundWish(
        case.facts.amount, reason=note, form_token=f"{refunds.AUTOMATIC}{attempt.id}", actor="system"
    )
    request = refunds.open_refund_of(session, order, attempt, wish, now=case.now)
    if mail:
        mails.write(session, order, mails.SOLD_OUT, letterhead=case.letterhead, now=case.now)
    return Settled(Outcome.REFUNDING, request)


def _settle_waiting(case: _Case) -> Settled:
    session, order, attempt = case.session, case.order, case.attempt
    attempt.payment_intent = case.facts.payment_intent
    until, known = case.now + LONGEST_WAIT, held_until(session, order.id)
    is_new = move_attempt(session, attempt, AttemptState.COMPLETED)
    if is_new or (known is not None and known <= case.now):  # else the day that the customer was told stays
        stock.extend_holds(session, order.id, until)
    if not is_new:
        return Settled(Outcome.UNCHANGED)
    if order.state is OrderState.PENDING:  # or a changed cart could order the same goods once more
        take_out_of_cart(session, order)
        mails.write_awaiting(session, order, until, letterhead=case.letterhead, now=case.now)
    orders.record(session, order.id, subject="payment", note="waiting for the money", actor=case.actor, now=case.now)
    return Settled(Outcome.WAITING)


def _settle_failure(case: _Case) -> Settled:
    session, order, attempt = case.session, case.order, case.attempt
    attempt.payment_intent = case.facts.payment_intent
    if attempt.captured_minor or not move_attempt(session, attempt, AttemptState.FAILED):
        return Settled(Outcome.UNCHANGED)
    if order.state is not OrderState.PENDING:
        return Settled(Outcome.FAILED)
    _cancel(session, order, note="the money did not come", now=case.now, actor=case.actor)
    mails.write(session, order, mails.PAYMENT_FAILED, letterhead=case.letterhead, now=case.now)
    return Settled(Outcome.FAILED)


def _settle_end(case: _Case) -> Settled:
    session, order = case.session, case.order
    if not move_attempt(session, case.attempt, AttemptState.EXPIRED):
        return Settled(Outcome.UNCHANGED)
    if order.state is not OrderState.PENDING or live_attempt(session, order.id) is not None:
        return Settled(Outcome.CANCELLED)
    if any(other.state is AttemptState.COMPLETED for other in attempts_of(session, order.id)):
        return Settled(Outcome.CANCELLED)
    _cancel(session, order, note="the payment page was left", now=case.now, actor=case.actor)
    return Settled(Outcome.CANCELLED)


def _cancel(session: Session, order: Order, *, note: str, now: datetime, actor: str) -> None:
    if order.payment_state is PaymentState.PENDING:
        orders.move_payment(session, order.id, PaymentState.FAILED, actor=actor, now=now, note=note)
    orders.cancel(session, order.id, actor=actor, now=now, note=note)


def _attempt_for(session: Session, order: Order, facts: PaymentFacts) -> PaymentAttempt:
    """The attempt that opened this page. One whose answer was lost is recognised by the order it names."""
    attempt = find_attempt(session, facts.session_id)
    if attempt is None and facts.order_reference == order.number:
        waiting = [a for a in attempts_of(session, order.id) if a.session_id is None]
        attempt = waiting[0] if waiting else None
        if attempt is not None:
            attempt.session_id = facts.session_id
            session.flush()  # its state moves by a statement of its own
    if attempt is None or attempt.order_id != order.id:
        raise NotFound("There is no such payment.")
    return attempt
