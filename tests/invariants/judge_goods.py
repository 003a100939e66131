"""Where every unit and every piece is: on the shelf, held, sold, in a parcel, on its way back, back on the shelf."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from shop.orders.models import Order, OrderLine, Return, ShipmentLine
from shop.orders.states import OrderState, ReturnState, ShipmentState
from shop.payments.models import Refund
from shop.stock.models import Hold, StockLevel, StockMovement
from shop.stock.states import HoldState

HAS_SOLD = (OrderState.PLACED, OrderState.COMPLETED)
_NOT_COMING = (ReturnState.REFUSED, ReturnState.WITHDRAWN)
_CAUSE = re.compile(r"(?:(?P<kind>Refund|Return) (?P<id>\d+) of order (?P<of>\S+)|Order (?P<number>\S+) cancelled)")
_Key = tuple[str, str]


def units_add_up(session: Session, starts: Mapping[str, int]) -> list[str]:
    """1: start stock (and what was booked by hand or came back) = left + held + sold, and holds say the same."""
    moved = select(StockMovement.sku, func.sum(StockMovement.change)).group_by(StockMovement.sku)
    booked: dict[str, int] = {sku: int(change) for sku, change in session.execute(moved)}
    kept: dict[HoldState, Counter[str]] = defaultdict(Counter)
    for hold in session.scalars(select(Hold)):
        kept[hold.state][hold.sku] += hold.quantity
    wrong = []
    for level in session.scalars(select(StockLevel).order_by(StockLevel.sku)):
        there, came = level.available + level.held + level.sold, starts.get(level.sku, 0) + booked.get(level.sku, 0)
        if there != came or min(level.available, level.held, level.sold) < 0:
            wrong.append(f"1 units: {level.sku} has {level.available} + {level.held} + {level.sold}, not {came}")
        if (level.held, level.sold) != (kept[HoldState.HELD][level.sku], kept[HoldState.SOLD][level.sku]):
            wrong.append(f"1 units: the holds of {level.sku} are not what its level says")
    for number, state, hold in session.execute(select(Order.number, Order.state, Hold.state).join_from(Order, Hold)):
        if (hold is not HoldState.SOLD and state in HAS_SOLD) or (
            hold is HoldState.SOLD and state is OrderState.PENDING
        ):
            wrong.append(f"1 units: {number} is {state} and its units are {hold}")
    return wrong


def holds_are_the_parts(session: Session) -> list[str]:
    """1, for bundles: an order keeps the units that its lines are made of, a bundle's being those of its parts."""
    kept: dict[int, Counter[str]] = defaultdict(Counter)
    for hold in session.scalars(select(Hold)):
        kept[hold.order_id][hold.sku] += hold.quantity
    wrong = []
    for order in _orders(session):
        made_of = Counter[str]()
        for line in order.lines:
            made_of.update(_units(line, line.quantity))
        if kept[order.id] != made_of:
            wrong.append(f"1 units: {order.number} keeps {dict(kept[order.id])}, not {dict(made_of)}")
    return wrong


def pieces_add_up(session: Session) -> list[str]:
    """10: sent <= bought, coming back <= sent, coming back or withdrawn from <= bought; parcels and states say so."""
    parcels = Counter[int]()
    for part in session.scalars(select(ShipmentLine)):
        parcels[part.order_line_id] += part.quantity
    wrong = []
    for order in _orders(session):
        returning, withdrawn = _coming_back(order)
        for line in order.lines:
            back = returning[line.id]
            held = f"10 pieces: of {line.quantity} in line {line.id}"
            if line.shipped != parcels[line.id]:
                wrong.append(f"{held}, {line.shipped} were sent and {parcels[line.id]} are in parcels")
            if not 0 <= line.shipped <= line.quantity - line.called_off or line.called_off < 0:
                wrong.append(f"{held}, {line.shipped} were sent and {line.called_off} need not be")
            if not 0 <= back <= line.shipped or not 0 <= withdrawn[line.id] <= line.quantity - back:
                wrong.append(f"{held}, {line.shipped} sent, {back} come back, {withdrawn[line.id]} are withdrawn from")
        wrong += _state_of_parcels(order)
    return wrong


