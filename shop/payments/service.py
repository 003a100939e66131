"""Payment attempts: each call that opens a payment page is written down before it is made."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from shop.errors import Conflict, NotFound
from shop.gateway import PaymentPage, PaymentRequest
from shop.orders.models import Order
from shop.orders.states import OrderState
from shop.payments.models import PaymentAttempt
from shop.payments.rules import SHORTEST_SESSION, Addresses, session_parameters
from shop.payments.states import NEXT_ATTEMPT_STATES, AttemptState

LIVE = (AttemptState.PREPARED, AttemptState.OPEN)


def prepare_attempt(
    session: Session, order: Order, addresses: Addresses, *, session_minutes: int, now: datetime
) -> PaymentRequest:
    """The call that opens the payment page of a new order, stored with every parameter so that a retry sends the same.

    Call `gateway.open_payment` after the commit. An order has one first attempt: a second one breaks a unique key.
    """
    return request_of(_new_attempt(session, order, 1, addresses, session_minutes=session_minutes, now=now))


def prepare_other_page(
    session: Session, order: Order, addresses: Addresses, *, session_minutes: int, now: datetime
) -> PaymentRequest:
    """A call that opens another kind of page for the order, beside the one it has. `flow` closes that one first."""
    number = _next_number(session, order.id)
    return request_of(_new_attempt(session, order, number, addresses, session_minutes=session_minutes, now=now))


def prepare_next_attempt(
    session: Session, attempt: PaymentAttempt, *, session_minutes: int, now: datetime
) -> PaymentRequest:
    """A new attempt like `attempt`, which never reached the provider and is given up: new key, new end."""
    parameters = dict(attempt.parameters)
    if not move_attempt(session, attempt, AttemptState.FAILED):
        raise Conflict("The payment page is being opened already. Please try again in a moment.")
    expires_at = _whole_seconds(now + timedelta(minutes=session_minutes))
    parameters["expires_at"] = int(expires_at.timestamp())
    order = session.get_one(Order, attempt.order_id)
    number = _next_number(session, order.id)
    added = _add_attempt(session, order, number, parameters, expires_at=expires_at, now=now)
    added.page_url = attempt.page_url  # the shop's own page, if it is paid there
    return request_of(added)


def request_of(attempt: PaymentAttempt) -> PaymentRequest:
    """The stored call, as plain values that may leave the transaction."""
    return PaymentRequest(
        order_id=attempt.order_id,
        attempt_id=attempt.id,
        idempotency_key=attempt.idempotency_key,
        parameters=dict(attempt.parameters),
    )


def record_page(session: Session, attempt_id: int, page: PaymentPage) -> str:
    """Remember where the customer pays; returns the address.

    Raises Conflict when the attempt has another page, or was given up.
    """
    attempt = session.get_one(PaymentAttempt, attempt_id, with_for_update=True, populate_existing=True)
    if attempt.session_id is None:
        attempt.session_id, attempt.expires_at = page.session_id, page.expires_at
        attempt.page_url = page.url or attempt.page_url
    if attempt.session_id != page.session_id or attempt.state in (AttemptState.FAILED, AttemptState.EXPIRED):
        raise Conflict("This payment page is no longer for this order. Please look at your cart again.")
    if attempt.state is AttemptState.PREPARED:
        move_attempt(session, attempt, AttemptState.OPEN)
    session.flush()  # the state moved by a statement of its own; both belong together
    return attempt.page_url or ""


def live_attempt(session: Session, order_id: int) -> PaymentAttempt | None:
    """The attempt a customer can still pay with: prepared (the call is in flight or was cut) or open."""
    return session.scalar(
        select(PaymentAttempt)
        .where(PaymentAttempt.order_id == order_id, PaymentAttempt.state.in_(LIVE))
        .order_by(PaymentAttempt.attempt.desc())
        .limit(1)
    )


def open_pages_but(session: Session, attempt: PaymentAttempt) -> list[str]:
    """The sessions of the order's other payment pages that are open: they are closed before this one opens."""
    found = attempts_of(session, attempt.order_id)
    return [a.session_id for a in found if a.id != attempt.id and a.state is AttemptState.OPEN and a.session_id]


