"""Invoices and credit notes: one a cause, numbers without gap or double, sums that add up, frozen as they were."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.db import begin_write
from shop.documents import service as documents
from shop.documents.models import InvoiceCounter, InvoiceKind
from shop.gateway import PaymentFacts
from shop.orders import service as orders
from shop.payments import settlement
from tests.fakes import FakeGateway
from tests.make import NOW, make_order, make_stock
from tests.shop.documents.payers import ME, give_back, names, paid, papers, taxed_order
from tests.shop.payments.conftest import LETTERHEAD, Bench


@pytest.fixture
def bench(engine: Engine, gateway: FakeGateway) -> Bench:
    return Bench(engine, gateway)


def settle_and_break_down(bench: Bench, order_id: int, facts: PaymentFacts) -> None:
    """The power goes when the invoice is written and the payment is not committed yet."""
    with bench.desk.transaction() as session:
        settlement.settle(session, order_id, facts, letterhead=LETTERHEAD, now=NOW, actor="provider")
        assert [paper.name for paper in documents.papers_of(session, order_id)] == ["INV-2026-00002"]
        raise RuntimeError


def test_a_payment_writes_one_invoice_with_the_first_number_of_its_year(bench: Bench) -> None:
    order_id, session_id = paid(bench)

    bench.settle(order_id, session_id)

    (invoice,) = papers(bench)
    assert (invoice.kind, invoice.name, invoice.order_id) == (InvoiceKind.INVOICE, "INV-2026-00001", order_id)
    assert invoice.content["total_minor"] == 3900
    assert invoice.content["buyer"] == ["Pat Example", "1 Long Street", "Springfield 12345", "United States"]
    assert invoice.content["seller"]["name"] == "Test shop"
    assert "pat@example.com" not in str(invoice.content)


def test_each_year_and_each_kind_has_numbers_of_its_own(bench: Bench) -> None:
    paid(bench, "TS-TEST-0001")
    order_id, _ = paid(bench, "TS-TEST-0002")
    give_back(bench, order_id, 100, "form-1")
    with bench.desk.transaction() as session:
        later = make_order(session, "TS-TEST-0003")
        documents.write_invoice(session, later, letterhead=LETTERHEAD, now=datetime(2027, 1, 1, tzinfo=UTC))

    assert names(bench) == ["CN-2026-00001", "INV-2026-00001", "INV-2027-00001", "INV-2026-00002"]


def test_a_payment_that_is_rolled_back_leaves_no_gap(bench: Bench) -> None:
    paid(bench, "TS-TEST-0001")
    order_id, session_id = bench.opened("TS-TEST-0002")
    bench.gateway.pay(session_id)

    with pytest.raises(RuntimeError):
        settle_and_break_down(bench, order_id, bench.gateway.sessions[session_id])
    paid(bench, "TS-TEST-0003")
    bench.settle(order_id, session_id)

    assert names(bench) == ["INV-2026-00001", "INV-2026-00002", "INV-2026-00003"]
    assert [paper.content["order"] for paper in papers(bench)] == ["TS-TEST-0001", "TS-TEST-0003", "TS-TEST-0002"]


def test_parallel_payments_leave_neither_gap_nor_double(bench: Bench, engine: Engine) -> None:
    opened = [bench.opened(f"TS-TEST-{place:04d}", available=30) for place in range(1, 13)]
    for _, session_id in opened:
        bench.gateway.pay(session_id)
    start = threading.Barrier(len(opened))
    trouble: list[BaseException] = []

    def settle(order_id: int, session_id: str, *, fails_first: bool) -> None:
        try:
            start.wait(timeout=20)
            for is_lost in (True, False) if fails_first else (False,):
                with Session(engine, expire_on_commit=False) as session:
                    begin_write(session)
                    facts = bench.gateway.sessions[session_id]
                    settlement.settle(session, order_id, facts, letterhead=LETTERHEAD, now=NOW, actor="provider")
                    session.rollback() if is_lost else session.commit()
        except BaseException as error:  # told below: a thread's own error is lost
            trouble.append(error)

    threads = [
        threading.Thread(target=settle, args=pair, kwargs={"fails_first": place % 3 == 0})
        for place, pair in enumerate(opened)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert trouble == []
    assert sorted(paper.number for paper in papers(bench)) == list(range(1, 13))
    assert len({paper.order_id for paper in papers(bench)}) == 12
    with bench.desk.transaction() as session:
        assert session.scalars(select(InvoiceCounter.last)).all() == [12]


def test_peer_13_an_order_that_costs_nothing_gets_its_invoice_and_its_mail(bench: Bench) -> None:
    order_id = bench.order(subtotal_minor=0, shipping_minor=0, total_minor=0)

    with bench.desk.transaction() as session:
        settlement.place_free(session, order_id, letterhead=LETTERHEAD, now=NOW)

    assert names(bench) == ["INV-2026-00001"]
    assert bench.mails() == ["confirmation"]


def test_an_invoice_adds_up_with_rates_discount_and_delivery(session: Session) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    order = taxed_order(session)

    content = documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW).content

    lines = sum(line["total_minor"] - line["discount_minor"] for line in content["lines"])
    assert lines + content["delivery"]["minor"] == content["total_minor"] == 8294
    assert sum(row["gross_minor"] for row in content["taxes"]) == content["total_minor"]
    assert sum(row["tax_minor"] for row in content["taxes"]) == content["tax_minor"] == 1281
    assert all(row["net_minor"] + row["tax_minor"] == row["gross_minor"] for row in content["taxes"])


def test_tax_that_is_added_on_top_is_in_the_total_once(session: Session) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    order = make_order(session, tax_minor=272 + 40, total_minor=3400 + 500 + 312)
    order.lines[0].tax_rate, order.lines[0].tax_minor = 80_000, 272

    content = documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW).content

    assert content["taxes"] == [{"tax_rate": 80_000, "net_minor": 3900, "tax_minor": 312, "gross_minor": 4212}]
    assert content["delivery"]["tax_rate"] == 80_000
    assert content["total_minor"] == 4212


def test_delivery_has_its_own_rate_beside_goods_that_are_taxed_lower(session: Session) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    order = make_order(session, tax_inclusive=True, tax_minor=222 + 95, shipping_minor=595, total_minor=3995)
    order.lines[0].tax_rate, order.lines[0].tax_minor = 70_000, 222

    content = documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW).content

    assert [row["tax_rate"] for row in content["taxes"]] == [70_000, 190_000]


def test_a_discount_that_no_line_names_is_spread_over_the_lines(session: Session) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    order = make_order(session, discount_minor=333, total_minor=3400 - 333 + 500)

    content = documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW).content

    assert content["lines"][0]["discount_minor"] == 333
    assert sum(row["gross_minor"] for row in content["taxes"]) == content["total_minor"]


def test_what_changes_later_changes_no_invoice(session: Session) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    order = make_order(session)
    before = dict(documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW).content)
    order.full_name, order.lines[0].title = "Somebody Else", "Another mat"

    again = documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW + timedelta(days=1))

    assert again.content == before


def test_an_erased_customer_stands_on_the_invoice_until_its_years_are_over(bench: Bench) -> None:
    order_id, _ = paid(bench)
    with bench.desk.transaction() as session:
        orders.cancel(session, order_id, actor=ME, now=NOW)
        orders.erase_customer(session, "pat@example.com", NOW)
        early = documents.blank_old(session, before_year=2026)

    kept = papers(bench)[0].content["buyer"]
    with bench.desk.transaction() as session:
        late = documents.blank_old(session, before_year=2027)
        again = documents.blank_old(session, before_year=2027)

    assert (early, late, again) == (0, 1, 0)
    assert kept[0] == "Pat Example"
    assert papers(bench)[0].content["buyer"] == ["erased"]
    assert papers(bench)[0].content["total_minor"] == 3900
