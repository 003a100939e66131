"""What is asked of the provider, as pure values; nothing here says more of an order than its number and its goods."""

from dataclasses import dataclass
from datetime import timedelta

from shop.gateway import PaymentFacts
from shop.money import Money, plain_money
from shop.orders.models import Order
from shop.provider_amounts import to_provider

SHORTEST_SESSION = timedelta(minutes=30)  # the provider refuses an earlier end
LONGEST_WAIT = timedelta(days=14)  # slow methods (a bank transfer) answer within two weeks
TITLE_LENGTH = 250


class TotalMismatch(ValueError):
    """The lines of an order do not sum to its total: a mistake of ours that must never reach a customer."""


def charges(order: Order) -> list[tuple[str, int]]:
    """(neutral title, minor units) for each line, then shipping and tax; they sum to the order's total exactly."""
    named = [(_title(line.quantity, line.name), line.total_minor - line.discount_minor) for line in order.lines]
    if order.shipping_minor:
        named.append((f"Shipping: {order.shipping_title}"[:TITLE_LENGTH], order.shipping_minor))
    if order.tax_minor and not order.tax_inclusive:
        named.append(("Tax", order.tax_minor))
    if sum(amount for _, amount in named) != order.total_minor:
        raise TotalMismatch(f"order {order.number}: its lines do not sum to its total")
    return named


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a payment leads back to. `own_page` is the shop's page where it is paid; "" where the provider has it."""

    success: str
    cancel: str
    own_page: str = ""

    @property
    def parameters(self) -> dict[str, object]:
        """Their part of the call: which kind of page is opened, and the ways back that it may name."""
        if self.own_page:
            return {"ui_mode": "elements", "return_url": self.success}
        return {"ui_mode": "hosted_page", "success_url": self.success, "cancel_url": self.cancel}


def session_parameters(order: Order, addresses: Addresses, *, expires_at: int) -> dict[str, object]:
    """Every parameter of the call that opens the payment page; `expires_at` is a Unix time.

    Raises NotPayable when the provider does not take one of the amounts.
    """
    currency = order.currency.lower()
    asked = [(title, to_provider(Money(minor, order.currency))) for title, minor in charges(order)]
    reference = {"order": order.number}
    return {
        "mode": "payment",
        **addresses.parameters,
        "client_reference_id": order.number,
        "customer_email": order.email,
        "locale": "auto",
        "expires_at": expires_at,
        "adaptive_pricing": {"enabled": False},
        "metadata": reference,
        "payment_intent_data": {"metadata": reference, "description": f"Order {order.number}"},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": currency, "unit_amount": units, "product_data": {"name": title}},
            }
            for title, units in asked
        ],
    }


def disagreement(order: Order, facts: PaymentFacts, *, live: bool) -> str | None:
    """Why what was paid is not what was asked, in words for the merchant; None when it agrees."""
    if facts.livemode != live:
        return "the payment was made in the provider's " + ("live mode" if facts.livemode else "test mode")
    if facts.order_reference != order.number:
        return f"the payment names the order {facts.order_reference}"
    if facts.amount.currency != order.currency:
        return f"paid in {facts.amount.currency}, not in {order.currency}"
    if facts.amount.minor != order.total_minor:
        return f"paid {plain_money(facts.amount)} of {plain_money(order.total)}"
    return None


def _title(quantity: int, named: str) -> str:
    return (f"{quantity} × {named}" if quantity > 1 else named)[:TITLE_LENGTH]
