"""Papers as pages and as PDF: whose they are, what stands on them, and what does not."""

import re
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.documents import service as documents
from shop.documents.pdf import draw
from shop.documents.pdf_pages import shown
from shop.documents.sheets import packing_slip, sheet_of
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.service import Parcel
from tests.fakes import FakeGateway
from tests.make import NOW, make_order, make_stock
from tests.shop.documents.payers import ME, give_back, paid
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import anybody, merchant, transaction
from tests.shop.payments.conftest import LETTERHEAD, Bench

__all__ = ["anybody", "merchant", "transaction"]
CUSTOMER, SHOP = "/order/token-of-TS-TEST-0001", "/merchant/orders/TS-TEST-0001"


@pytest.fixture
def bench(engine: Engine, gateway: FakeGateway) -> Bench:
    return Bench(engine, gateway)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


def a_sheet(session: Session, **fields: object) -> tuple[Order, bytes]:
    """An order with its invoice as PDF."""
    make_stock(session, "MAT01-CHARCOAL")
    order = make_order(session, **fields)
    paper = documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW)
    return order, draw(sheet_of(paper, "en_US"))


def test_the_customers_link_leads_to_the_invoice_as_page_and_pdf(bench: Bench, client: FlaskClient) -> None:
    paid(bench)

    links = re.findall(r'href="(/order/[^"]+/papers/[^"]+)"', client.get(CUSTOMER).text)
    page, pdf = client.get(links[0]), client.get(links[1])

    assert links == [f"{CUSTOMER}/papers/INV-2026-00001", f"{CUSTOMER}/papers/INV-2026-00001.pdf"]
    for words in ("Test shop", "Pat Example", "INV-2026-00001", "TS-TEST-0001", "$34.00", "$39.00", "June 1, 2026"):
        assert words in page.text
        assert words in text_of(pdf.data)
    assert page.headers["Cache-Control"] == pdf.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == pdf.headers["Referrer-Policy"] == "no-referrer"
    assert pdf.mimetype == "application/pdf"


def test_a_paper_opens_with_its_own_orders_link_only(bench: Bench, client: FlaskClient) -> None:
    paid(bench, "TS-TEST-0001")
    paid(bench, "TS-TEST-0002")

    for path in (
        "/order/token-of-TS-TEST-0002/papers/INV-2026-00001",
        "/order/wrong/papers/INV-2026-00001",
        f"{CUSTOMER}/papers/INV-2026-00002.pdf",
        f"{CUSTOMER}/papers/INV-2026-99999",
        f"{CUSTOMER}/packing-slip",
    ):
        assert client.get(path).status_code == 404, path
    for path in (f"{SHOP}/papers/INV-2026-00001.pdf", f"{SHOP}/packing-slip"):
        assert client.get(path).status_code == 303, path


def test_an_erased_customers_link_opens_no_paper_but_the_shop_has_it(
    bench: Bench, client: FlaskClient, merchant: Browser
) -> None:
    order_id, _ = paid(bench)
    with bench.desk.transaction() as session:
        orders.cancel(session, order_id, actor=ME, now=NOW)
        orders.erase_customer(session, "pat@example.com", NOW)

    assert client.get(f"{CUSTOMER}/papers/INV-2026-00001").status_code == 404
    assert "Pat Example" in merchant.get(f"{SHOP}/papers/INV-2026-00001").text


def test_the_merchant_reaches_every_paper_from_the_order(bench: Bench, merchant: Browser) -> None:
    order_id, _ = paid(bench, quantity=3)
    give_back(bench, order_id, 1000, "form-1")
    with bench.desk.transaction() as session:
        (line,) = orders.get_by_id(session, order_id).lines
        orders.ship(session, order_id, Parcel("Post", pieces={line.id: 2}), actor=ME, now=NOW)

    links = re.findall(rf'href="({SHOP}/pa[^"]+)"', merchant.get(SHOP).text)
    answers = {link: merchant.get(link) for link in links}

    assert len(links) == 8
    assert {answer.status_code for answer in answers.values()} == {200}
    assert "$10.00" in answers[f"{SHOP}/papers/CN-2026-00001"].text
    assert '<td data-label="Pieces">1</td>' in answers[f"{SHOP}/packing-slip"].text
    assert '<td data-label="Pieces">2</td>' in answers[f"{SHOP}/packing-slip?parcel=1"].text
    assert merchant.get(f"{SHOP}/packing-slip?parcel=99").status_code == 404


def test_a_packing_slip_has_no_price_and_no_complaint(bench: Bench, merchant: Browser) -> None:
    paid(bench)

    page = merchant.get(f"{SHOP}/packing-slip").text
    pdf = text_of(merchant.get(f"{SHOP}/packing-slip.pdf").data)

    for text in (page[page.index("<article") : page.index("</article")], pdf):
        assert "Acupressure mat, Charcoal" in text
        assert "Pat Example" in text
        assert not re.search(r"[$€]|\d\.\d\d|price|total|pat@example|back|neck|pain|sleep", text, re.IGNORECASE)


def test_a_packing_slip_names_the_parts_of_a_bundle(session: Session) -> None:
    order, _ = a_sheet(session)
    order.lines[0].parts = {"PIL01": 1, "MAT01-TEAL": 2}

    slip = packing_slip(order, LETTERHEAD, [(order.lines[0], 3)])

    assert slip.table.rows == (("Acupressure mat, Charcoal", "3", "6 × MAT01-TEAL, 3 × PIL01"),)


def test_equal_papers_give_equal_bytes_and_a_neutral_title(session: Session) -> None:
    order, first = a_sheet(session)
    again = draw(sheet_of(documents.papers_of(session, order.id)[0], "en_US"))

    data = PdfReader(BytesIO(first)).metadata

    assert first == again
    assert data is not None
    assert (data.title, data.author) == ("Invoice INV-2026-00001", "Test shop")


def test_a_long_order_goes_on_over_pages_with_its_heads(session: Session) -> None:
    order, _ = a_sheet(session)
    slip = packing_slip(order, LETTERHEAD, [(order.lines[0], 2)] * 90)

    pages = [page.extract_text() for page in PdfReader(BytesIO(draw(slip))).pages]

    assert len(pages) > 1
    assert all("Pieces" in page for page in pages[:-1])
    assert "".join(pages).count("MAT01-CHARCOAL") == 90


def test_names_with_marks_and_signs_are_written_and_never_break_a_paper(session: Session) -> None:
    _, pdf = a_sheet(session, full_name="Łukasz Dvořák & <b>Søn</b>", city="Gdańsk 東京", line1="1 " + "x" * 150)

    text = text_of(pdf)

    assert "Łukasz Dvorák" in text
    assert "& <b>Søn</b>" in text
    assert "??" in text  # what no letter of the font stands for


def test_what_the_font_has_no_letter_for_is_taken_apart(session: Session) -> None:
    a_sheet(session)

    assert shown("Dvořák, Żółć, Ūū, Gdańsk", "Paper") == "Dvorák, Zółć, Uu, Gdansk"


def test_rates_and_amounts_stand_as_the_shops_language_writes_them(app: Flask, session: Session) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    order = make_order(session, tax_inclusive=True, tax_minor=543 + 80, currency="EUR")
    order.lines[0].tax_rate, order.lines[0].tax_minor = 190_000, 543
    paper = documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW)

    sheet = sheet_of(paper, "de_DE")

    assert sheet.taxes is not None
    assert sheet.taxes.rows == (("19%", "32,77\xa0€", "6,23\xa0€", "39,00\xa0€"),)
