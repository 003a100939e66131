"""What of an order has been refunded: pieces, and delivery. A refund that failed counts for nothing."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.payments.models import Refund
from shop.payments.states import RefundState


def refunded_pieces(session: Session, order_id: int) -> dict[int, int]:
    """Units per line id that refunds were made for, but for those that failed."""
    found = select(Refund.pieces).where(Refund.order_id == order_id, Refund.state != RefundState.FAILED)
    return count_pieces(session.scalars(found))


def is_delivery_refunded(session: Session, order_id: int) -> bool:
    """Whether a refund that has not failed was made for delivery."""
    of_delivery = (Refund.order_id == order_id, Refund.with_delivery, Refund.state != RefundState.FAILED)
    return session.scalar(select(Refund.id).where(*of_delivery).limit(1)) is not None


def called_off_pieces(session: Session, order_id: int) -> dict[int, int]:
    """Units per line id that refunds that went through said are not sent any more."""
    is_through = (Refund.order_id == order_id, Refund.state == RefundState.SUCCEEDED)
    return count_pieces(session.scalars(select(Refund.pieces).where(*is_through, Refund.calls_off)))


def still_to_shelve(session: Session, order_id: int) -> dict[int, int]:
    """Units per line id that refunds that went through put on the shelf, less those that any refund has put there.

    A refund that failed after it went through leaves its goods where they are: the next one for them finds them there.
    """
    theirs = select(Refund.state, Refund.restock, Refund.shelved).where(Refund.order_id == order_id)
    rows = session.execute(theirs).all()
    wanted = count_pieces([restock for state, restock, _ in rows if state is RefundState.SUCCEEDED])
    there = count_pieces([shelved for _, _, shelved in rows])
    return {line_id: max(0, units - there.get(line_id, 0)) for line_id, units in wanted.items()}


def count_pieces(stored: Iterable[dict[str, int]]) -> dict[int, int]:
    """Add up pieces as they are stored, by line ids as text."""
    counted = Counter[int]()
    for pieces in stored:
        counted.update({int(line_id): units for line_id, units in pieces.items()})
    return dict(counted)
