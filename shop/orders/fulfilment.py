"""Parcels: which pieces of an order leave in each, and when all have left. Never more than were ordered.

Refunded pieces need not be sent. Each line counts its own pieces, and one UPDATE names how many may still leave.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop.errors import BadInput, Conflict
from shop.learning import service as learning
from shop.orders.carriers import Carriers
from shop.orders.mails import goods_words
from shop.orders.models import Order, OrderLine, Shipment, ShipmentLine
from shop.orders.moves import lines_now, lock_order, move_order, move_shipment, record
from shop.orders.states import OrderState, ShipmentState


@dataclass(frozen=True, slots=True)
class Parcel:
    """Who carries it, the number to follow it by ("" when there is none), and its pieces per line id.

    Without `pieces` it holds everything that is left. A `form_token` makes a double click one parcel.
    """

    carrier: str
    tracking_number: str = ""
    pieces: Mapping[int, int] | None = None
    form_token: str = ""


@dataclass(frozen=True, slots=True)
class ParcelShown:
    """A parcel as it is shown: its goods in words, and where it is followed if that is known."""

    carrier: str
    tracking_number: str
    tracking_url: str | None
    shipped_at: datetime
    goods: tuple[str, ...]


def ship(session: Session, order_id: int, parcel: Parcel, *, actor: str, now: datetime) -> Shipment:
    """Note that a parcel left; with its last piece the order is shipped and completed.

    The same form token gets the same parcel again. Raises Conflict unless the order is placed or when fewer pieces
    are left, BadInput for a parcel of nothing.
    """
    order = lock_order(session, order_id)
    known = find_parcel(session, order_id, parcel.form_token)
    if known is not None:
        return known
    if order.state is not OrderState.PLACED:
        raise Conflict(f"The order is {order.state.value}: only a placed one is shipped.")
    pieces = _pieces(lines_now(session, order_id), parcel)
    for line, units in pieces:
        _take(session, line, units)
    shipment = Shipment(
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        shipped_at=now,
        form_token=parcel.form_token or None,
        lines=[ShipmentLine(order_line_id=line.id, quantity=units) for line, units in pieces],
    )
    order.shipments.append(shipment)
    goods = "; ".join(goods_words(units, line) for line, units in pieces)
    _move_on(session, order, note=f"{parcel.carrier}: {goods}", actor=actor, now=now)
    learning.note_sent(session, [line.id for line, _ in pieces])
    session.flush()  # the mail about it names the shipment
    return shipment


def find_parcel(session: Session, order_id: int, form_token: str) -> Shipment | None:
    """The parcel that this very form has sent before. Raises Conflict for another order's form."""
    if not form_token:
        return None
    known = session.scalar(select(Shipment).where(Shipment.form_token == form_token))
    if known is not None and known.order_id != order_id:
        raise Conflict("This form was used for another order. Please open this order again.")
    return known


def call_off(session: Session, order_id: int, pieces: Mapping[int, int], *, actor: str, now: datetime) -> None:
    """These pieces per line id are paid back and not sent any more, those of them that have not left.

    An order of which something has left is completed when nothing else is to leave; one of which nothing has left
    waits to be cancelled.
    """
    order = lock_order(session, order_id)
    if order.state is not OrderState.PLACED:
        return
    gone = []
    for line in lines_now(session, order_id):
        units = min(pieces.get(line.id, 0), line.to_ship)
        if units > 0:
            line.called_off += units
            gone.append(goods_words(units, line))
    if not gone:
        return
    note = f"refunded, not to be sent: {'; '.join(gone)}"
    session.flush()  # what is left is counted in the database
    if order.shipment_state is ShipmentState.PARTLY_SHIPPED:
        _move_on(session, order, note=note, actor=actor, now=now)
    else:
        record(session, order_id, subject="shipment", note=note, actor=actor, now=now)


def parcels_of(order: Order, carriers: Carriers) -> list[ParcelShown]:
    """The parcels that left so far, oldest first."""
    lines = {line.id: line for line in order.lines}
    return [
        ParcelShown(
            shipment.carrier,
            shipment.tracking_number,
            carriers.tracking_url(shipment.carrier, shipment.tracking_number),
            shipment.shipped_at,
            tuple(goods_words(part.quantity, lines[part.order_line_id]) for part in shipment.lines),
        )
        for shipment in order.shipments
    ]


def still_to_come(order: Order) -> list[str]:
    """What has not left yet and will, in words: nothing that the customer withdrew from."""
    return [goods_words(line.wanted, line) for line in order.lines if line.wanted]


def suggested(order: Order) -> dict[int, int]:
    """Pieces per line id that the next parcel would hold: what is left, without what the customer withdrew from."""
    return {line.id: line.wanted for line in order.lines if line.to_ship}


def _pieces(lines: list[OrderLine], parcel: Parcel) -> list[tuple[OrderLine, int]]:
    if parcel.pieces is None:
        chosen = [(line, line.to_ship) for line in lines if line.to_ship]
    else:
        known = {line.id for line in lines}
        if any(units < 0 or line_id not in known for line_id, units in parcel.pieces.items()):
            raise BadInput("A parcel holds pieces of its own order, and never fewer than none.")
        chosen = [(line, units) for line in lines if (units := parcel.pieces.get(line.id, 0))]
    if not any(line.to_ship for line in lines):
        raise Conflict("Nothing of this order is left to send.")
    if not chosen:
        raise BadInput("Choose at least one piece for the parcel.")
    return chosen


def _take(session: Session, line: OrderLine, units: int) -> None:
    taken = session.scalar(
        update(OrderLine)
        .where(OrderLine.id == line.id, OrderLine.shipped + OrderLine.called_off + units <= OrderLine.quantity)
        .values(shipped=OrderLine.shipped + units)
        .returning(OrderLine.shipped)
    )
    if taken is None:
        raise Conflict(f"Only {line.to_ship} of {line.sku} can still be sent. Please look at the order again.")
    session.refresh(line, ["shipped"])


def _move_on(session: Session, order: Order, *, note: str, actor: str, now: datetime) -> None:
    """Shipped and completed once nothing is left; until then shipped in part."""
    if not any(line.to_ship for line in lines_now(session, order.id)):
        move_shipment(session, order.id, ShipmentState.SHIPPED, actor=actor, now=now, note=note)
        move_order(session, order.id, OrderState.COMPLETED, actor=actor, now=now)
    elif order.shipment_state is ShipmentState.UNSHIPPED:
        move_shipment(session, order.id, ShipmentState.PARTLY_SHIPPED, actor=actor, now=now, note=note)
    else:
        record(session, order.id, subject="shipment", note=note, actor=actor, now=now)
