"""Units on the shelf, held and sold. What came in = available + held + sold, whatever happens.

Callers that touch several SKUs go through them in sorted order, so that two orders never wait for each other.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.errors import BadInput, Conflict, OutOfStock
from shop.stock.models import Hold, StockLevel, StockMovement
from shop.stock.states import NEXT_HOLD_STATES, HoldState

MAX_CHANGE = 1_000_000


def availability(session: Session, skus: Iterable[str]) -> dict[str, int]:
    """Units on the shelf per SKU; 0 for one nobody has counted."""
    wanted = list(skus)
    rows = session.execute(select(StockLevel.sku, StockLevel.available).where(StockLevel.sku.in_(wanted)))
    found = {row.sku: row.available for row in rows}
    return {sku: found.get(sku, 0) for sku in wanted}


def reserve(session: Session, *, order_id: int, sku: str, quantity: int, expires_at: datetime) -> None:
    """Hold `quantity` units of `sku` for an order; one that holds them already only holds them longer.

    Raises OutOfStock when fewer are left, Conflict when the order's units are sold already.
    """
    hold = _find_hold(session, order_id, sku)
    if hold is not None and hold.state is HoldState.HELD and hold.quantity == quantity:
        hold.expires_at = expires_at
        return
    if hold is not None and (hold.state is not HoldState.RELEASED or hold.quantity != quantity):
        raise Conflict("This order keeps other units already.")
    if not _shift(session, sku, available=-quantity, held=quantity):
        raise OutOfStock(sku, quantity)
    if hold is None:
        session.add(Hold(order_id=order_id, sku=sku, quantity=quantity, state=HoldState.HELD, expires_at=expires_at))
        session.flush()  # a second hold of the same line must fail here, beside its cause
        return
    hold.expires_at = expires_at
    _move(session, hold, HoldState.HELD)


def hold_for_new_order(session: Session, order_id: int, wanted: Mapping[str, int], *, expires_at: datetime) -> None:
    """Hold units per SKU for an order that was written in this very transaction. Raises OutOfStock."""
    for sku, quantity in sorted(wanted.items()):
        if not _shift(session, sku, available=-quantity, held=quantity):
            raise OutOfStock(sku, quantity)
    session.add_all(
        Hold(order_id=order_id, sku=sku, quantity=quantity, state=HoldState.HELD, expires_at=expires_at)
        for sku, quantity in sorted(wanted.items())
    )


def extend_holds(session: Session, order_id: int, expires_at: datetime) -> int:
    """Keep what is held for an order until `expires_at`; returns how many lines that concerned."""
    held = _holds(session, order_id, HoldState.HELD)
    for hold in held:
        hold.expires_at = expires_at
    return len(held)


def sell_holds(session: Session, order_id: int) -> bool:
    """Turn what is held for an order into sales. False when some of it was released meanwhile: see `retake`."""
    holds = _holds(session, order_id)
    for hold in holds:
        if hold.state is HoldState.HELD:
            _move(session, hold, HoldState.SOLD)
            _shift(session, hold.sku, held=-hold.quantity, sold=hold.quantity)
    return bool(holds) and all(hold.state is HoldState.SOLD for hold in holds)


def release_holds(session: Session, order_id: int) -> int:
    """Put what is held for an order back on the shelf; returns how many units that were."""
    released = 0
    for hold in _holds(session, order_id, HoldState.HELD):
        _move(session, hold, HoldState.RELEASED)
        _shift(session, hold.sku, held=-hold.quantity, available=hold.quantity)
        released += hold.quantity
    return released


def retake(session: Session, order_id: int) -> bool:
    """Sell an order's units once more after its holds were released. All or nothing: False changes nothing."""
    holds = _holds(session, order_id)
    try:
        with session.begin_nested():
            for hold in holds:
                _retake(session, hold)
    except OutOfStock:
        return False
    return bool(holds)


