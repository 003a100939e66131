"""The list of orders as its address asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from shop.orders.listing import OrderFilter, Work
from shop.orders.states import OrderState, PaymentState, ShipmentState

State = TypeVar("State", bound=StrEnum)
STATE_WORDS = {
    "pending": "Waiting for payment", "placed": "Placed", "cancelled": "Cancelled", "completed": "Completed",
    "none": "Nothing to pay", "paid": "Paid", "failed": "Failed", "needs_attention": "Needs attention",
    "unshipped": "Not shipped", "partly_shipped": "Shipped in part", "shipped": "Shipped",
    "requested": "Being sent", "succeeded": "Sent back",
}  # fmt: skip
RETURN_WORDS = {
    "requested": "Asked for", "approved": "On its way here", "refused": "Refused", "received": "Has arrived",
    "refunded": "Finished", "withdrawn": "Withdrawn from instead",
}  # fmt: skip
LONGEST = 254


@dataclass(frozen=True, slots=True)
class OrderListRequest:
    """The filter with the texts it came from."""

    filter: OrderFilter
    typed: Mapping[str, str]

    def address(self, base: str, *, before: int) -> str:
        """The address of the page that follows."""
        return f"{base}?{urlencode({**self.typed, 'before': str(before)})}"

    @property
    def is_narrowed(self) -> bool:
        """Whether not all orders are wanted."""
        return bool(self.typed)


def read_filter(args: Mapping[str, str]) -> OrderListRequest:
    """Read the query of an address; what nobody knows is read as no filter."""
    query = args.get("q", "").strip()[:LONGEST]
    state, payment = _state(OrderState, args.get("state")), _state(PaymentState, args.get("payment"))
    shipment = _state(ShipmentState, args.get("shipment"))
    work = _state(Work, args.get("work"))
    typed = {"q": query, "state": state, "payment": payment, "shipment": shipment, "work": work}
    return OrderListRequest(
        OrderFilter(state, payment, shipment, query, _number(args.get("before", "")), work=work),
        {name: str(value) for name, value in typed.items() if value},
    )


def _state(states: type[State], typed: str | None) -> State | None:
    return next((state for state in states if state.value == typed), None)


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
