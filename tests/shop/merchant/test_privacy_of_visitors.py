"""What is kept of somebody who bought nothing yet, and of papers: copied, and erased where the law allows it."""

from sqlalchemy import select

from shop.back_in_stock.models import StockWish
from shop.documents import service as documents
from shop.mail import service as outbox
from shop.mail.models import OutboxMail
from shop.mail.service import Letter
from shop.orders.states import OrderState
from tests.make import NOW, make_order
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import Transaction
from tests.shop.payments.conftest import LETTERHEAD

EMAIL = "pat@example.com"


def make_visitor(transaction: Transaction) -> None:
    """Waits for a mat, and has a cart in the mail."""
    with transaction() as session:
        wish = {"email": EMAIL, "sku": "MAT01-TEAL", "consent_text": "Yes", "requested_at": NOW}
        session.add(StockWish(**wish))
        outbox.enqueue(session, Letter("saved:1", "saved_cart", EMAIL, "Your cart", "A mat"), now=NOW)


def test_a_visitor_who_bought_nothing_gets_a_copy_too(merchant: Browser, transaction: Transaction) -> None:
    make_visitor(transaction)

    page = merchant.post("/merchant/privacy", {"email": EMAIL}).text
    copy = merchant.post("/merchant/privacy/export.json", {"email": EMAIL}).json

    assert "2 mails asked for once" in page
    assert "Download a copy" in page
    assert copy is not None
    assert [wish["sku"] for wish in copy["waits_for"]] == ["MAT01-TEAL"]
    assert [mail["kind"] for mail in copy["asked_mails"]] == ["saved_cart"]


def test_erasing_leaves_nothing_of_such_a_visitor(merchant: Browser, transaction: Transaction) -> None:
    make_visitor(transaction)

    merchant.post("/merchant/privacy/erase", {"email": EMAIL})

    with transaction() as session:
        assert session.scalars(select(StockWish)).all() == []
        assert session.scalars(select(OutboxMail)).all() == []


def test_papers_are_copied_and_stay_and_the_page_says_so(merchant: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        order = make_order(session, state=OrderState.CANCELLED)
        documents.write_invoice(session, order, letterhead=LETTERHEAD, now=NOW)

    copy = merchant.post("/merchant/privacy/export.json", {"email": EMAIL}).json
    erased = merchant.post("/merchant/privacy/erase", {"email": EMAIL}).text

    assert copy is not None
    assert [paper["name"] for paper in copy["papers"]] == ["INV-2026-00001"]
    assert "Invoices and credit notes keep name and address" in erased
    with transaction() as session:
        assert documents.papers_of(session, order.id)[0].content["buyer"][0] == "Pat Example"
