"""The refund that ends a return: one at a time, and another only after one that failed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.errors import Conflict
from shop.orders import return_requests
from shop.orders import service as orders
from shop.orders.models import Return
from shop.orders.states import ReturnState
from shop.payments.models import Refund
from shop.payments.states import RefundState


def name_refund(session: Session, order_id: int, return_id: int, form_token: str) -> None:
    """Tie the refund of this form to a return that has arrived: it ends when the refund succeeds.

    Raises Conflict for a return that has not arrived or ended, or whose refund is on its way.
    """
    orders.lock_order(session, order_id)
    kept = return_requests.get_return(session, order_id, return_id)
    if kept.refund_token == form_token:
        return
    if kept.state is not ReturnState.RECEIVED:
        raise Conflict(f"The return is {kept.state.value}: only one that has arrived is refunded.")
    _refuse_second(session, kept)
    kept.refund_token = form_token


def refuse_while_underway(session: Session, order_id: int, return_id: int) -> None:
    """Before a return is closed by hand. Raises Conflict while its own refund is on its way: that one ends it."""
    orders.lock_order(session, order_id)
    kept = return_requests.get_return(session, order_id, return_id)
    if kept.state is not ReturnState.REFUNDED:
        _refuse_second(session, kept)


def _refuse_second(session: Session, kept: Return) -> None:
    before = session.scalar(select(Refund.state).where(Refund.form_token == kept.refund_token))
    if before is not None and before is not RefundState.FAILED:
        raise Conflict("A refund of this return is on its way already.")
