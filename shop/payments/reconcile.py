"""Ask the provider about everything that is open, and repair what was missed. One bad order stops nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shop.errors import ShopError
from shop.gateway import DisputeFacts, PaymentFacts, RefundFacts
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState
from shop.payments import disputes, flow, refunding, refunds, service
from shop.payments.desk import Desk
from shop.payments.differences import agrees
from shop.payments.models import PaymentAttempt
from shop.payments.settlement import Outcome

log = structlog.get_logger("shop.payments")
LATE = timedelta(days=30)  # so long a bank may take to fail a refund
DISPUTED = timedelta(days=120)  # so long a dispute may take from its opening, by which it is listed, to its end
IN_FLIGHT = timedelta(minutes=2)  # a call younger than this may still be answered
QUIET = (Outcome.UNCHANGED, Outcome.OPEN)


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """What a run found. Everything but `checked` and `repaired` still needs somebody."""

    checked: int
    repaired: tuple[str, ...]
    failed: tuple[str, ...]
    unknown_charges: tuple[str, ...]
    needs_attention: tuple[str, ...]
    money_kept: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether shop and provider agree now."""
        return not (self.failed or self.unknown_charges or self.needs_attention or self.money_kept)

    def lines(self) -> list[str]:
        """The report for people."""
        named = (
            ("repaired", self.repaired),
            ("could not be settled, will be tried again", self.failed),
            ("paid at the provider, unknown here", self.unknown_charges),
            ("needs a person", self.needs_attention),
            ("cancelled, and not all the money was sent back", self.money_kept),
        )
        rows = [f"{title}: {', '.join(values)}" for title, values in named if values]
        return [f"{self.checked} payments, refunds and disputes compared with the provider", *rows]


@dataclass(slots=True)
class _Run:
    """The tally of one run."""

    desk: Desk
    now: datetime
    checked: int
    repaired: list[str]
    failed: list[str]
    unknown: list[str]


def reconcile_all(desk: Desk, *, since: datetime, now: datetime) -> ReconcileReport:
    """Compare every payment page since then, and every open order and refund of any age, with the provider.

    Refunds and disputes are listed by their own day, however old their payment is: see LATE and DISPUTED.
    Raises GatewayUnavailable when the provider does not even list its payments.
    """
    run = _Run(desk, now, 0, [], [], [])
    listed = {facts.session_id: facts for facts in desk.gateway().list_payments(since)}
    made = desk.gateway().list_refunds_since(min(since, now - LATE))
    disputed = desk.gateway().list_disputes(min(since, now - DISPUTED))
    with desk.look() as session:
        work = _listed_work(session, listed, run.unknown)
        open_orders = _open_orders(session, now)
        open_refunds = [refund.id for refund in refunds.unsettled(session)]
        unlike = _refunded_elsewhere(session, listed)
    run.checked = len(listed) + len(made) + len(disputed)
    for order_id, number, facts in work:
        _settle(run, order_id, number, facts)
    for order_id, number in open_orders:
        _look_again(run, order_id, number)
    for refund_id in open_refunds:
        _settle_refund(run, refund_id)
    for number, payment_intent in unlike:
        with _one(run, number):
            refunding.catch_up_payment(desk, payment_intent, now=now)
            run.repaired.append(f"{number} (refunds)")
    for refund in made:
        _note_refund(run, refund)
    for dispute in disputed:
        _note_dispute(run, dispute)
    with desk.look() as session:
        attention = session.scalars(
            select(Order.number).where(Order.payment_state == PaymentState.NEEDS_ATTENTION).order_by(Order.id)
        ).all()
        kept = _money_kept(session)
    named = (run.repaired, run.failed, run.unknown, attention, kept)
    return ReconcileReport(run.checked, *(tuple(numbers) for numbers in named))


def _listed_work(
    session: Session, listed: dict[str, PaymentFacts], unknown: list[str]
) -> list[tuple[int, str, PaymentFacts]]:
    """The listed payments that our rows do not agree with; those that were paid for no order of ours are named."""
    work = []
    for facts in listed.values():
        attempt = service.find_attempt(session, facts.session_id)
        order = session.get(Order, attempt.order_id) if attempt is not None else _named_order(session, facts)
        if order is None:
            if facts.status == "complete":
                unknown.append(facts.payment_intent or facts.session_id)
        elif attempt is None or not agrees(attempt.state, attempt.captured_minor, facts):
            work.append((order.id, order.number, facts))
    return work


