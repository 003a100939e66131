"""The states of an order, of its payment and of its shipment: three tables of allowed moves."""

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
    """Of the whole order; parts come with fulfilment in parts."""

    UNSHIPPED = "unshipped"
    SHIPPED = "shipped"


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
    ShipmentState.UNSHIPPED: {ShipmentState.SHIPPED},
    ShipmentState.SHIPPED: set[ShipmentState](),
}
