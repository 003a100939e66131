"""The question after two weeks: noted at checkout, sent once, answered by a link. The answers go to the log alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from shop.db import insert_if_absent
from shop.email_address import spellings
from shop.errors import NotFound
from shop.follow_up.models import FollowUp
from shop.follow_up.rules import ASK_AFTER, CONSENT_VERSION
from shop.keys import fingerprint
from shop.learning import service as learning
from shop.mail.letterhead import Letterhead
from shop.mail.rendering import render
from shop.mail.service import Letter, enqueue
from shop.orders import service as orders
from shop.orders.models import Order, OrderLine, Shipment
from shop.orders.states import OrderState

KIND = "follow_up"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a buyer says of one line: a mark from 0 to 10 or none, and whether they sent it back."""

    mark: int | None
    is_returned: bool


def may_be_asked(session: Session, order_id: int) -> None:
    """Note that the buyer of this order ticked the question. Twice is once."""
    insert_if_absent(session, FollowUp, order_id=order_id, consent=CONSENT_VERSION)


def ask_due(
    session: Session, *, link: Callable[[str], str], letterhead: Letterhead, now: datetime, limit: int = 100
) -> int:
    """Write the mails whose parcels left two weeks ago, and forget the ticks; returns how many.

    Each line is asked about once, two weeks after the first parcel with it: the mail is named by its newest parcel,
    and the tick remembers how far it came until all of the order was asked about. A cancelled or erased order is not
    asked at all.
    """
    session.execute(delete(FollowUp).where(_is_over()))
    until = now - ASK_AFTER
    is_new = FollowUp.asked_to.is_(None) | (Shipment.shipped_at > FollowUp.asked_to)
    has_left = exists().where(Shipment.order_id == FollowUp.order_id, Shipment.shipped_at <= until, is_new)
    due = session.scalars(select(FollowUp).where(has_left).order_by(FollowUp.order_id).limit(limit)).all()
    for tick in due:
        order = orders.get_by_id(session, tick.order_id)
        parcels = [each for each in order.shipments if tick.asked_to is None or each.shipped_at > tick.asked_to]
        ripe = [each for each in parcels if each.shipped_at <= until]
        if asked := _first_sent(order, ripe):
            letter = _letter(order, asked, ripe[-1].id, address=link(mark_of(order)), letterhead=letterhead)
            enqueue(session, letter, now=now)
        tick.asked_to = max(each.shipped_at for each in ripe)
        if len(ripe) == len(parcels) and order.state is OrderState.COMPLETED:
            session.delete(tick)
    session.flush()  # a second run finds nothing of this one's
    return len(due)


def _first_sent(order: Order, parcels: Sequence[Shipment]) -> list[OrderLine]:
    """The lines of these parcels of which no piece was in an earlier one."""
    within = {each.id for each in parcels}
    now = {part.order_line_id for each in order.shipments if each.id in within for part in each.lines}
    begun = min(each.shipped_at for each in parcels)
    before = {part.order_line_id for each in order.shipments if each.shipped_at < begun for part in each.lines}
    return [line for line in order.lines if line.id in now - before]


def mark_of(order: Order) -> str:
    """What a signed link holds of an order: nothing that opens its page, and nothing that outlives its erasure."""
    return f"{order.id}.{fingerprint(order.token)[:24]}"


def get_order(session: Session, mark: str) -> Order:
    """The order that a link asks about. Raises NotFound when it is erased or was never meant."""
    number, _, digest = mark.partition(".")
    order = orders.get_by_id(session, int(number)) if number.isdecimal() and len(number) < 19 else None
    if order is None or fingerprint(order.token)[:24] != digest:
        raise NotFound("This link is no longer valid.")
    return order


def answer(session: Session, order: Order, answers: Mapping[int, Answer]) -> None:
    """Note what the buyer says of the order's lines (by their ids) in the log, where it has a row; nowhere else."""
    for line in order.lines:
        given = answers.get(line.id)
        if given is not None and given.mark is not None:
            learning.note_helped(session, line.id, given.mark)
        if given is not None and given.is_returned:
            learning.note_returned(session, [line.id])


def never_ask(session: Session, email: str) -> int:
    """Forget every tick of an address whose mail has not left yet; returns how many."""
    theirs = select(Order.id).where(Order.email.in_(spellings(email)))
    return len(
        session.scalars(delete(FollowUp).where(FollowUp.order_id.in_(theirs)).returning(FollowUp.order_id)).all()
    )


def waiting_orders(session: Session, email: str) -> list[str]:
    """The numbers of an address's orders that may still be asked about."""
    theirs = select(Order.number).join(FollowUp, FollowUp.order_id == Order.id)
    return list(session.scalars(theirs.where(Order.email.in_(spellings(email))).order_by(Order.id)))


def line_title(line: OrderLine) -> str:
    """A line as mail and page name it: neutrally, as the order does (R11)."""
    return line.name


def _is_over() -> ColumnElement[bool]:
    gone = (Order.state == OrderState.CANCELLED) | Order.erased_at.is_not(None)
    return exists().where(Order.id == FollowUp.order_id, gone)


def _letter(
    order: Order, asked: Sequence[OrderLine], parcel_id: int, *, address: str, letterhead: Letterhead
) -> Letter:
    titles = [line_title(line) for line in asked]
    rendered = render(KIND, letterhead, number=order.number, titles=titles, link=address)
    return Letter(
        unique_key=f"{order.number}:{KIND}:{parcel_id}",
        kind=KIND,
        recipient=order.email,
        subject=f"One question about your order {order.number}",
        text=rendered.text,
        html=rendered.html,
        order_id=order.id,
    )
