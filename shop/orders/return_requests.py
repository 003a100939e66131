"""Returns: asked for by the order's link, approved or refused, received, ended by a refund. No question about health.

A withdrawal (R42) goes before a return: pieces that are withdrawn from leave the returns that have not arrived yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from shop.errors import BadInput, Conflict, NotFound
from shop.keys import new_token
from shop.learning import service as learning
from shop.mail.letterhead import Letterhead
from shop.orders import return_mails, returns
from shop.orders.models import Order, OrderEvent, OrderLine, Return, ReturnLine, Withdrawal
from shop.orders.moves import lines_now, lock_order
from shop.orders.return_rules import (
    COUNTS,
    HAS_ARRIVED,
    REASON_WORDS,
    WAITING,
    can_come_back,
    goods_of,
    sent_back,
)
from shop.orders.states import NEXT_RETURN_STATES, ReturnReason, ReturnState


@dataclass(frozen=True, slots=True)
class ReturnWish:
    """What a customer wants to send back: pieces per line id. `form_token` makes a double click one return."""

    reason: ReturnReason
    pieces: Mapping[int, int]
    note: str = ""
    form_token: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """The next state of a return, and who brings it there. `words` go to the customer.

    At the end of a return they stay in the history: they say how its money went back. `restock` puts the pieces of a
    return that is closed by hand back on the shelf.
    """

    return_id: int
    state: ReturnState
    actor: str
    words: str = ""
    restock: bool = False


def ask(session: Session, order_id: int, wish: ReturnWish, *, letterhead: Letterhead, now: datetime) -> Return:
    """Write down that pieces are to come back, with its mails. The same form token gets the same return again.

    Raises Conflict for more pieces than can come back, BadInput for none.
    """
    order = lock_whole(session, order_id)
    known = session.scalar(select(Return).where(Return.form_token == wish.form_token))
    if known is not None:
        if known.order_id != order_id:
            raise Conflict("This form was used for another order. Please open this order again.")
        return known
    most = can_come_back(order)
    chosen = {line_id: units for line_id, units in wish.pieces.items() if units}
    for line_id, units in chosen.items():
        if not 0 < units <= most.get(line_id, 0):
            raise Conflict("Fewer pieces can be sent back by now. Please look at your order again.")
    if not chosen:
        raise BadInput("Choose at least one product.")
    wanted = Return(
        state=ReturnState.REQUESTED,
        reason=wish.reason,
        note=wish.note,
        form_token=wish.form_token or new_token(),
        requested_at=now,
        lines=[ReturnLine(order_line_id=line_id, quantity=units) for line_id, units in sorted(chosen.items())],
    )
    order.returns.append(wanted)
    session.flush()  # its mails are named by its id
    note = f"{'; '.join(goods_of(order, wanted))}. {REASON_WORDS[wish.reason]}"
    _write(session, wanted, "", note, actor="customer", now=now)
    return_mails.tell(session, order, wanted, letterhead=letterhead, now=now)
    return_mails.notify(session, order, wanted, letterhead=letterhead, now=now)
    return wanted


def take_step(session: Session, order_id: int, step: Step, *, letterhead: Letterhead, now: datetime) -> bool:
    """Bring a return into its next state and tell the customer; False when it is there already (a second click).

    Raises Conflict when the table does not allow it, BadInput for a refusal without a word why.
    """
    order = lock_whole(session, order_id)
    kept = get_return(session, order_id, step.return_id)
    if kept.state is ReturnState.REFUNDED and step.state is not ReturnState.REFUNDED:
        raise Conflict("The return is finished. It opens again by itself when its refund fails.")
    if step.state is ReturnState.REFUSED and not step.words:
        raise BadInput("Say why: the customer reads it.")
    if not _move(session, kept, step.state, step.words, actor=step.actor, now=now):
        return False
    if step.state in (ReturnState.APPROVED, ReturnState.REFUSED):
        kept.answer = step.words
    if step.state is ReturnState.RECEIVED:
        _note_learning(session, order)
    if step.state is ReturnState.REFUNDED and step.restock and not kept.restocked:  # by a refund that failed late
        _put_back(session, order, kept, step.actor, now)
    session.flush()  # the mail shows the new state
    return_mails.tell(session, order, kept, letterhead=letterhead, now=now)
    return True


def end_refunded(session: Session, order: Order, refund_token: str, is_restocked: bool, *, now: datetime) -> bool:
    """The refund with this form token has succeeded: the return that it belongs to ends; False when there is none.

    The refund's own mail tells the customer.
    """
    found = select(Return).where(Return.order_id == order.id, Return.refund_token == refund_token)
    kept = session.scalar(found.execution_options(populate_existing=True))
    if kept is None:
        return False
    if kept.state is ReturnState.RECEIVED:
        kept.restocked = kept.restocked or is_restocked
        _move(session, kept, ReturnState.REFUNDED, "refunded", actor="system", now=now)
    return True


def reopen(session: Session, order: Order, refund_token: str, *, now: datetime) -> None:
    """The refund with this form token failed after it had gone through: its return, if it has one, waits for another.

    Its pieces stay where they are: on the shelf, when they were put there.
    """
    found = select(Return).where(Return.order_id == order.id, Return.refund_token == refund_token)
    kept = session.scalar(found.execution_options(populate_existing=True))
    if kept is not None and kept.state is ReturnState.REFUNDED:
        _move(session, kept, ReturnState.RECEIVED, "its refund failed", actor="system", now=now)


def give_way(session: Session, order: Order, *, now: datetime) -> None:
    """After a withdrawal, whose order is locked: returns on their way name no piece that is withdrawn from."""
    _refresh(session, order)
    withdrawn = sent_back(order).withdrawn
    for line in order.lines:
        counted = [
            (each, part)
            for each in order.returns
            for part in each.lines
            if part.order_line_id == line.id and each.state in COUNTS
        ]
        over = sum(part.quantity for _, part in counted) + withdrawn.get(line.id, 0) - line.quantity
        for each, part in reversed(counted):
            units = min(part.quantity, max(over, 0))
            if units and each.state not in HAS_ARRIVED:
                part.quantity -= units
                over -= units
    session.flush()  # the moves read the pieces
    for each in order.returns:
        if each.state in COUNTS and not any(part.quantity for part in each.lines):
            _move(session, each, ReturnState.WITHDRAWN, "withdrawn from instead", actor="customer", now=now)


def get_return(session: Session, order_id: int, return_id: int) -> Return:
    """One return of that order as it is now. Raises NotFound."""
    query = select(Return).where(Return.id == return_id, Return.order_id == order_id)
    kept = session.scalar(query.execution_options(populate_existing=True))
    if kept is None:
        raise NotFound("There is no such return.")
    return kept


def lock_whole(session: Session, order_id: int) -> Order:
    """The order, kept from changing, with its lines, returns and withdrawals as they are now."""
    order = lock_order(session, order_id)
    _refresh(session, order)
    return order


def _refresh(session: Session, order: Order) -> None:
    session.flush()  # what this transaction has written is read again
    lines_now(session, order.id)
    returns_now = select(Return).where(Return.order_id == order.id).options(selectinload(Return.lines))
    session.scalars(returns_now.execution_options(populate_existing=True)).all()
    withdrawals_now = select(Withdrawal).where(Withdrawal.order_id == order.id)
    session.scalars(withdrawals_now.execution_options(populate_existing=True)).all()
    session.refresh(order, ["lines", "returns", "withdrawals"])


def _move(session: Session, kept: Return, new: ReturnState, note: str, *, actor: str, now: datetime) -> bool:
    """The one place where the state of a return changes, with a row of history; False when it is there already."""
    old = kept.state
    if old is new:
        return False
    if new not in NEXT_RETURN_STATES[old]:
        raise Conflict(f"The return is {old.value} and cannot become {new.value}.")
    moved = session.scalar(
        update(Return).where(Return.id == kept.id, Return.state == old).values(state=new).returning(Return.id)
    )
    if moved is None:
        raise Conflict("The return changed meanwhile. Please look at it again.")
    session.refresh(kept, ["state"])
    _write(session, kept, old.value, note, actor=actor, now=now)
    return True


def _write(session: Session, kept: Return, old: str, note: str, *, actor: str, now: datetime) -> None:
    event = {"subject": "return", "old": old, "new": kept.state.value, "note": f"return {kept.id}: {note}".strip(": ")}
    session.add(OrderEvent(order_id=kept.order_id, at=now, actor=actor, **event))


def _note_learning(session: Session, order: Order) -> None:
    """Lines of which every piece has arrived here were not kept."""
    arrived = sent_back(order).arrived
    learning.note_returned(session, [line.id for line in order.lines if arrived.get(line.id) == line.quantity])


def _put_back(session: Session, order: Order, kept: Return, actor: str, now: datetime) -> None:
    lines: dict[int, OrderLine] = {line.id: line for line in order.lines}
    returns.lock_parts(session, order.lines)
    for part in sorted(kept.lines, key=lambda part: lines[part.order_line_id].sku):
        reason = f"Return {kept.id} of order {order.number}"
        returns.put_back(session, lines[part.order_line_id], part.quantity, reason=reason, actor=actor, now=now)
    kept.restocked = True


def open_returns(session: Session, *, limit: int = 200) -> list[tuple[Return, Order]]:
    """What waits for the merchant or the parcel, the oldest first."""
    query = (
        select(Return, Order)
        .join(Order, Order.id == Return.order_id)
        .where(Return.state.in_(WAITING))
        .order_by(Return.id)
        .limit(limit)
        .options(selectinload(Return.lines), selectinload(Order.lines))
    )
    return [(row[0], row[1]) for row in session.execute(query)]
