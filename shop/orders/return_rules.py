"""How many pieces can still come back, and how a return is told in words. Pure.

A piece is counted once: in a return, in a withdrawal, or as put back on the shelf by another way.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shop.orders.mails import goods_words
from shop.orders.models import Order, Return
from shop.orders.states import OrderState, ReturnReason, ReturnState

REASON_WORDS = {
    ReturnReason.NOT_ORDERED: "It is not what I ordered",
    ReturnReason.DAMAGED: "It arrived damaged or does not work",
    ReturnReason.NOT_AS_DESCRIBED: "It is not as it was described",
    ReturnReason.SIZE: "Its size, shape or feel is not what I expected",
    ReturnReason.CHANGED_MIND: "I changed my mind",
    ReturnReason.NO_REASON: "I would rather not say",
}
COUNTS = (ReturnState.REQUESTED, ReturnState.APPROVED, ReturnState.RECEIVED, ReturnState.REFUNDED)
WAITING = (ReturnState.REQUESTED, ReturnState.APPROVED, ReturnState.RECEIVED)
HAS_ARRIVED = (ReturnState.RECEIVED, ReturnState.REFUNDED)
_HAS_CONTRACT = (OrderState.PLACED, OrderState.COMPLETED)


@dataclass(frozen=True, slots=True)
class SentBack:
    """Pieces per line id: named by returns that were not refused, arrived, withdrawn from, on the shelf by a return."""

    returning: Mapping[int, int]
    arrived: Mapping[int, int]
    withdrawn: Mapping[int, int]
    shelved: Mapping[int, int]


def sent_back(order: Order) -> SentBack:
    """Count the pieces of an order that come back or have."""
    returning, arrived, shelved = Counter[int](), Counter[int](), Counter[int]()
    for each in order.returns:
        for part in each.lines:
            returning[part.order_line_id] += part.quantity if each.state in COUNTS else 0
            arrived[part.order_line_id] += part.quantity if each.state in HAS_ARRIVED else 0
            shelved[part.order_line_id] += part.quantity if each.restocked else 0
    withdrawn = Counter[int]()
    for declared in order.withdrawals:
        withdrawn.update({int(line_id): units for line_id, units in declared.pieces.items()})
    return SentBack(returning, arrived, withdrawn, shelved)


def can_come_back(order: Order) -> dict[int, int]:
    """Pieces per line id that a return may name: those that left, without those that are spoken for.

    Pieces that were withdrawn from are taken from those that have not left first.
    """
    if order.state not in _HAS_CONTRACT:
        return {}
    back, left = sent_back(order), dict[int, int]()
    for line in order.lines:
        withdrawn = back.withdrawn.get(line.id, 0)
        returning = back.returning.get(line.id, 0)
        elsewhere = max(0, line.returned - back.shelved.get(line.id, 0) - withdrawn - line.called_off)
        withdrawn_of_sent = max(0, withdrawn - (line.quantity - line.shipped))
        left[line.id] = max(0, line.shipped - returning - withdrawn_of_sent - elsewhere)
    return {line_id: units for line_id, units in left.items() if units}


def can_be_withdrawn(order: Order) -> dict[int, int]:
    """Pieces per line id that a withdrawal may name: those that none has named, without what has arrived here."""
    if order.state not in _HAS_CONTRACT:
        return {}
    back = sent_back(order)
    left = {
        line.id: line.quantity - back.arrived.get(line.id, 0) - back.withdrawn.get(line.id, 0) for line in order.lines
    }
    return {line_id: units for line_id, units in left.items() if units > 0}


def goods_of(order: Order, kept: Return) -> list[str]:
    """The pieces of a return in words."""
    lines = {line.id: line for line in order.lines}
    return [goods_words(part.quantity, lines[part.order_line_id]) for part in kept.lines if part.quantity]


@dataclass(frozen=True, slots=True)
class ReturnShown:
    """A return as its customer sees it."""

    requested_at: datetime
    headline: str
    next_words: str
    goods: tuple[str, ...]
    answer: str


_STORY = {
    ReturnState.REQUESTED: ("We look at it", "Please do not send anything before we have written to you."),
    ReturnState.APPROVED: ("Please send it back", "The address is in the mail we sent you."),
    ReturnState.REFUSED: (
        "We cannot take it back",
        "The right to withdraw within 14 days of delivery stays.",
    ),
    ReturnState.RECEIVED: ("It has arrived here", "You get a mail when your money is on its way."),
    ReturnState.REFUNDED: ("Finished", "If something is missing, write to us."),
    ReturnState.WITHDRAWN: ("You withdrew from the contract instead", "Your withdrawal stands on this page."),
}


def returns_shown(order: Order) -> list[ReturnShown]:
    """The returns of an order, oldest first."""
    return [
        ReturnShown(each.requested_at, *_STORY[each.state], goods=tuple(goods_of(order, each)), answer=each.answer)
        for each in order.returns
    ]
