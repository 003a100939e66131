"""The states of an order, of its payment, of its shipment and of a return: four tables of allowed moves."""

from enum import StrEnum


class OrderState(StrEnum):
    """PENDING waits for its payment page; PLACED is the shop's to fulfil."""

    PENDING = "pending"
    PLACED = "placed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


class PaymentState(StrEnum):
    """NONE: nothing is owed yet or ever. NEEDS_ATTENTION: what was paid is not what was asked."""

    NONE = "none"
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    NEEDS_ATTENTION = "needs_attention"


class ShipmentState(StrEnum):
    """Of the whole order. SHIPPED: every piece has left that is to leave at all."""

    UNSHIPPED = "unshipped"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"


class ReturnState(StrEnum):
    """WITHDRAWN: the customer withdrew from the contract for these pieces, which goes before a return."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    RECEIVED = "received"
    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"


class ReturnReason(StrEnum):
    """Why something comes back. None of them asks about anybody's health."""

    NOT_ORDERED = "not_ordered"
    DAMAGED = "damaged"
    NOT_AS_DESCRIBED = "not_as_described"
    SIZE = "size"
    CHANGED_MIND = "changed_mind"
    NO_REASON = "no_reason"


NEXT_ORDER_STATES = {
    OrderState.PENDING: {OrderState.PLACED, OrderState.CANCELLED},
    OrderState.PLACED: {OrderState.COMPLETED, OrderState.CANCELLED},
    OrderState.CANCELLED: {OrderState.PLACED},  # late money, and the stock is still there
    OrderState.COMPLETED: set[OrderState](),
}
NEXT_PAYMENT_STATES = {
    PaymentState.NONE: {PaymentState.PENDING, PaymentState.PAID},
    PaymentState.PENDING: {PaymentState.PAID, PaymentState.FAILED, PaymentState.NEEDS_ATTENTION},
    PaymentState.FAILED: {PaymentState.PENDING, PaymentState.PAID, PaymentState.NEEDS_ATTENTION},
    PaymentState.PAID: {PaymentState.NEEDS_ATTENTION},
    PaymentState.NEEDS_ATTENTION: {PaymentState.PAID},
}
NEXT_SHIPMENT_STATES = {
    ShipmentState.UNSHIPPED: {ShipmentState.PARTLY_SHIPPED, ShipmentState.SHIPPED},
    ShipmentState.PARTLY_SHIPPED: {ShipmentState.SHIPPED},
    ShipmentState.SHIPPED: set[ShipmentState](),
}
NEXT_RETURN_STATES = {
    ReturnState.REQUESTED: {ReturnState.APPROVED, ReturnState.REFUSED, ReturnState.WITHDRAWN},
    ReturnState.APPROVED: {ReturnState.RECEIVED, ReturnState.WITHDRAWN},
    ReturnState.REFUSED: set[ReturnState](),
    ReturnState.RECEIVED: {ReturnState.REFUNDED},
    ReturnState.REFUNDED: {ReturnState.RECEIVED},  # its refund failed after it had gone through
    ReturnState.WITHDRAWN: set[ReturnState](),
}
