"""Refunds: written down under a lock that caps them, sent outside, settled by what the provider answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shop.db import insert_if_absent
from shop.errors import BadInput, Conflict, NotFound
from shop.gateway import RefundFacts, RefundRequest
from shop.learning import service as learning
from shop.mail.letterhead import Letterhead
from shop.money import Money, plain_money
from shop.orders import mails, return_requests
from shop.orders import service as orders
from shop.orders.models import Order
from shop.payments.asking import BY_PROVIDER, ask_a_person, ask_whether_to_send
from shop.payments.crediting import credit, given_back, uncredit
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.restocking import close_goods, put_back_refunded
from shop.payments.states import NEXT_REFUND_STATES, RefundState

AUTOMATIC = "auto:"  # begins the form token of a refund that nobody clicked
WATCHED = timedelta(minutes=2)  # so long somebody may still sit before the page that sent it
WAITING = (RefundState.REQUESTED, RefundState.PENDING)
PROVIDER_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What somebody wants to send back. `form_token` makes a double click one refund.

    `restock` are units per line id that go back on the shelf when, and only when, the money has gone back; `pieces`
    are those that the money is for, and with `calls_off` what of them has not left is not sent any more.
    """

    amount: Money
    reason: str
    form_token: str
    actor: str
    restock: Mapping[int, int] = field(default_factory=dict)
    pieces: Mapping[int, int] = field(default_factory=dict)
    calls_off: bool = True
    with_delivery: bool = False


def open_refund(session: Session, order_id: int, wish: RefundWish, *, now: datetime) -> RefundRequest:
    """Write a refund down; send it with `gateway.refund` after the commit.

    The same form token gets the same refund again. Raises BadInput for an amount above what is left or another
    currency, Conflict when nothing was paid or the token is another order's.
    """
    order = orders.lock_order(session, order_id)
    attempts = session.scalars(
        select(PaymentAttempt)
        .where(PaymentAttempt.order_id == order_id, PaymentAttempt.captured_minor > 0)
        .order_by(PaymentAttempt.id)
        .execution_options(populate_existing=True)
    ).all()
    if not attempts:
        raise Conflict("Nothing was paid for this order.")
    known = _known(session, order, wish)
    if known is not None:
        return request_of(known)
    for attempt in attempts:
        if wish.amount.minor <= _left(session, attempt):
            return open_refund_of(session, order, attempt, wish, now=now)
    most = max(_left(session, attempt) for attempt in attempts)
    raise BadInput("Everything was refunded already." if most <= 0 else "This is more than is left to refund.")


def open_refund_of(
    session: Session, order: Order, attempt: PaymentAttempt, wish: RefundWish, *, now: datetime
) -> RefundRequest:
    """Write down a refund of one attempt of an order that the caller has locked. Raises like `open_refund`."""
    known = _known(session, order, wish)
    if known is not None:
        return request_of(known)
    if wish.amount.minor <= 0 or wish.amount.currency != order.currency:
        raise BadInput("A refund needs an amount above zero in the currency of the order.")
    if attempt.payment_intent is None or wish.amount.minor > _left(session, attempt):
        raise BadInput("This is more than is left to refund.")
    refund = Refund(
        order_id=order.id,
        payment_intent=attempt.payment_intent,
        amount_minor=wish.amount.minor,
        currency=wish.amount.currency,
        reason=wish.reason[:200],
        form_token=wish.form_token,
        restock={str(line_id): units for line_id, units in wish.restock.items() if units > 0},
        pieces={str(line_id): units for line_id, units in (wish.pieces or wish.restock).items() if units > 0},
        calls_off=wish.calls_off,
        with_delivery=wish.with_delivery,
        actor=wish.actor,
        created_at=now,
    )
    session.add(refund)
    session.flush()  # the provider is told the refund's id
    note = f"refund of {plain_money(wish.amount)}: {refund.reason}"
    orders.record(session, order.id, subject="refund", note=note, actor=wish.actor, now=now)
    return request_of(refund)


def settle_refund(
    session: Session, refund_id: int, facts: RefundFacts, *, letterhead: Letterhead, now: datetime
) -> RefundState:
    """Bring a refund to what the provider says of it; a failed one counts for nothing and may be tried anew.

    Once it has succeeded the customer is told, and the goods that were to come back are back on the shelf.
    """
    refund = _locked(session, refund_id)
    old = refund.state
    new = PROVIDER_STATES.get(facts.status, RefundState.PENDING)
    refund.provider_id = refund.provider_id or facts.provider_id
    if not _move(session, refund, new):
        return refund.state
    note = f"refund {refund.id} {new.value}"
    orders.record(session, refund.order_id, subject="refund", note=note, actor="provider", now=now)
    if new is RefundState.SUCCEEDED:
        order = orders.get_by_id(session, refund.order_id)
        amount = Money(refund.amount_minor, refund.currency)
        mails.write_refunded(session, order, amount, refund.id, letterhead=letterhead, now=now)
        put_back_refunded(session, order, refund, now=now)
        close_goods(session, order, refund, now=now)
        ask_whether_to_send(session, order, refund, letterhead=letterhead, now=now)
        if given_back(session, order.id) >= order.total_minor:  # of a part nobody knows which goods it was for
            learning.note_returned(session, [line.id for line in order.lines])
        credit(session, order, refund, letterhead=letterhead, now=now)  # the last lock: see there
    if new is RefundState.FAILED:
        _ask_for_a_person(session, refund, old, letterhead=letterhead, now=now)
    if new is RefundState.FAILED and old is RefundState.SUCCEEDED:
        order = orders.get_by_id(session, refund.order_id)
        return_requests.reopen(session, order, refund.form_token, now=now)
        uncredit(session, order, refund, letterhead=letterhead, now=now)  # the last lock
    return new


