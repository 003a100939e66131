"""Orders: the list, its JSON, shipping, cancelling, notes and mails; each change with its line in the record."""

import pytest
from sqlalchemy import Engine, select

from shop.audit.models import AuditEvent
from shop.mail.models import OutboxMail
from shop.orders.models import Order
from shop.stock.models import StockLevel
from tests.fakes import FakeGateway
from tests.shop.merchant.browser import EMAIL, Browser
from tests.shop.merchant.conftest import Transaction
from tests.shop.payments.conftest import Bench

PAGE = "/merchant/orders/TS-TEST-0001"


@pytest.fixture
def paid(merchant: Browser, engine: Engine, gateway: FakeGateway) -> Browser:
    """The merchant, and an order over two pieces that is paid: 68.00 for goods, 5.00 for delivery."""
    bench = Bench(engine, gateway)
    order_id, session_id = bench.opened(quantity=2)
    gateway.pay(session_id)
    bench.settle(order_id, session_id)
    return merchant


def audited(transaction: Transaction) -> list[tuple[str, str]]:
    with transaction() as session:
        return [(event.actor, event.action) for event in session.scalars(select(AuditEvent))]


def mail_kinds(transaction: Transaction) -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(OutboxMail.kind).order_by(OutboxMail.id)))


def test_the_list_finds_by_number_address_and_state(paid: Browser) -> None:
    for query in ("", "?q=ts-test", "?q=pat%40", "?state=placed&payment=paid&shipment=unshipped"):
        assert "TS-TEST-0001" in paid.get(f"/merchant/orders{query}").text, query
    for query in ("?q=nobody", "?state=cancelled", "?payment=failed", "?before=1", "?q=%25"):
        assert "TS-TEST-0001" not in paid.get(f"/merchant/orders{query}").text, query


def test_the_list_is_there_for_machines_without_people(paid: Browser) -> None:
    listed = paid.get("/merchant/orders.json")

    assert listed.content_type == "application/json"
    assert listed.headers["Cache-Control"] == "no-store"
    assert listed.json is not None
    (order,) = listed.json["orders"]
    assert (order["number"], order["state"], order["payment_state"]) == ("TS-TEST-0001", "placed", "paid")
    assert (order["total_minor"], order["currency"], order["refunded_minor"]) == (7300, "USD", 0)
    assert order["lines"][0]["sku"] == "MAT01-CHARCOAL"
    assert "pat@example.com" not in listed.text
    assert "Pat Example" not in listed.text


def test_the_page_shows_lines_totals_address_and_history(paid: Browser) -> None:
    page = paid.get(PAGE).text

    for words in (
        "Acupressure mat, Charcoal",
        "$73.00",
        "1 Long Street",
        "Payment</strong>: Paid",
        "Thank you for your",
    ):
        assert words in page
    assert paid.get("/merchant/orders/ts test0001").status_code == 200  # as it is read out on the phone
    assert paid.get("/merchant/orders/TS-0000-0000").status_code == 404


def test_shipping_tells_the_customer_and_ends_the_order(paid: Browser, transaction: Transaction) -> None:
    answer = paid.post(f"{PAGE}/ship", {"carrier": "Parcel Co", "tracking_number": "PC 123 456"})

    assert answer.status_code == 303
    page = paid.get(PAGE).text
    assert "PC123456" in page
    assert "Completed" in page
    assert mail_kinds(transaction) == ["confirmation", "shipped"]
    assert audited(transaction) == [(f"merchant:{EMAIL}", "order.shipped")]


def test_shipping_needs_a_carrier_and_happens_once(paid: Browser, transaction: Transaction) -> None:
    nobody = paid.post(f"{PAGE}/ship", {"carrier": "", "tracking_number": "1"})
    too_long = paid.post(f"{PAGE}/ship", {"carrier": "x" * 61})
    paid.post(f"{PAGE}/ship", {"carrier": "Parcel Co"})
    again = paid.post(f"{PAGE}/ship", {"carrier": "Parcel Co"})

    assert [nobody.status_code, too_long.status_code, again.status_code] == [422, 422, 409]
    assert "Say who carries the parcel." in nobody.text
    assert mail_kinds(transaction).count("shipped") == 1


def test_cancelling_puts_the_goods_back(paid: Browser, transaction: Transaction) -> None:
    paid.post(f"{PAGE}/cancel", {"reason": "Sold out at the maker"})

    with transaction() as session:
        assert session.get_one(StockLevel, "MAT01-CHARCOAL").available == 10
    assert "Cancelled" in paid.get(PAGE).text
    assert audited(transaction)[-1][1] == "order.cancelled"
    assert paid.post(f"{PAGE}/cancel", {"reason": "Sold out at the maker"}).status_code == 409


def test_an_order_that_waits_for_its_payment_is_not_cancelled_by_hand(
    merchant: Browser, engine: Engine, gateway: FakeGateway, transaction: Transaction
) -> None:
    Bench(engine, gateway).opened()

    answer = merchant.post(f"{PAGE}/cancel", {"reason": "Sold out at the maker"})

    assert answer.status_code == 409
    assert "still waits for its payment" in answer.text
    assert mail_kinds(transaction) == []
    with transaction() as session:
        assert session.scalars(select(Order.state)).one() == "pending"


def test_a_note_is_kept_and_shown_as_text(paid: Browser, transaction: Transaction) -> None:
    paid.post(f"{PAGE}/note", {"note": "<b>rang</b>, wants it on Monday"})

    assert "&lt;b&gt;rang&lt;/b&gt;, wants it on Monday" in paid.get(PAGE).text
    assert audited(transaction)[-1][1] == "order.noted"
    assert paid.post(f"{PAGE}/note", {"note": " "}).status_code == 422


def test_a_mail_is_sent_once_more(paid: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        mail = session.scalars(select(OutboxMail)).one()
        mail_id, mail.sent_at = mail.id, mail.created_at

    paid.post(f"{PAGE}/mails/{mail_id}/again")

    assert mail_kinds(transaction) == ["confirmation", "confirmation"]
    assert paid.post(f"{PAGE}/mails/999/again").status_code == 404


def test_a_payment_that_needs_attention_is_on_the_first_page(paid: Browser, transaction: Transaction) -> None:
    with transaction() as session:
        session.scalars(select(Order)).one().payment_state = "needs_attention"

    assert "Payments need your attention: 1" in paid.get("/merchant").text
    assert "This payment needs your attention" in paid.get(PAGE).text