def is_cart_being_paid(session: Session, cart_id: int) -> bool:
    """Whether an order of this cart has a payment page that is open, or being opened."""
    waiting = exists().where(Order.id == PaymentAttempt.order_id, PaymentAttempt.state.in_(LIVE))
    found = select(Order.id).where(Order.cart_id == cart_id, Order.state == OrderState.PENDING, waiting).limit(1)
    return session.scalar(found) is not None


def get_attempt(session: Session, attempt_id: int) -> PaymentAttempt:
    """One attempt. Raises NotFound."""
    attempt = session.get(PaymentAttempt, attempt_id)
    if attempt is None:
        raise NotFound("There is no such payment.")
    return attempt


def find_attempt(session: Session, session_id: str) -> PaymentAttempt | None:
    """The attempt whose payment page has this id, as it is now."""
    found = select(PaymentAttempt).where(PaymentAttempt.session_id == session_id)
    return session.scalar(found.execution_options(populate_existing=True))


def attempts_of(session: Session, order_id: int) -> list[PaymentAttempt]:
    """All attempts of an order as they are now, newest first."""
    found = select(PaymentAttempt).where(PaymentAttempt.order_id == order_id).order_by(PaymentAttempt.attempt.desc())
    return list(session.scalars(found.execution_options(populate_existing=True)))


def is_stale(attempt: PaymentAttempt, now: datetime) -> bool:
    """Whether a prepared call can no longer open a page: the provider wants half an hour between call and end."""
    return attempt.state is AttemptState.PREPARED and attempt.expires_at - SHORTEST_SESSION <= now


def move_attempt(session: Session, attempt: PaymentAttempt, new: AttemptState) -> bool:
    """Move an attempt if its table of moves allows it; False when it does not, or somebody else moved it.

    Once a call is not to be repeated, what it said of the customer is forgotten.
    """
    if new not in NEXT_ATTEMPT_STATES[attempt.state]:
        return False
    moved = session.scalar(
        update(PaymentAttempt)
        .where(PaymentAttempt.id == attempt.id, PaymentAttempt.state == attempt.state)
        .values(state=new)
        .returning(PaymentAttempt.id)
    )
    if moved is not None and new not in LIVE:
        attempt.parameters = {key: value for key, value in attempt.parameters.items() if key != "customer_email"}
    return moved is not None


def _new_attempt(
    session: Session, order: Order, number: int, addresses: Addresses, *, session_minutes: int, now: datetime
) -> PaymentAttempt:
    expires_at = _whole_seconds(now + timedelta(minutes=session_minutes))
    parameters = session_parameters(order, addresses, expires_at=int(expires_at.timestamp()))
    attempt = _add_attempt(session, order, number, parameters, expires_at=expires_at, now=now)
    attempt.page_url = addresses.own_page or None
    return attempt


def _next_number(session: Session, order_id: int) -> int:
    last = select(func.max(PaymentAttempt.attempt)).where(PaymentAttempt.order_id == order_id)
    return (session.scalar(last) or 0) + 1


def _add_attempt(
    session: Session,
    order: Order,
    number: int,
    parameters: dict[str, object],
    *,
    expires_at: datetime,
    now: datetime,
) -> PaymentAttempt:
    attempt = PaymentAttempt(
        order_id=order.id,
        attempt=number,
        # the number, not the id: ids come again when a database is restored or started over
        idempotency_key=f"order:{order.number}:session:{number}",
        parameters=parameters,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(attempt)
    session.flush()  # the request names the attempt's id
    return attempt


def _whole_seconds(moment: datetime) -> datetime:
    return datetime.fromtimestamp(int(moment.timestamp()), tz=UTC)