def refuse_refund(session: Session, refund_id: int, *, reason: str, letterhead: Letterhead, now: datetime) -> None:
    """The provider answered no: the refund failed and its amount is free again."""
    refund = _locked(session, refund_id)
    old = refund.state
    if _move(session, refund, RefundState.FAILED):
        note = f"refund {refund.id} refused: {reason}"[:500]
        orders.record(session, refund.order_id, subject="refund", note=note, actor="provider", now=now)
        _ask_for_a_person(session, refund, old, letterhead=letterhead, now=now)


def adopt_refund(session: Session, facts: RefundFacts, *, now: datetime) -> int | None:
    """The id of the refund these facts speak of; one made at the provider's own pages is written down first.

    None when the payment is not of this shop.
    """
    known = session.scalar(
        select(Refund.id).where(
            (Refund.provider_id == facts.provider_id)
            | ((Refund.id == facts.refund_id) & (Refund.payment_intent == facts.payment_intent))
        )
    )
    if known is not None:
        return known
    order_id = session.scalar(
        select(PaymentAttempt.order_id).where(PaymentAttempt.payment_intent == facts.payment_intent)
    )
    if order_id is None:
        return None
    orders.lock_order(session, order_id)
    insert_if_absent(
        session,
        Refund,
        order_id=order_id,
        payment_intent=facts.payment_intent,
        amount_minor=facts.amount.minor,
        currency=facts.amount.currency,
        reason="made at the payment provider",
        state=RefundState.REQUESTED,
        provider_id=facts.provider_id,
        form_token=facts.provider_id[:64],
        restock={},
        pieces={},
        actor=BY_PROVIDER,
        created_at=now,
    )
    return session.scalar(select(Refund.id).where(Refund.provider_id == facts.provider_id))


def agrees(session: Session, facts: RefundFacts) -> bool:
    """Whether our rows say the same of a refund, or its payment is not of this shop."""
    known = session.scalar(select(Refund.state).where(Refund.provider_id == facts.provider_id))
    if known is not None:
        new = PROVIDER_STATES.get(facts.status, RefundState.PENDING)
        return known is new or new not in NEXT_REFUND_STATES[known]
    ours = select(PaymentAttempt.id).where(PaymentAttempt.payment_intent == facts.payment_intent)
    return session.scalar(ours.limit(1)) is None


def get_refund(session: Session, refund_id: int) -> Refund:
    """One refund. Raises NotFound."""
    refund = session.get(Refund, refund_id)
    if refund is None:
        raise NotFound("There is no such refund.")
    return refund


def unsettled(session: Session) -> list[Refund]:
    """Refunds that were not sent for sure, or not answered for good."""
    return list(session.scalars(select(Refund).where(Refund.state.in_(WAITING)).order_by(Refund.id)))


def refunds_of(session: Session, order_id: int) -> list[Refund]:
    """All refunds of an order, oldest first."""
    return list(session.scalars(select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)))


def refundable(session: Session, order: Order) -> Money:
    """The most that one refund of this order can send back now."""
    attempts = session.scalars(
        select(PaymentAttempt).where(PaymentAttempt.order_id == order.id, PaymentAttempt.captured_minor > 0)
    )
    return Money(max((_left(session, attempt) for attempt in attempts), default=0), order.currency)


def request_of(refund: Refund) -> RefundRequest:
    """The call that sends this refund, always under the same key."""
    return RefundRequest(
        refund_id=refund.id,
        payment_intent=refund.payment_intent,
        amount=Money(refund.amount_minor, refund.currency),
        idempotency_key=f"refund:{refund.payment_intent}:{refund.id}",
    )


def _locked(session: Session, refund_id: int) -> Refund:
    """The refund as it is now, its order locked before it: see `lock_order`."""
    orders.lock_order(session, get_refund(session, refund_id).order_id)
    return session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)


def sent_back(session: Session, payment_intent: str | None) -> int:
    """Minor units of every refund of a payment that has not failed."""
    back = session.scalar(
        select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
            Refund.payment_intent == payment_intent, Refund.state != RefundState.FAILED
        )
    )
    return int(back or 0)


def _ask_for_a_person(
    session: Session, refund: Refund, old: RefundState, *, letterhead: Letterhead, now: datetime
) -> None:
    """Tell the merchant, once a refund, unless its failure is the answer to somebody's click, who reads it there."""
    is_automatic = refund.form_token.startswith(AUTOMATIC)
    if not is_automatic and old is RefundState.REQUESTED and now - refund.created_at < WATCHED:
        return
    order, amount = orders.get_by_id(session, refund.order_id), plain_money(Money(refund.amount_minor, refund.currency))
    note = f"the {'automatic ' if is_automatic else ''}refund {refund.id} of {amount} failed"
    if old is RefundState.SUCCEEDED:
        note += " after it had gone through: the customer does not have the money"
    ask_a_person(session, order, note, key=f"refund-failed:{refund.id}", letterhead=letterhead, now=now)


def _left(session: Session, attempt: PaymentAttempt) -> int:
    return attempt.captured_minor - sent_back(session, attempt.payment_intent)


def _known(session: Session, order: Order, wish: RefundWish) -> Refund | None:
    """The refund that this very form has written down before."""
    known = session.scalar(select(Refund).where(Refund.form_token == wish.form_token))
    if known is not None and known.order_id != order.id:
        raise Conflict("This form was used for another order. Please open the refund of this order again.")
    return known


def _move(session: Session, refund: Refund, new: RefundState) -> bool:
    if new not in NEXT_REFUND_STATES[refund.state]:
        return False
    moved = session.scalar(
        update(Refund)
        .where(Refund.id == refund.id, Refund.state == refund.state)
        .values(state=new)
        .returning(Refund.id)
    )
    return moved is not None
