"""The goods of a refund: back on the shelf once the money has gone back, never more than were sold; or never sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from shop.audit import service as audit
from shop.orders import fulfilment, return_requests, returns
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.moves import lines_now
from shop.payments.models import Refund
from shop.payments.refunded import called_off_pieces, still_to_shelve


def put_back_refunded(session: Session, order: Order, refund: Refund, *, now: datetime) -> None:
    """Book in what the refund asked for. What came back by another way meanwhile is left out, and the history says so.

    The caller holds the order's lock and moves the refund to its success once, which makes this happen once.
    """
    left, booked = returns.returnable(order), dict[str, int]()
    new = still_to_shelve(session, order.id)
    returns.lock_parts(session, order.lines)
    for line in sorted(order.lines, key=lambda line: line.sku):
        wanted = refund.restock.get(str(line.id), 0)
        units = min(wanted, left[line.id], new.get(line.id, 0))
        if units:
            reason = f"Refund {refund.id} of order {order.number}"
            returns.put_back(session, line, units, reason=reason, actor=refund.actor, now=now)
            booked[line.sku] = units
            refund.shelved = {**refund.shelved, str(line.id): units}
        if units < wanted:
            note = f"refund {refund.id}: {wanted - units} of {line.sku} were back already and not booked in again"
            orders.record(session, order.id, subject="refund", note=note, actor="system", now=now)
    if booked:
        subject = f"order:{order.number}"
        audit.record(session, actor=refund.actor, action="stock.returned", subject=subject, changes=booked, now=now)


def close_goods(session: Session, order: Order, refund: Refund, *, now: datetime) -> None:
    """The refund of a return ends it; another may say that those of its pieces that have not left are not sent.

    Those that an earlier refund called off which failed afterwards are called off already: none is counted twice.
    """
    if return_requests.end_refunded(session, order, refund.form_token, bool(refund.restock), now=now):
        return
    if not refund.calls_off:
        return
    said, lines = called_off_pieces(session, order.id), {str(line.id): line for line in lines_now(session, order.id)}
    pieces = {
        lines[key].id: min(units, max(0, said[lines[key].id] - lines[key].called_off))
        for key, units in refund.pieces.items()
        if key in lines
    }
    fulfilment.call_off(session, order.id, pieces, actor=refund.actor, now=now)
