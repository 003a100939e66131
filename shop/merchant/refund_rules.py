"""What a refund of some pieces of an order amounts to, and how a choice of pieces is written down. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shop.money import Money, next_pieces, total
from shop.orders.models import Order, OrderLine, Return

Picked = Mapping[int, int]
"""Units per line id."""


DELIVERY = "delivery"
"""How delivery stands in the text of a choice, beside the pieces."""


@dataclass(frozen=True, slots=True)
class LineShare:
    """One line with what the customer paid for it, discount included; `tax` is the part of it that came on top.

    `gone` pieces were refunded before: the next piece is worth what is left of the line.
    """

    line: OrderLine
    paid: Money
    tax: Money
    gone: int = 0

    @property
    def each(self) -> Money:
        """The price of one piece as it was shown."""
        return Money(self.line.unit_minor, self.paid.currency)

    @property
    def left(self) -> int:
        """How many pieces were not refunded yet."""
        return max(0, self.line.quantity - self.gone)

    def part(self, units: int) -> Money:
        """What the next `units` pieces cost, so that all of them together cost exactly what was paid."""
        return self.net_part(units) + self.tax_part(units)

    def net_part(self, units: int) -> Money:
        """The same without the tax on top."""
        return self._next(self.paid - self.tax, units)

    def tax_part(self, units: int) -> Money:
        """The tax on top of the next `units` pieces."""
        return self._next(self.tax, units)

    def _next(self, whole: Money, units: int) -> Money:
        return next_pieces(whole, units, of=self.line.quantity, after=self.gone)


@dataclass(frozen=True, slots=True)
class Part:
    """One row of what a refund is for."""

    words: str
    amount: Money


def line_shares(order: Order, gone: Picked | None = None) -> list[LineShare]:
    """What was paid for each line; `gone` are the units per line id that were refunded before."""
    shares = []
    for line in order.lines:
        tax = Money(0 if order.tax_inclusive else line.tax_minor, order.currency)
        paid = Money(line.total_minor - line.discount_minor, order.currency) + tax
        shares.append(LineShare(line, paid, tax, min((gone or {}).get(line.id, 0), line.quantity)))
    return shares


def delivery_paid(order: Order) -> Money:
    """What was paid for delivery, with its tax."""
    return Money(order.shipping_minor, order.currency) + _delivery_tax(order)


def breakdown(order: Order, shares: Sequence[LineShare], picked: Picked, *, with_delivery: bool) -> list[Part]:
    """What a refund of those pieces, and of delivery if it is wanted, is made of: goods, delivery and the tax on both.

    The parts sum to what goes back, and over all pieces to what was paid. Where prices include tax there is no part
    of its own for it.
    """
    parts = []
    taxes = Money(0, order.currency)
    for share in shares:
        units = min(picked.get(share.line.id, 0), share.left)
        if units:
            parts.append(Part(f"{units} × {_title(share.line)}", share.net_part(units)))
            taxes = taxes + share.tax_part(units)
    if taxes:
        parts.append(Part("Tax on the goods", taxes))
    if with_delivery:
        parts.append(Part(f"Delivery: {order.shipping_title}", Money(order.shipping_minor, order.currency)))
        if _delivery_tax(order):
            parts.append(Part("Tax on delivery", _delivery_tax(order)))
    return parts


def worth(parts: Sequence[Part], currency: str) -> Money:
    """What the parts come to."""
    return total((part.amount for part in parts), currency)


def _delivery_tax(order: Order) -> Money:
    on_lines = sum(line.tax_minor for line in order.lines)
    return Money(0 if order.tax_inclusive else order.tax_minor - on_lines, order.currency)


def _title(line: OrderLine) -> str:
    return line.name


def read_picked(order: Order, args: Mapping[str, str]) -> dict[int, int]:
    """The units chosen per line; what is no number counts as none, more than were bought as all of them."""
    return {
        line.id: min(int(typed), line.quantity)
        for line in order.lines
        if (typed := args.get(f"line-{line.id}", "").strip()).isascii() and typed.isdigit() and len(typed) < 7
    }


def write_picked(picked: Picked, *, with_delivery: bool = False) -> str:
    """The choice as one text, such as "12x2,15x1,delivery"."""
    chosen = [f"{line_id}x{units}" for line_id, units in picked.items() if units]
    return ",".join([*chosen, DELIVERY] if with_delivery else chosen)


def picks_delivery(text: str) -> bool:
    """Whether the choice in a text has delivery in it."""
    return DELIVERY in text.split(",")


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
