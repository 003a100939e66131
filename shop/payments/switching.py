"""From the shop's own payment page to the provider's: for those without JavaScript, or whose browser blocks it."""

from datetime import datetime, timedelta

from shop.errors import Conflict
from shop.orders import service as orders
from shop.orders.states import OrderState
from shop.payments import flow, service
from shop.payments.desk import Desk
from shop.payments.rules import Addresses
from shop.payments.states import AttemptState
from shop.stock import service as stock


def to_hosted_page(desk: Desk, order_id: int, addresses: Addresses, *, now: datetime) -> str:
    """The address of the provider's page for an order whose own page is open; that one is closed first.

    The new call is written down before the old page ends, so that its end does not end the order. Raises Conflict
    when the order was paid or ended meanwhile, GatewayUnavailable, GatewayRefused.
    """
    with desk.transaction() as session:
        order = orders.lock_order(session, order_id)
        attempt = service.live_attempt(session, order_id)
        if order.state is not OrderState.PENDING or attempt is None:
            raise Conflict("This order is not waiting for a payment.")
        if attempt.parameters.get("ui_mode") == "elements":
            if attempt.state is AttemptState.PREPARED:
                raise Conflict("The payment page is being opened already. Please try again in a moment.")
            service.prepare_other_page(session, order, addresses, session_minutes=desk.session_minutes, now=now)
            stock.extend_holds(session, order_id, now + timedelta(minutes=desk.hold_minutes))
    desk.failpoint("before_page_switch")
    try:
        return flow.payment_page(desk, order_id, now=now)
    except Conflict:
        _give_up_unsent(desk, order_id)
        raise


def _give_up_unsent(desk: Desk, order_id: int) -> None:
    """The order was paid on its first page: the call for the second is never made."""
    with desk.transaction() as session:
        if orders.lock_order(session, order_id).state is not OrderState.PENDING:
            for attempt in service.attempts_of(session, order_id):
                if attempt.state is AttemptState.PREPARED and attempt.session_id is None:
                    service.move_attempt(session, attempt, AttemptState.FAILED)
