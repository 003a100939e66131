"""Credit notes: one a refund, what was invoiced and no more, split over the tax rates to the last cent."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.documents import service as documents
from shop.documents.models import InvoiceKind
from shop.documents.sheets import sheet_of
from shop.money import Money
from shop.orders import service as orders
from shop.orders.models import Order
from shop.payments import refunding
from shop.payments.models import Refund
from shop.payments.states import RefundState
from tests.fakes import FakeGateway
from tests.make import NOW, make_order, make_stock
from tests.shop.documents.payers import ME, give_back, names, paid, papers, taxed_order
from tests.shop.payments.conftest import LETTERHEAD, Bench


@pytest.fixture
def bench(engine: Engine, gateway: FakeGateway) -> Bench:
    return Bench(engine, gateway)


def test_credit_notes_take_what_is_left_to_the_last_cent(bench: Bench) -> None:
    with bench.desk.transaction() as session:
        make_stock(session, "MAT01-CHARCOAL")
        order = taxed_order(session)
        invoice = documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW).content
    kept, notes = invoice["total_minor"], []
    amounts = (333, 1000, 1, 2500, invoice["total_minor"] - 3834)
    with bench.desk.transaction() as session:
        order = orders.get_by_id(session, order.id)
        for place, minor in enumerate(amounts, start=1):
            kept -= minor
            refund = went(session, order, place, minor)
            note = documents.write_credit_note(
                session, order, refund, kept=Money(kept, "USD"), letterhead=LETTERHEAD, now=NOW
            )
            assert note is not None
            notes.append(note.content)

    assert [note["total_minor"] for note in notes] == list(amounts)
    for rate in {row["tax_rate"] for row in invoice["taxes"]}:
        for field in ("net_minor", "tax_minor", "gross_minor"):
            given = sum(row[field] for note in notes for row in note["taxes"] if row["tax_rate"] == rate)
            assert given == next(row[field] for row in invoice["taxes"] if row["tax_rate"] == rate)


def test_pieces_that_went_back_take_back_the_tax_of_their_own_line(session: Session) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    order = taxed_order(session)
    documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW)
    booklet, kept = order.lines[1], Money(order.total_minor - 1000, "USD")

    refund = went(session, order, 1, 1000, {str(booklet.id): 1})
    note = documents.write_credit_note(session, order, refund, kept=kept, letterhead=LETTERHEAD, now=NOW)

    assert note is not None
    assert note.content["taxes"] == [{"tax_rate": 70_000, "net_minor": 935, "tax_minor": 65, "gross_minor": 1000}]
    assert note.content["pieces"] == {"BOOK": 1}


def went(session: Session, order: Order, place: int, minor: int, pieces: dict[str, int] | None = None) -> Refund:
    """A refund that went through, for these pieces per line id or for none."""
    refund = Refund(
        order_id=order.id,
        payment_intent="pi_1",
        amount_minor=minor,
        currency=order.currency,
        reason="a dent",
        state=RefundState.SUCCEEDED,
        form_token=f"form-{place}",
        pieces=pieces or {},
        actor=ME,
        created_at=NOW,
    )
    session.add(refund)
    session.flush()
    return refund


def test_a_refund_has_one_credit_note_however_often_it_is_settled(bench: Bench) -> None:
    order_id, _ = paid(bench)

    give_back(bench, order_id, 1000, "form-1")
    refunding.catch_up_payment(bench.desk, next(iter(bench.gateway.refunds.values())).payment_intent, now=NOW)

    notes = [paper for paper in papers(bench) if paper.kind is InvoiceKind.CREDIT_NOTE]
    assert [(note.name, note.content["total_minor"], note.content["invoice"]) for note in notes] == [
        ("CN-2026-00001", 1000, "INV-2026-00001")
    ]
    assert "a dent" not in str(notes[0].content)


def test_a_refund_that_the_provider_took_back_cancels_its_credit_note_and_one_made_anew_has_its_own(
    bench: Bench,
) -> None:
    order_id, _ = paid(bench)
    give_back(bench, order_id, 500, "form-1")
    (provider_id,) = bench.gateway.refunds
    bench.gateway.end_refund(provider_id, "failed")
    for _ in range(2):
        refunding.catch_up_payment(bench.desk, bench.gateway.refunds[provider_id].payment_intent, now=NOW)

    give_back(bench, order_id, 500, "form-2")

    first, counterpart, second, _invoice = papers(bench)
    assert names(bench) == ["CN-2026-00001", "CN-2026-00002", "CN-2026-00003", "INV-2026-00001"]
    assert [paper.title for paper in (first, counterpart)] == ["Credit note", "Cancelled credit note"]
    assert counterpart.content["cancels"] == first.name
    assert [paper.content["total_minor"] for paper in (first, counterpart, second)] == [500, -500, 500]
    assert first.content["taxes"] == second.content["taxes"]
    sheet = sheet_of(counterpart, "en_US")
    assert sheet.table.rows == (("Taken back: credit note CN-2026-00001", "−$5.00"),)


@pytest.mark.parametrize(
    ("kept", "expected"), [(4900, None), (3900, None), (3800, 100), (2900, 1000), (0, 1000)], ids=str
)
def test_money_that_was_never_invoiced_goes_back_without_a_note(
    session: Session, kept: int, expected: int | None
) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    order = make_order(session)
    documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW)

    refund = went(session, order, 1, 1000)
    note = documents.write_credit_note(session, order, refund, kept=Money(kept, "USD"), letterhead=LETTERHEAD, now=NOW)

    assert (note.content["total_minor"] if note else None) == expected
