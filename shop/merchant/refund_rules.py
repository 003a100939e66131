"""What a refund of some pieces of an order amounts to, and how a choice of pieces is written down. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shop.money import Money, split
from shop.orders.models import Order, OrderLine, Return

Picked = Mapping[int, int]
"""Units per line id."""


@dataclass(frozen=True, slots=True)
class LineShare:
    """One line with what the customer paid for it, tax on top and discount included."""

    line: OrderLine
    paid: Money

    @property
    def each(self) -> Money:
        """The price of one piece as it was shown."""
        return Money(self.line.unit_minor, self.paid.currency)

    def part(self, units: int) -> Money:
        """What `units` pieces of the line cost, so that all of them cost exactly what was paid."""
        pieces = split(self.paid, [1] * self.line.quantity)
        return sum(pieces[:units], start=Money(0, self.paid.currency))


def line_shares(order: Order) -> list[LineShare]:
    """What was paid for each line."""
    shares = []
    for line in order.lines:
        tax = 0 if order.tax_inclusive else line.tax_minor
        shares.append(LineShare(line, Money(line.total_minor - line.discount_minor + tax, order.currency)))
    return shares


def delivery_paid(order: Order) -> Money:
    """What was paid for delivery, with its tax."""
    on_lines = sum(line.tax_minor for line in order.lines)
    tax = 0 if order.tax_inclusive else order.tax_minor - on_lines
    return Money(order.shipping_minor + tax, order.currency)


def worth(order: Order, picked: Picked, *, with_delivery: bool) -> Money:
    """What those pieces, and delivery if it is wanted, come to."""
    amount = delivery_paid(order) if with_delivery else Money(0, order.currency)
    for share in line_shares(order):
        amount = amount + share.part(min(picked.get(share.line.id, 0), share.line.quantity))
    return amount


def read_picked(order: Order, args: Mapping[str, str]) -> dict[int, int]:
    """The units chosen per line; what is no number counts as none, more than were bought as all of them."""
    return {
        line.id: min(int(typed), line.quantity)
        for line in order.lines
        if (typed := args.get(f"line-{line.id}", "").strip()).isascii() and typed.isdigit() and len(typed) < 7
    }


def write_picked(picked: Picked) -> str:
    """The choice as one text, such as "12x2,15x1"."""
    return ",".join(f"{line_id}x{units}" for line_id, units in picked.items() if units)


def parse_picked(order: Order, text: str) -> dict[int, int]:
    """The choice out of a text; whatever is no line of this order is passed over."""
    return read_picked(order, dict(_pairs(text)))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(","):
        line_id, _, units = part.partition("x")
        yield f"line-{line_id}", units


def refund_of_return(kept: Return) -> dict[str, str]:
    """What the address of the refund page says to refund this return: its pieces and itself."""
    pieces = {f"line-{part.order_line_id}": str(part.quantity) for part in kept.lines if part.quantity}
    return {**pieces, "return": str(kept.id)}
