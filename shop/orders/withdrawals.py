"""Withdrawing from an order or from some of its lines: declared once, kept, confirmed by mail (R42).

Nothing here asks why, refuses for a date (the day of delivery is not known) or moves money: the merchant does that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shop.audit import service as audit
from shop.errors import Conflict
from shop.mail.letterhead import Letterhead
from shop.orders import mails, return_requests
from shop.orders.models import Order, OrderLine, Withdrawal
from shop.orders.moves import record
from shop.orders.return_rules import can_be_withdrawn, sent_back
from shop.orders.states import OrderState

_IS_CONTRACT = {OrderState.PLACED, OrderState.COMPLETED}


@dataclass(frozen=True, slots=True)
class Declaration:
    """What somebody declares. `pieces` maps line ids to how many pieces; `email` is where the confirmation goes.

    A `form_token` makes a double click one declaration.
    """

    full_name: str
    email: str
    note: str
    pieces: Mapping[int, int]
    form_token: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """A withdrawal as it is shown: `goods` are its lines in words."""

    declared_at: datetime
    full_name: str
    email: str
    note: str
    goods: tuple[str, ...]


def open_lines(order: Order) -> list[OrderLine]:
    """The lines that can still be withdrawn from: none of an order that is unpaid or cancelled, or that are back."""
    left = can_be_withdrawn(order)
    return [line for line in order.lines if line.id in left]


def is_whole(order: Order) -> bool:
    """Whether every piece of the order was withdrawn from."""
    withdrawn = sent_back(order).withdrawn
    return bool(withdrawn) and all(withdrawn.get(line.id) == line.quantity for line in order.lines)


def declared(order: Order) -> list[Declared]:
    """What was withdrawn from so far, oldest first."""
    return [
        Declared(each.declared_at, each.full_name, each.email, each.note, tuple(_goods(order, each)))
        for each in order.withdrawals
    ]


def withdraw(
    session: Session, order_id: int, wish: Declaration, *, letterhead: Letterhead, now: datetime
) -> Withdrawal | None:
    """Write the declaration down, with its mails; None when this form has done so before (a second click), or
    every piece of its lines was withdrawn from.

    Raises Conflict for an order that is unpaid or cancelled.
    """
    order = return_requests.lock_whole(session, order_id)
    if wish.form_token and any(each.form_token == wish.form_token for each in order.withdrawals):
        return None
    if order.state not in _IS_CONTRACT:
        raise Conflict("This order is not paid or was cancelled, so there is nothing to withdraw from.")
    left = can_be_withdrawn(order)
    pieces = {
        str(line.id): min(wish.pieces[line.id], left[line.id])
        for line in order.lines
        if wish.pieces.get(line.id, 0) > 0 and line.id in left
    }
    if not pieces:
        return None
    withdrawal = Withdrawal(
        order_id=order_id,
        declared_at=now,
        full_name=wish.full_name,
        email=wish.email,
        note=wish.note,
        pieces=pieces,
        form_token=wish.form_token or None,
    )
    session.add(withdrawal)
    for line in order.lines:
        line.withdrawn += pieces.get(str(line.id), 0)
    session.flush()  # its mails are named by its id
    return_requests.give_way(session, order, now=now)
    _tell(session, order, withdrawal, letterhead, now)
    return withdrawal


def _tell(session: Session, order: Order, withdrawal: Withdrawal, letterhead: Letterhead, now: datetime) -> None:
    goods = _goods(order, withdrawal)
    record(session, order.id, subject="withdrawal", note="; ".join(goods), actor="customer", now=now)
    by_sku = {line.sku: withdrawal.pieces[str(line.id)] for line in order.lines if str(line.id) in withdrawal.pieces}
    audit.record(
        session,
        actor="customer",
        action="order.withdrawn",
        subject=f"order:{order.number}",
        changes={"pieces": by_sku},
        now=now,
    )
    mails.write_withdrawn(session, order, withdrawal, goods, letterhead=letterhead, now=now)


def _goods(order: Order, withdrawal: Withdrawal) -> list[str]:
    return [
        mails.goods_words(withdrawal.pieces[str(line.id)], line)
        for line in order.lines
        if str(line.id) in withdrawal.pieces
    ]
