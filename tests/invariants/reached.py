"""What has happened in a shop, in a few names: deeds that are refused each time prove nothing about the shop."""

from typing import Any

from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shop.documents.models import Invoice, InvoiceKind
from shop.orders.models import Order, OrderEvent, OrderLine, Return, ShipmentLine, Withdrawal
from shop.orders.states import OrderState, ReturnState, ShipmentState
from shop.payments.models import Refund
from shop.payments.states import RefundState
from shop.promotions.models import PromotionUse
from shop.promotions.states import UseState
from tests.invariants.goods import BOX

_Sign = tuple[InstrumentedAttribute[Any], tuple[ColumnElement[bool], ...]]

_SIGNS: dict[str, _Sign] = {
    "a code was used": (PromotionUse.order_id, (PromotionUse.state == UseState.USED,)),
    "a code was given back": (PromotionUse.order_id, (PromotionUse.state == UseState.GIVEN_BACK,)),
    "an order cost nothing": (Order.id, (Order.total_minor == 0, Order.state != OrderState.PENDING)),
    "tax was within": (Order.id, (Order.tax_inclusive, Order.tax_minor > 0)),
    "tax was on top": (Order.id, (~Order.tax_inclusive, Order.tax_minor > 0)),
    "a bundle left": (OrderLine.id, (OrderLine.sku == BOX, OrderLine.shipped > 0)),
    "a bundle came back": (OrderLine.id, (OrderLine.sku == BOX, OrderLine.returned > 0)),
    "an order left in part": (Order.id, (Order.shipment_state == ShipmentState.PARTLY_SHIPPED,)),
    "pieces need not be sent": (OrderLine.id, (OrderLine.called_off > 0,)),
    "a return was refused": (Return.id, (Return.state == ReturnState.REFUSED,)),
    "a return was put back": (Return.id, (Return.state == ReturnState.REFUNDED, Return.restocked)),
    "a return was not put back": (Return.id, (Return.state == ReturnState.REFUNDED, ~Return.restocked)),
    "a return gave way": (Return.id, (Return.state == ReturnState.WITHDRAWN,)),
    "somebody withdrew": (Withdrawal.id, ()),
    "a refund failed": (Refund.id, (Refund.state == RefundState.FAILED,)),
    "a credit note was written": (Invoice.id, (Invoice.kind == InvoiceKind.CREDIT_NOTE,)),
    "an order was called off": (OrderEvent.id, (OrderEvent.note.startswith("cancelled by the shop"),)),
}


def reached(engine: Engine) -> set[str]:
    """The names of what has happened there."""
    with Session(engine) as session:
        found = {name for name, (what, signs) in _SIGNS.items() if session.scalar(select(what).where(*signs).limit(1))}
        parcels = select(ShipmentLine.order_line_id).group_by(ShipmentLine.order_line_id).having(func.count() > 1)
        if session.scalar(parcels.limit(1)):
            found.add("a line left in several parcels")
    return found


MUST_HAPPEN = frozenset(_SIGNS) | {"a line left in several parcels"}