def _coming_back(order: Order) -> tuple[Counter[int], Counter[int]]:
    returning, withdrawn = Counter[int](), Counter[int]()
    for each in order.returns:
        for part in each.lines:
            returning[part.order_line_id] += 0 if each.state in _NOT_COMING else part.quantity
    for declared in order.withdrawals:
        withdrawn.update({int(line_id): units for line_id, units in declared.pieces.items()})
    return returning, withdrawn


def _state_of_parcels(order: Order) -> Iterator[str]:
    has_sent = any(line.shipped for line in order.lines)
    is_left = any(line.quantity > line.shipped + line.called_off for line in order.lines)
    told = ShipmentState.UNSHIPPED
    if has_sent:
        told = ShipmentState.PARTLY_SHIPPED if is_left else ShipmentState.SHIPPED
    if order.shipment_state is not told:
        yield f"10 pieces: {order.number} is {order.shipment_state}, and its pieces are {told}"
    if (order.state is OrderState.COMPLETED) != (told is ShipmentState.SHIPPED):
        yield f"10 pieces: {order.number} is {order.state}, and its pieces are {told}"
    if has_sent and order.state not in HAS_SOLD:
        yield f"10 pieces: {order.number} is {order.state}, and a parcel of it has left"


def shelved_once(session: Session) -> list[str]:
    """11: what came back to the shelf is what the lines count, once, and no more than what brought it could bring."""
    booked, by_cause = _shelved(session)
    returned, wrong = defaultdict[_Key, int](int), []
    for order in _orders(session):
        for line in order.lines:
            if not 0 <= line.returned <= line.quantity:
                wrong.append(f"11 shelf: {line.returned} of {line.quantity} in line {line.id} came back")
            for sku, units in _units(line, line.returned).items():
                returned[(order.number, sku)] += units
    for key in booked.keys() | returned.keys():
        if booked.get(key, 0) != returned.get(key, 0):
            wrong.append(f"11 shelf: {key} was booked in {booked.get(key, 0)} times, counted {returned.get(key, 0)}")
    could = _could_bring(session)
    return wrong + [
        f"11 shelf: {reason} brought {units} of {sku}, and could bring {could.get((reason, sku), 0)}"
        for (reason, sku), units in by_cause.items()
        if units > could.get((reason, sku), 0)
    ]


def _shelved(session: Session) -> tuple[dict[_Key, int], dict[_Key, int]]:
    """Units that came back by an order: per (order, SKU), and per (reason, SKU)."""
    booked, by_cause = defaultdict[_Key, int](int), defaultdict[_Key, int](int)
    for move in session.scalars(select(StockMovement)):
        cause = _CAUSE.fullmatch(move.reason)
        if cause is not None:
            booked[(cause["of"] or cause["number"], move.sku)] += move.change
            by_cause[(move.reason, move.sku)] += move.change
    return booked, by_cause


def _could_bring(session: Session) -> dict[_Key, int]:
    """Units per (reason, SKU): of a refund what it was to put back, of a return its pieces, of an order all."""
    could = defaultdict[_Key, int](int)
    refunds = defaultdict[int, list[Refund]](list)
    for refund in session.scalars(select(Refund)):
        refunds[refund.order_id].append(refund)
    for order in _orders(session):
        for line in order.lines:
            brought = {f"Order {order.number} cancelled": line.quantity}
            for refund in refunds[order.id]:
                brought[f"Refund {refund.id} of order {order.number}"] = refund.restock.get(str(line.id), 0)
            for each in order.returns:
                pieces = sum(part.quantity for part in each.lines if part.order_line_id == line.id)
                is_back = each.state is ReturnState.REFUNDED and each.restocked
                brought[f"Return {each.id} of order {order.number}"] = pieces if is_back else 0
            for reason, pieces in brought.items():
                for sku, units in _units(line, pieces).items():
                    could[(reason, sku)] += units
    return could


def _orders(session: Session) -> Iterator[Order]:
    returns = selectinload(Order.returns).selectinload(Return.lines)
    whole = (selectinload(Order.lines), selectinload(Order.withdrawals), returns)
    yield from session.scalars(select(Order).order_by(Order.id).options(*whole)).all()


def _units(line: OrderLine, pieces: int) -> dict[str, int]:
    return {sku: each * pieces for sku, each in (line.parts or {line.sku: 1}).items()}
