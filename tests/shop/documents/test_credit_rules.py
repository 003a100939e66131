"""What a credit note takes back of which tax: the goods' own, and over all notes exactly what was invoiced."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given as cases
from hypothesis import settings
from hypothesis import strategies as st

from shop.documents.credit_rules import SUMS, Given, cancellation_content, credit_content
from shop.documents.rules import taxes_by_rate
from shop.money import Money

Paper = Mapping[str, Any]
GOODS = ("MAT", "BOOK", "OIL")


def invoice_of(*, is_inclusive: bool) -> dict[str, Any]:
    """Three mats at 20 %, two books at 7 %, oil at 20 % that was given away; delivery with tax of both rates."""
    lines = [_line("MAT", 3, 10001, 200_000, 1667), _line("BOOK", 2, 1999, 70_000, 131), _line("OIL", 1, 0, 200_000, 0)]
    delivery = {"minor": 595, "tax_minor": 88, "tax_rate": None}
    taxed = [(line["tax_rate"], line["total_minor"] - line["discount_minor"], line["tax_minor"]) for line in lines]
    taxes = taxes_by_rate([*taxed, (None, 595, 88)], is_inclusive=is_inclusive)
    return {
        "name": "INV-2026-00001",
        "issued_on": "2026-03-02",
        "buyer": ["A. Buyer"],
        "currency": "USD",
        "tax_inclusive": is_inclusive,
        "lines": lines,
        "delivery": delivery,
        "taxes": taxes,
        "total_minor": sum(row["gross_minor"] for row in taxes),
    }


def _line(sku: str, quantity: int, paid: int, rate: int, tax: int) -> dict[str, Any]:
    return {
        "sku": sku,
        "quantity": quantity,
        "total_minor": paid + 100,
        "discount_minor": 100,
        "tax_rate": rate,
        "tax_minor": tax,
    }


def credit(
    invoice: Paper, earlier: list[Paper], minor: int, pieces: Mapping[str, int], *, delivery: bool = False
) -> Paper:
    given = Given(Money(minor, "USD"), pieces, delivery)
    return credit_content(invoice, earlier, given, {"name": f"CN-2026-{len(earlier) + 1:05d}"})


def rates(note: Paper) -> dict[int | None, tuple[int, int]]:
    """Tax and gross by rate."""
    return {row["tax_rate"]: (row["tax_minor"], row["gross_minor"]) for row in note["taxes"]}


def test_goods_of_one_rate_take_back_no_tax_of_another() -> None:
    invoice = invoice_of(is_inclusive=True)

    book = credit(invoice, [], 1000, {"BOOK": 1})
    mats = credit(invoice, [book], 6668, {"MAT": 2})

    assert rates(book) == {70_000: (66, 1000)}
    assert rates(mats) == {200_000: (1112, 6668)}


def test_tax_on_top_of_the_pieces_is_their_lines_to_the_last_cent() -> None:
    invoice, notes = invoice_of(is_inclusive=False), list[Paper]()

    for gross in (3334 + 556, 3334 + 556, 3333 + 555):
        notes.append(credit(invoice, notes, gross, {"MAT": 1}))

    assert [rates(note) for note in notes] == [
        {200_000: (556, 3890)},
        {200_000: (556, 3890)},
        {200_000: (555, 3888)},
    ]


def test_delivery_takes_back_its_own_tax_and_does_so_once() -> None:
    invoice = invoice_of(is_inclusive=False)

    first = credit(invoice, [], 683, {}, delivery=True)
    second = credit(invoice, [first], 100, {}, delivery=True)

    assert rates(first) == {None: (88, 683)}
    assert None not in rates(second)


def test_pieces_that_came_back_worn_are_credited_at_their_own_rate() -> None:
    note = credit(invoice_of(is_inclusive=True), [], 500, {"BOOK": 1})

    assert rates(note) == {70_000: (33, 500)}


def test_refunds_that_go_through_in_another_order_move_no_cent_to_another_rate() -> None:
    invoice = invoice_of(is_inclusive=True)

    second = credit(invoice, [], 3334 + 3333, {"MAT": 2})  # worked out as the second and third mat
    first = credit(invoice, [second], 3334, {"MAT": 1})

    assert rates(second).keys() == rates(first).keys() == {200_000}
    assert [sum(each) for each in zip(rates(second)[200_000], rates(first)[200_000], strict=True)] == [1667, 10001]


def test_what_is_given_on_top_of_the_pieces_is_spread_over_what_is_left() -> None:
    note = credit(invoice_of(is_inclusive=True), [], 1300, {"BOOK": 1})

    assert {rate: gross for rate, (_, gross) in rates(note).items()} == {70_000: 1026, 200_000: 259, None: 15}


def test_a_cancelled_note_makes_its_pieces_the_next_ones_again() -> None:
    invoice = invoice_of(is_inclusive=True)
    first = credit(invoice, [], 1000, {"BOOK": 1}, delivery=False)
    counterpart = cancellation_content(first | {"buyer": []}, {"name": "CN-2026-00002"})

    again = credit(invoice, [first, counterpart], 1000, {"BOOK": 1})

    assert rates(again) == rates(first)


def test_a_paper_from_before_says_no_pieces_and_what_it_took_is_not_taken_twice() -> None:
    invoice = invoice_of(is_inclusive=True)
    old = {**credit(invoice, [], 1900, {"BOOK": 2})}
    del old["pieces"], old["deliveries"]

    note = credit(invoice, [old], 999, {"BOOK": 1})

    assert rates(note)[70_000] == (131 - rates(old)[70_000][0], 99)


@settings(max_examples=150, deadline=None)
@cases(
    st.booleans(),
    st.lists(
        st.tuples(st.integers(1, 9000), st.dictionaries(st.sampled_from(GOODS), st.integers(1, 4)), st.booleans()),
        max_size=6,
    ),
)
def test_whatever_went_back_in_whatever_order_all_of_it_is_what_was_invoiced(
    is_inclusive: bool, refunds: list[tuple[int, dict[str, int], bool]]
) -> None:
    invoice, notes = invoice_of(is_inclusive=is_inclusive), list[Paper]()
    left = invoice["total_minor"]

    for minor, pieces, delivery in [*refunds, (left, {}, False)]:
        if amount := min(minor, left):
            notes.append(credit(invoice, notes, amount, pieces, delivery=delivery))
            left -= amount

    for asked in invoice["taxes"]:
        parts = [row for note in notes for row in note["taxes"] if row["tax_rate"] == asked["tax_rate"]]
        assert {name: sum(row[name] for row in parts) for name in SUMS} == {name: asked[name] for name in SUMS}
        assert all(row[name] >= 0 for row in parts for name in SUMS)
    assert [sum(row["gross_minor"] for row in note["taxes"]) for note in notes] == [n["total_minor"] for n in notes]
