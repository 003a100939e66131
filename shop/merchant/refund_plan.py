"""What a refund does beside sending money: which pieces it is for, what is not sent any more, what is shelved. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shop.money import Money
from shop.orders.models import Order, OrderLine
from shop.orders.states import OrderState, ShipmentState


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen and ticked: pieces per line id, delivery, the shelf, "not sent any more"; or a return's."""

    picked: Mapping[int, int]
    with_delivery: bool = False
    restock: bool = False
    not_sent: bool = False
    is_of_return: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens: `pieces` count as refunded, `shelf` goes back on it. `refusal` says why it cannot be; or ""."""

    is_in_full: bool
    pieces: Mapping[int, int] = field(default_factory=dict)
    shelf: Mapping[int, int] = field(default_factory=dict)
    calls_off: bool = False
    with_delivery: bool = False
    refusal: str = ""


def plan_of(order: Order, choice: Choice, amount: Money, worth: Money) -> Plan:
    """What a refund of `amount` does when what was chosen is worth `worth`.

    Less than that is goodwill: it is for no piece, and what has not left is still sent. Pieces that come back, of a
    return or to the shelf, are refunded whatever was taken off their worth.
    """
    is_in_full = amount.minor >= worth.minor
    calls_off = choice.not_sent and is_in_full and not choice.is_of_return
    shelf = {line_id: units for line_id, units in choice.picked.items() if units and choice.restock}
    is_for_pieces = is_in_full or choice.is_of_return or bool(shelf)
    return Plan(
        is_in_full,
        pieces=choice.picked if is_for_pieces else {},
        shelf=shelf,
        calls_off=calls_off,
        with_delivery=choice.with_delivery and is_in_full,
        refusal="" if calls_off else _not_left(order, shelf, is_in_full=is_in_full),
    )


def is_not_sent_by_itself(order: Order, picked: Mapping[int, int]) -> bool:
    """Whether the tick "not sent any more" stands there already: once something has left, only a person knows."""
    return order.shipment_state is ShipmentState.UNSHIPPED and bool(unsent(order, picked))


def unsent(order: Order, picked: Mapping[int, int]) -> list[tuple[OrderLine, int]]:
    """Of the pieces chosen those that could still be sent, so that somebody has to say whether they are."""
    if order.state is not OrderState.PLACED:
        return []
    found = [(line, min(picked.get(line.id, 0), line.to_ship)) for line in order.lines]
    return [(line, units) for line, units in found if units]


def _not_left(order: Order, shelf: Mapping[int, int], *, is_in_full: bool) -> str:
    """Why pieces cannot lie on the shelf and be sent as well."""
    for line in order.lines:
        if shelf.get(line.id, 0) > line.quantity - line.to_ship:
            way = "Tick that they are not sent any more" if is_in_full else "Refund what they are worth"
            return f"Of {line.sku} {line.to_ship} are still to be sent. {way}, or leave the shelf out."
    return ""
