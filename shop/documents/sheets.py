"""A paper as it is laid out: words, rows and sums already written out. Page and PDF both show nothing but this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_percent

from shop.catalogue.naming import full_name
from shop.dates import format_day
from shop.documents.models import Invoice, InvoiceKind
from shop.documents.rules import recipient
from shop.mail.letterhead import Letterhead
from shop.money import MILLION, Money, format_money
from shop.orders.models import Order, OrderLine

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their heads. The columns from `numbers_from` on are numbers, set to the right."""

    heads: Row
    rows: tuple[Row, ...]
    numbers_from: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper. `totals` are pairs of words and an amount; the last one is the sum of the others."""

    title: str
    name: str
    sender: Row
    recipient_title: str
    recipient: Row
    facts: tuple[tuple[str, str], ...]
    table: Table
    totals: tuple[tuple[str, str], ...]
    taxes: Table | None
    notes: Row

    @property
    def file_name(self) -> str:
        """What a saved PDF is called: a number, and nothing of what was bought."""
        return f"{self.name.lower()}.pdf"


def sheet_of(paper: Invoice, locale: str) -> Sheet:
    """An invoice or a credit note, laid out."""
    if paper.kind is InvoiceKind.INVOICE:
        return _invoice(paper.content, locale)
    return _credit_note(paper.title, paper.content, locale)


def packing_slip(order: Order, letterhead: Letterhead, pieces: Sequence[tuple[OrderLine, int]]) -> Sheet:
    """What is to be in the parcel: things and how many, neither prices nor a word of why they were bought."""
    rows = tuple(
        (_goods(line.title, line.option_value), str(quantity), _articles(line, quantity)) for line, quantity in pieces
    )
    return Sheet(
        title="Packing slip",
        name=f"packing-slip-{order.number}",
        sender=tuple(filter(None, (letterhead.shop_name, letterhead.postal_address, letterhead.contact_email))),
        recipient_title="Goes to",
        recipient=tuple(recipient(order, letterhead.locale)),
        facts=(
            ("Order", order.number),
            ("Ordered on", format_day(order.placed_at, letterhead.locale)),
            ("By", order.shipping_title),
        ),
        table=Table(("Product", "Pieces", "Article"), rows, 3),
        totals=(),
        taxes=None,
        notes=("Is something missing or broken? Write to us and name the order.",),
    )


def _invoice(content: Mapping[str, Any], locale: str) -> Sheet:
    def money(minor: int) -> str:
        return format_money(Money(minor, content["currency"]), locale)

    ordered_on = format_day(content["ordered_on"], locale)
    delivery, is_inclusive = content["delivery"], content["tax_inclusive"]
    totals = [("Goods", money(content["subtotal_minor"]))]
    if content["discount_minor"]:
        totals.append(("Discount", money(-content["discount_minor"])))
    totals.append((f"Delivery: {delivery['title']}", money(delivery["minor"])))
    if not is_inclusive:
        totals.append(("Tax", money(content["tax_minor"])))
    rows = tuple(
        (
            _goods(line["title"], line["option"]),
            str(line["quantity"]),
            _rate(line["tax_rate"], locale),
            money(line["unit_minor"]),
            money(line["total_minor"]),
        )
        for line in content["lines"]
    )
    return Sheet(
        title="Invoice",
        name=content["name"],
        sender=_sender(content["seller"]),
        recipient_title="Bill to",
        recipient=tuple(content["buyer"]),
        facts=_facts(content, locale, ("Order", content["order"]), ("Ordered on", ordered_on)),
        table=Table(("Product", "Pieces", "Tax rate", "Each", "Amount"), rows, 1),
        totals=(*totals, ("Total", money(content["total_minor"]))),
        taxes=_taxes(content, locale),
        notes=_notes(content, "All amounts include tax." if is_inclusive else "Tax is added to the amounts above it."),
    )


def _credit_note(title: str, content: Mapping[str, Any], locale: str) -> Sheet:
    amount = format_money(Money(content["total_minor"], content["currency"]), locale)
    cancels = content.get("cancels", "")
    words = f"Taken back: credit note {cancels}" if cancels else f"Given back of invoice {content['invoice']}"
    sentence = "The refund did not arrive, so its credit note is cancelled and the invoice stands as before."
    return Sheet(
        title=title,
        name=content["name"],
        sender=_sender(content["seller"]),
        recipient_title="To",
        recipient=tuple(content["buyer"]),
        facts=_facts(
            content,
            locale,
            ("Invoice", content["invoice"]),
            ("Invoice of", format_day(content["invoice_issued_on"], locale)),
            ("Order", content["order"]),
        ),
        table=Table(("What", "Amount"), ((words, amount),), 1),
        totals=(("Total taken back" if cancels else "Total given back", amount),),
        taxes=_taxes(content, locale),
        notes=_notes(content, sentence if cancels else "The amount goes back the way it was paid."),
    )


def _sender(seller: Mapping[str, str]) -> Row:
    shop = seller["shop"] if seller["shop"] != seller["name"] else ""
    tax_number = f"Tax number: {seller['tax_number']}" if seller["tax_number"] else ""
    return tuple(filter(None, (seller["name"], shop, seller["address"], seller["email"], tax_number)))


def _facts(content: Mapping[str, Any], locale: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (("Number", content["name"]), ("Date", format_day(content["issued_on"], locale)), *more)


def _notes(content: Mapping[str, Any], sentence: str) -> Row:
    return tuple(filter(None, (sentence, content["seller"]["note"])))


def _taxes(content: Mapping[str, Any], locale: str) -> Table | None:
    def money(minor: int) -> str:
        return format_money(Money(minor, content["currency"]), locale)

    rows = tuple(
        (_rate(row["tax_rate"], locale), money(row["net_minor"]), money(row["tax_minor"]), money(row["gross_minor"]))
        for row in content["taxes"]
    )
    return Table(("Tax rate", "Before tax", "Tax", "With tax"), rows, 1) if rows else None


def _rate(rate: int | None, locale: str) -> str:
    """A rate in millionths as a percentage, with as many decimals as it needs."""
    if rate is None:
        return "mixed"
    return format_percent(rate / MILLION, "#,##0.####%", locale=locale)


def _articles(line: OrderLine, quantity: int) -> str:
    """What is taken off the shelf: the article, or for a bundle its parts with how many of each."""
    if not line.parts:
        return line.sku
    return ", ".join(f"{each * quantity} × {sku}" for sku, each in sorted(line.parts.items()))


def _goods(title: str, option: str) -> str:
    return full_name(title, option)