def _refunded_elsewhere(session: Session, listed: dict[str, PaymentFacts]) -> list[tuple[str, str]]:
    """(order number, payment) where the provider sent more back than our rows say."""
    return [
        (facts.order_reference or facts.session_id, facts.payment_intent)
        for facts in listed.values()
        if facts.payment_intent and facts.refunded_minor > refunds.sent_back(session, facts.payment_intent)
        if service.find_attempt(session, facts.session_id) is not None
    ]


def _money_kept(session: Session) -> list[str]:
    """Cancelled orders whose refunds, but for those that failed, are less than what was captured."""
    rows = session.execute(
        select(Order.number, PaymentAttempt.payment_intent, PaymentAttempt.captured_minor)
        .join(PaymentAttempt, PaymentAttempt.order_id == Order.id)
        .where(Order.state == OrderState.CANCELLED, PaymentAttempt.captured_minor > 0)
        .order_by(Order.id)
    )
    return list(dict.fromkeys(n for n, intent, captured in rows if captured > refunds.sent_back(session, intent)))


def _named_order(session: Session, facts: PaymentFacts) -> Order | None:
    if facts.order_reference is None:
        return None
    return session.scalar(select(Order).where(Order.number == facts.order_reference))


def _open_orders(session: Session, now: datetime) -> list[tuple[int, str]]:
    """Orders that wait, and are old enough that no call for them is still in flight."""
    rows = session.execute(
        select(Order.id, Order.number)
        .where(Order.state == OrderState.PENDING, Order.placed_at <= now - IN_FLIGHT)
        .order_by(Order.id)
    )
    return [(order_id, number) for order_id, number in rows]


def _settle(run: _Run, order_id: int, number: str, facts: PaymentFacts) -> None:
    with _one(run, number):
        settled = flow.settle_facts(run.desk, order_id, facts, now=run.now, actor="system")
        if settled.outcome not in QUIET:
            run.repaired.append(f"{number} ({settled.outcome.value})")


def _look_again(run: _Run, order_id: int, number: str) -> None:
    with _one(run, number):
        outcome = flow.look_again(run.desk, order_id, now=run.now)
        run.checked += 1
        if outcome not in QUIET:
            run.repaired.append(f"{number} ({outcome.value})")


def _settle_refund(run: _Run, refund_id: int) -> None:
    with _one(run, f"refund {refund_id}"):
        state = refunding.catch_up_refund(run.desk, refund_id, now=run.now)
        run.checked += 1
        if state not in refunds.WAITING:
            run.repaired.append(f"refund {refund_id} ({state.value})")


def _note_refund(run: _Run, facts: RefundFacts) -> None:
    """A refund of one of our payments that our rows do not know like this: its event was lost, or came too early."""
    with run.desk.look() as session:
        if refunds.agrees(session, facts):
            return
    with _one(run, facts.provider_id), run.desk.transaction() as session:
        refund_id = refunds.adopt_refund(session, facts, now=run.now)
        if refund_id is not None:
            refunds.settle_refund(session, refund_id, facts, letterhead=run.desk.letterhead, now=run.now)
            run.repaired.append(f"refund {refund_id} ({facts.status})")


def _note_dispute(run: _Run, facts: DisputeFacts) -> None:
    """The same for a dispute: a person has to answer it in time."""
    with run.desk.look() as session:
        order_id = disputes.order_of(session, facts)
        if order_id is None or disputes.is_known(session, order_id, facts):
            return
    with _one(run, facts.provider_id), run.desk.transaction() as session:
        outcome = disputes.settle_dispute(session, facts, letterhead=run.desk.letterhead, now=run.now)
        run.repaired.append(f"{facts.provider_id} ({outcome})")


@contextmanager
def _one(run: _Run, name: str) -> Iterator[None]:
    """Trouble with one subject is noted, and the run goes on."""
    try:
        yield
    except (ShopError, SQLAlchemyError) as error:
        log.warning("reconcile_failed", subject=name, code=getattr(error, "code", type(error).__name__))
        run.failed.append(name)
