"""What stands on an invoice, in whole minor units that add up. No database, no clock."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shop.documents.models import InvoiceKind
from shop.mail.letterhead import Letterhead
from shop.money import Money, split, tax_on, tax_within
from shop.orders.models import Order, OrderLine
from shop.pricing.countries import country_name

PREFIX = {InvoiceKind.INVOICE: "INV", InvoiceKind.CREDIT_NOTE: "CN"}
Content = dict[str, Any]
ROUND_RATES = range(5_000, 300_000, 5_000)
"""Half per cents, in millionths."""


def name_of(kind: InvoiceKind, year: int, number: int) -> str:
    """The number as it stands on the paper, such as "INV-2026-00001"."""
    return f"{PREFIX[kind]}-{year}-{number:05d}"


def invoice_content(order: Order, letterhead: Letterhead, name: str, now: datetime) -> Content:
    """Everything an invoice says. Total = the lines less their discounts, delivery and the tax added on top."""
    discounts = _discounts(order)
    delivery_tax = order.tax_minor - sum(line.tax_minor for line in order.lines)
    delivery = {
        "title": order.shipping_title,
        "minor": order.shipping_minor,
        "tax_minor": delivery_tax,
        "tax_rate": _delivery_rate(order, delivery_tax),
    }
    lines = [_line(line, discount) for line, discount in zip(order.lines, discounts, strict=True)]
    taxed = [(line["tax_rate"], line["total_minor"] - line["discount_minor"], line["tax_minor"]) for line in lines]
    taxed.append((delivery["tax_rate"], order.shipping_minor, delivery_tax))
    return head_of(order, letterhead, name, now) | {
        "buyer": recipient(order, letterhead.locale),
        "ordered_on": f"{order.placed_at:%Y-%m-%d}",
        "lines": lines,
        "subtotal_minor": order.subtotal_minor,
        "discount_minor": order.discount_minor,
        "delivery": delivery,
        "taxes": taxes_by_rate(taxed, is_inclusive=order.tax_inclusive),
        "tax_minor": order.tax_minor,
        "total_minor": order.total_minor,
    }


def head_of(order: Order, letterhead: Letterhead, name: str, now: datetime) -> Content:
    """What every paper begins with: its name and day, the order, and who sells."""
    return {
        "version": 1,
        "name": name,
        "issued_on": f"{now:%Y-%m-%d}",
        "order": order.number,
        "currency": order.currency,
        "tax_inclusive": order.tax_inclusive,
        "seller": {
            "shop": letterhead.shop_name,
            "name": letterhead.legal_name or letterhead.shop_name,
            "address": letterhead.postal_address,
            "email": letterhead.contact_email,
            "tax_number": letterhead.tax_number,
            "note": letterhead.invoice_note,
        },
    }


def recipient(order: Order, locale: str) -> list[str]:
    """Name and address; the e-mail address and the telephone number are not the paper's business."""
    country = country_name(order.country, locale)
    return [row for row in (order.full_name, order.line1, order.line2, order.town_line, country) if row]


def _line(line: OrderLine, discount: int) -> Content:
    return {
        "sku": line.sku,
        "title": line.title,
        "option": line.option_value,
        "quantity": line.quantity,
        "unit_minor": line.unit_minor,
        "total_minor": line.total_minor,
        "discount_minor": discount,
        "tax_rate": line.tax_rate,
        "tax_minor": line.tax_minor,
    }


def _discounts(order: Order) -> list[int]:
    """Each line's share of the discount; what no line names is spread over them by their totals."""
    shares = [line.discount_minor for line in order.lines]
    rest = Money(order.discount_minor - sum(shares), order.currency)
    weights = [line.total_minor - share for line, share in zip(order.lines, shares, strict=True)]
    if rest.minor <= 0 or sum(weights) <= 0:
        return shares
    return [share + part.minor for share, part in zip(shares, split(rest, weights), strict=True)]


def _delivery_rate(order: Order, tax: int) -> int | None:
    """The rate that delivery was taxed at: the lines' rate that gives its tax; None when none does (a mixture).

    Where prices contain the tax and all goods are taxed lower, it is the one round rate that gives it, if one does.
    """
    if not tax:
        return 0
    of, amount = tax_within if order.tax_inclusive else tax_on, Money(order.shipping_minor, order.currency)
    found = next((line.tax_rate for line in order.lines if of(amount, line.tax_rate).minor == tax), None)
    if found is not None or not order.tax_inclusive:
        return found
    round_ones = [rate for rate in ROUND_RATES if tax_within(amount, rate).minor == tax]
    return round_ones[0] if len(round_ones) == 1 else None


def taxes_by_rate(taxed: Iterable[tuple[int | None, int, int]], *, is_inclusive: bool) -> list[Content]:
    """One row a rate: net, tax and both together, out of (rate, amount, tax); the amount is with its tax or without."""
    rows: dict[int | None, Content] = {}
    for rate, amount, tax in taxed:
        if not amount and not tax:
            continue
        row = rows.setdefault(rate, {"tax_rate": rate, "net_minor": 0, "tax_minor": 0, "gross_minor": 0})
        net = amount - tax if is_inclusive else amount
        for name, minor in (("net_minor", net), ("tax_minor", tax), ("gross_minor", net + tax)):
            row[name] += minor
    return sorted(rows.values(), key=lambda row: -1 if row["tax_rate"] is None else row["tax_rate"])


def blanked(content: Mapping[str, Any], word: str) -> Content:
    """The content after the years of keeping: the sums, and nobody's name."""
    return {**content, "buyer": [word]}
