"""What stands on a credit note: of what went back the tax that was on it, and never more than the invoice asked for.

No database, no clock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shop.documents.rules import Content, taxes_by_rate
from shop.money import Money, divide_half_up, next_pieces, split

SUMS = ("net_minor", "tax_minor", "gross_minor")


@dataclass(frozen=True, slots=True)
class Given:
    """What went back: the amount, and what it was for: pieces by SKU, delivery, or neither where it was goodwill."""

    amount: Money
    pieces: Mapping[str, int]
    with_delivery: bool = False


def credit_content(
    invoice: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]], given: Given, head: Content
) -> Content:
    """What a credit note says. `head` is `head_of`'s, `earlier` what the notes before it say.

    Pieces take back their line's own tax, so that all of a line's pieces take back all of it; what is for no piece is
    split over the tax rates by what is left of each. The last note takes exactly what the earlier ones left.
    """
    goods = _still_credited(invoice, given, earlier)
    own, left = _own_taxes(invoice, goods, _credited(earlier)), _left(invoice, earlier)
    taxes = _allot(given.amount, own, left, rounding=sum(goods.pieces.values()))
    return head | {
        "buyer": invoice["buyer"],
        "invoice": invoice["name"],
        "invoice_issued_on": invoice["issued_on"],
        "pieces": goods.pieces,
        "deliveries": int(goods.with_delivery),
        "taxes": taxes,
        "tax_minor": sum(row["tax_minor"] for row in taxes),
        "total_minor": given.amount.minor,
    }


def cancellation_content(note: Mapping[str, Any], head: Content) -> Content:
    """What the counterpart of a credit note says: the same sums with a minus, so that both together are nothing."""
    return head | {
        "buyer": note["buyer"],
        "invoice": note["invoice"],
        "invoice_issued_on": note["invoice_issued_on"],
        "cancels": note["name"],
        "pieces": {sku: -units for sku, units in note.get("pieces", {}).items()},
        "deliveries": -note.get("deliveries", 0),
        "taxes": [{**row, **{name: -row[name] for name in SUMS}} for row in note["taxes"]],
        "tax_minor": -note["tax_minor"],
        "total_minor": -note["total_minor"],
    }


def amount_to_credit(invoice: Mapping[str, Any], credited: int, refunded: int, kept: int) -> int:
    """Minor units that a credit note over a refund has to say; 0 when there is nothing to credit.

    `kept` is the money the shop has left of the order, `credited` what earlier notes say. Money that was never
    invoiced (paid twice, paid too much) goes back without a note: the invoice stands.
    """
    uncredited = int(invoice["total_minor"]) - credited
    return max(0, min(refunded, uncredited - kept, uncredited))


def total_of(notes: Sequence[Mapping[str, Any]]) -> int:
    """Minor units that these credit notes say together."""
    return sum(int(note["total_minor"]) for note in notes)


def _left(invoice: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]]) -> list[Content]:
    """One row a rate of what the earlier notes left of the invoice, where they left anything."""
    return _minus(invoice["taxes"], [row for note in earlier for row in note["taxes"]])


def _own_taxes(invoice: Mapping[str, Any], goods: Given, credited: Mapping[str, int]) -> list[Content]:
    """One row a rate of what was invoiced for these pieces, the next ones of their lines, and for delivery."""
    currency, taxed = invoice["currency"], []
    for line in invoice["lines"]:
        sku, paid = line["sku"], line["total_minor"] - line["discount_minor"]
        amount, tax = (
            next_pieces(Money(minor, currency), goods.pieces.get(sku, 0), of=line["quantity"], after=credited[sku])
            for minor in (paid, line["tax_minor"])
        )
        taxed.append((line["tax_rate"], amount.minor, tax.minor))
    if goods.with_delivery:
        delivery = invoice["delivery"]
        taxed.append((delivery["tax_rate"], delivery["minor"], delivery["tax_minor"]))
    return taxes_by_rate(taxed, is_inclusive=invoice["tax_inclusive"])


def _still_credited(invoice: Mapping[str, Any], given: Given, earlier: Sequence[Mapping[str, Any]]) -> Given:
    """The same amount, for no piece and no delivery that an earlier note was for."""
    credited, deliveries = _credited(earlier), sum(note.get("deliveries", 0) for note in earlier)
    left = {line["sku"]: line["quantity"] - credited[line["sku"]] for line in invoice["lines"]}
    pieces = {sku: min(units, left.get(sku, 0)) for sku, units in given.pieces.items()}
    wanted = {sku: units for sku, units in pieces.items() if units > 0}
    return Given(given.amount, wanted, given.with_delivery and not deliveries)


def _credited(earlier: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Pieces by SKU that the earlier notes were for; the first papers of a shop may not say."""
    credited = Counter[str]()
    for note in earlier:
        credited.update(note.get("pieces", {}))
    return credited


def _allot(amount: Money, own: Sequence[Content], left: Sequence[Content], *, rounding: int) -> list[Content]:
    """`amount` over the rates: first over those of what it is for, and what is above that over all that is left.

    Up to `rounding` minor units above stay at their rates where they fit: a line's pieces differ by one, and refunds
    may go through in another order than they were worked out in.
    """
    own = _capped(own, left)
    on_own = Money(min(amount.minor, sum(row["gross_minor"] for row in own)), amount.currency)
    parts = _spread(on_own, own)
    above, rest = amount - on_own, _minus(left, parts)
    near = [row for row in rest if any(row["tax_rate"] == each["tax_rate"] for each in own)]
    is_rounding = above.minor <= min(rounding, sum(row["gross_minor"] for row in near))
    parts += _spread(above, near if is_rounding else rest)
    return taxes_by_rate([(row["tax_rate"], row["gross_minor"], row["tax_minor"]) for row in parts], is_inclusive=True)


def _spread(amount: Money, rows: Sequence[Content]) -> list[Content]:
    if not amount:
        return []
    parts = split(amount, [row["gross_minor"] for row in rows])
    return [_part(row, part.minor) for row, part in zip(rows, parts, strict=True) if part.minor]


def _part(row: Mapping[str, Any], gross: int) -> Content:
    """A part of what stands at one rate; the whole of it takes the whole tax."""
    return _row(row["tax_rate"], gross, divide_half_up(row["tax_minor"] * gross, row["gross_minor"]))


def _capped(rows: Iterable[Content], left: Iterable[Content]) -> list[Content]:
    """Of each rate no more than is left of it, in tax and without."""
    most = {row["tax_rate"]: row for row in left}
    capped = []
    for row in rows:
        if (known := most.get(row["tax_rate"])) is not None:
            gross = min(row["gross_minor"], known["gross_minor"])
            tax = max(gross - known["net_minor"], min(row["tax_minor"], known["tax_minor"]))
            capped.append(_row(row["tax_rate"], gross, tax))
    return capped


def _minus(rows: Iterable[Content], taken: Iterable[Content]) -> list[Content]:
    left = {row["tax_rate"]: dict(row) for row in rows}
    for row in taken:
        for name in SUMS:
            left[row["tax_rate"]][name] -= row[name]
    return [row for row in left.values() if row["gross_minor"] > 0]


def _row(rate: int | None, gross: int, tax: int) -> Content:
    return {"tax_rate": rate, "net_minor": gross - tax, "tax_minor": tax, "gross_minor": gross}
