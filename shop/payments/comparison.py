"""The provider's payments beside the orders, a bounded page at a time. Looks only: nothing is changed here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shop.gateway import DisputeFacts, PaymentFacts, PaymentsPage
from shop.money import Money
from shop.orders.models import Order
from shop.orders.states import PaymentState
from shop.payments import disputes
from shop.payments.desk import Desk
from shop.payments.differences import Books, Difference, Kind, judge
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import sent_back
from shop.payments.states import AttemptState

A_PAGE = 50
MOST_ASKED = 20  # payments of ours that the list lacks, asked for one by one
APART = timedelta(minutes=15)  # how far the provider's clock may be from ours
IN_FLIGHT = timedelta(minutes=2)  # a call younger than this may still be answered
_NO_PAYMENT = (
    "The order says paid, and no payment is written down for it. Look at its history before you ship anything."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One payment, or one dispute, as both sides tell it."""

    number: str
    session_id: str = ""
    there: PaymentFacts | None = None
    here: Books | None = None
    dispute: DisputeFacts | None = None
    difference: Difference | None = None

    @property
    def refunded_there(self) -> Money | None:
        """What the provider sent back, when it sent anything."""
        there = self.there
        return Money(there.refunded_minor, there.amount.currency) if there and there.refunded_minor else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows, newest first. `older_than` and `until` ask for the page after this one; "" and None when it is the last.

    `unasked` payments of ours were too many to be asked for one by one.
    """

    rows: tuple[Row, ...]
    older_than: str
    until: datetime | None
    unasked: int

    @property
    def different(self) -> tuple[Row, ...]:
        """The rows that do not agree."""
        return tuple(row for row in self.rows if row.difference is not None)

    @property
    def alike(self) -> tuple[Row, ...]:
        """The rows that agree."""
        return tuple(row for row in self.rows if row.difference is None)


def compare(
    desk: Desk, *, since: datetime, now: datetime, older_than: str = "", until: datetime | None = None
) -> Comparison:
    """One page of payments since then, with every dispute on the first. Raises GatewayUnavailable, GatewayRefused."""
    page = desk.gateway().page_of_payments(since, older_than=older_than, most=A_PAGE)
    opened = [] if older_than else desk.gateway().list_disputes(since)
    ends = [facts.created_at for facts in page.payments if facts.created_at]
    start = min(ends) if page.older_than and ends else since - APART
    with desk.look() as session:
        unlisted = _unlisted(session, page, start, until or now - IN_FLIGHT)
    found = {name: desk.gateway().find_payment(name) for name in unlisted[:MOST_ASKED]}
    with desk.look() as session:
        rows = [_row(session, facts.session_id, facts) for facts in page.payments]
        rows += [_row(session, name, facts) for name, facts in found.items()]
        rows += _dispute_rows(session, opened)
        if not older_than:
            rows += _paid_without_payment(session, since)
    last = start if page.older_than else None
    return Comparison(tuple(rows), page.older_than, last, max(0, len(unlisted) - MOST_ASKED))


def compare_all(desk: Desk, *, since: datetime, now: datetime, most_pages: int) -> tuple[list[Row], bool]:
    """(the rows that differ, whether everything was seen) of at most so many pages. Raises like `compare`."""
    different: list[Row] = []
    older_than, until = "", None
    is_whole = True
    for _ in range(most_pages):
        page = compare(desk, since=since, now=now, older_than=older_than, until=until)
        different += page.different
        is_whole = is_whole and not page.unasked
        older_than, until = page.older_than, page.until
        if not older_than:
            return different, is_whole
    return different, False


def books_of(session: Session, session_id: str, facts: PaymentFacts | None) -> Books | None:
    """What our rows say of a payment session, or of the order it names; None when they know neither."""
    attempt = session.scalar(select(PaymentAttempt).where(PaymentAttempt.session_id == session_id))
    reference = facts.order_reference if facts is not None else None
    order = (
        session.get(Order, attempt.order_id)
        if attempt is not None
        else session.scalar(select(Order).where(Order.number == reference))
        if reference
        else None
    )
    if order is None:
        return None
    lost = select(exists().where(PaymentAttempt.order_id == order.id, PaymentAttempt.session_id.is_(None)))
    captured = attempt.captured_minor if attempt is not None else 0
    intent = (facts.payment_intent if facts else None) or (attempt.payment_intent if attempt else None)
    return Books(
        order_id=order.id,
        number=order.number,
        order_state=order.state,
        payment_state=order.payment_state,
        total=order.total,
        attempt=attempt.state if attempt is not None else None,
        captured=Money(captured, order.currency),
        refunded=Money(sent_back(session, intent) if intent else 0, order.currency),
        can_adopt=attempt is None and bool(session.scalar(lost)),
    )


def dispute_difference(session: Session, facts: DisputeFacts) -> Difference | None:
    """What of a dispute is to be done: to be written down here, to be answered there, or nothing."""
    order_id = disputes.order_of(session, facts)
    if order_id is None or not disputes.is_known(session, order_id, facts):
        return None if order_id is None else Difference(Kind.DISPUTE)
    if disputes.is_over(facts):
        return None
    return Difference(Kind.DISPUTE, "Answer it in the provider's pages before its date: nothing here can.")


def _row(session: Session, session_id: str, facts: PaymentFacts | None) -> Row:
    books = books_of(session, session_id, facts)
    number = books.number if books else (facts.order_reference or "" if facts else "")
    return Row(number, session_id, facts, books, None, judge(facts, books))


def _dispute_rows(session: Session, opened: Iterable[DisputeFacts]) -> list[Row]:
    rows = []
    for facts in opened:
        difference, order_id = dispute_difference(session, facts), disputes.order_of(session, facts)
        if difference is not None and order_id is not None:
            number = session.get_one(Order, order_id).number
            rows.append(Row(number, dispute=facts, difference=difference))
    return rows


def _unlisted(session: Session, page: PaymentsPage, start: datetime, end: datetime) -> Sequence[str]:
    """Our payment pages of that time that the provider did not list, and that were paid or may still be."""
    listed = {facts.session_id for facts in page.payments}
    lasting = (AttemptState.OPEN, AttemptState.COMPLETED)
    names = session.scalars(
        select(PaymentAttempt.session_id)
        .where(
            PaymentAttempt.session_id.is_not(None),
            PaymentAttempt.state.in_(lasting),
            PaymentAttempt.created_at >= start,
            PaymentAttempt.created_at < end,
        )
        .order_by(PaymentAttempt.id.desc())
        .limit(A_PAGE * 4)
    )
    return [name for name in names if name is not None and name not in listed]


def _paid_without_payment(session: Session, since: datetime) -> list[Row]:
    """Orders that say paid although no captured payment of theirs is written down."""
    captured = exists().where(PaymentAttempt.order_id == Order.id, PaymentAttempt.captured_minor > 0)
    found = session.scalars(
        select(Order)
        .where(
            Order.placed_at >= since,
            Order.payment_state.in_((PaymentState.PAID, PaymentState.NEEDS_ATTENTION)),
            Order.total_minor > 0,
            ~captured,
        )
        .order_by(Order.id.desc())
        .limit(A_PAGE)
    )
    nothing = Difference(Kind.PAID_HERE, _NO_PAYMENT)
    return [Row(order.number, here=_bare(order), difference=nothing) for order in found]


def _bare(order: Order) -> Books:
    none = Money(0, order.currency)
    return Books(order.id, order.number, order.state, order.payment_state, order.total, None, none, none)


def moment_of(text: str) -> datetime | None:
    """A Unix time out of an address; None for anything else."""
    is_time = text.isascii() and text.isdecimal() and len(text) <= 11
    return datetime.fromtimestamp(int(text), tz=UTC) if is_time else None