def _retake(session: Session, hold: Hold) -> None:
    if hold.state is HoldState.SOLD:
        return
    source = "held" if hold.state is HoldState.HELD else "available"
    if not _shift(session, hold.sku, **{source: -hold.quantity}, sold=hold.quantity):
        raise OutOfStock(hold.sku, hold.quantity)
    _move(session, hold, HoldState.SOLD)


def orders_with_expired_holds(session: Session, now: datetime, *, limit: int = 100) -> list[int]:
    """Orders whose held units are out of time, the longest overdue first."""
    rows = session.execute(
        select(Hold.order_id, Hold.expires_at)
        .where(Hold.state == HoldState.HELD, Hold.expires_at <= now)
        .order_by(Hold.expires_at)
        .limit(limit)
    )
    return list(dict.fromkeys(order_id for order_id, _ in rows))


def receive(session: Session, sku: str, change: int, *, reason: str, actor: str, now: datetime) -> int:
    """Book units in (or, below zero, out) by hand, import or return; returns what is on the shelf then.

    Raises OutOfStock when more would leave than lie there, BadInput for a change of none or an absurd one.
    """
    if change == 0 or abs(change) > MAX_CHANGE:
        raise BadInput("The change must be a number of units between 1 and a million, up or down.")
    left = _book(session, sku, change)
    if left is None and change > 0:
        _open_level(session, sku)
        left = _book(session, sku, change)
    if left is None:
        raise OutOfStock(sku, -change)
    session.add(StockMovement(sku=sku, change=change, reason=reason, actor=actor, at=now))
    return left


def lock_levels(session: Session, skus: Iterable[str]) -> None:
    """Take the locks of some rows in the one order that all callers keep, before they are changed in another."""
    for sku in sorted(set(skus)):
        session.execute(select(StockLevel.sku).where(StockLevel.sku == sku).with_for_update())


def _book(session: Session, sku: str, change: int) -> int | None:
    return session.scalar(
        update(StockLevel)
        .where(StockLevel.sku == sku, StockLevel.available + change >= 0)
        .values(available=StockLevel.available + change)
        .returning(StockLevel.available)
    )


def _open_level(session: Session, sku: str) -> None:
    try:
        with session.begin_nested():
            session.add(StockLevel(sku=sku, available=0, held=0, sold=0))
    except IntegrityError:
        return  # somebody else counted the first unit of it at the same moment


def _find_hold(session: Session, order_id: int, sku: str) -> Hold | None:
    return session.scalar(select(Hold).where(Hold.order_id == order_id, Hold.sku == sku))


def _holds(session: Session, order_id: int, *states: HoldState) -> list[Hold]:
    """The order's holds by SKU, locked where the database can lock rows.

    Sorted here and not by the database: its alphabet may be another than that of those who place orders.
    """
    query = select(Hold).where(Hold.order_id == order_id).order_by(Hold.id).with_for_update()
    if states:
        query = query.where(Hold.state.in_(states))
    found = session.scalars(query.execution_options(populate_existing=True))
    return sorted(found, key=lambda hold: hold.sku)


def _move(session: Session, hold: Hold, new: HoldState) -> None:
    if new not in NEXT_HOLD_STATES[hold.state]:
        raise Conflict(f"A hold that is {hold.state} cannot become {new}.")
    moved = session.scalar(
        update(Hold).where(Hold.id == hold.id, Hold.state == hold.state).values(state=new).returning(Hold.id)
    )
    if moved is None:
        raise Conflict("The hold changed meanwhile.")


def _shift(session: Session, sku: str, *, available: int = 0, held: int = 0, sold: int = 0) -> bool:
    """Move units between the three columns; False when the column they leave has too few."""
    shifted = session.scalar(
        update(StockLevel)
        .where(
            StockLevel.sku == sku,
            StockLevel.available + available >= 0,
            StockLevel.held + held >= 0,
        )
        .values(
            available=StockLevel.available + available,
            held=StockLevel.held + held,
            sold=StockLevel.sold + sold,
        )
        .returning(StockLevel.sku)
    )
    return shifted is not None
