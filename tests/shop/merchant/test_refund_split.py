"""What a refund is made of, to the cent: pieces, tax, delivery and its tax; goodwill; and refunds that fail."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from demo.stripe_server import InProcessStripe, StripeServer
from shop.clock import utc_now
from shop.orders.models import Order, OrderLine
from shop.payments import flow
from shop.payments.adapter import StripeGateway
from shop.payments.models import Refund
from tests.fakes import SECRET
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import Transaction
from tests.shop.merchant.test_order_pages import mail_kinds
from tests.shop.payments.conftest import Bench
from tests.shop.payments.providers import config

PAGE = "/merchant/orders/TS-TEST-0001"
REFUND = f"{PAGE}/refund"
MONEY = 'class="ts-form" method="post"'
TAX_OF_LINE, TAX = 850, 892  # three pieces of 34.00 and delivery of 5.00, tax on both on top


@pytest.fixture
def server() -> StripeServer:
    return StripeServer(webhook_secret=SECRET)


@pytest.fixture
def gateway(server: StripeServer) -> StripeGateway:
    """The strict stand-in behind the real adapter."""
    return StripeGateway(config(), http_client=lambda: InProcessStripe(server))


@pytest.fixture
def paid(merchant: Browser, engine: Engine, gateway: StripeGateway, server: StripeServer) -> Browser:
    """An order over 115.92 that is paid: three pieces 102.00, delivery 5.00, tax 8.50 and 0.42."""
    bench = Bench(engine, gateway)
    order_id = bench.order(quantity=3, tax_minor=TAX, total_minor=10700 + TAX, placed_at=utc_now())
    with bench.desk.transaction() as session:
        session.execute(update(OrderLine).values(tax_minor=TAX_OF_LINE))
    request = bench.prepared_for(order_id, now=utc_now())
    server.act("pay", session=flow.open_page(bench.desk, request).session_id)
    assert flow.look_again(bench.desk, order_id, now=utc_now()).value == "placed"
    return merchant


def proposal(paid: Browser, query: str) -> tuple[str, list[tuple[str, str]]]:
    """(the amount proposed, what it is made of)."""
    text = paid.get(REFUND + query).text
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td[^>]*>(?:<strong>)?(.*?)<', text)
    return str(paid.form(REFUND + query, MONEY)["amount"]), [(unescape(words), amount) for words, amount in rows]


def send(paid: Browser, query: str = "", **changes: Any) -> int:
    form = {**paid.form(REFUND + query, MONEY), "reason": "came late", **changes}
    return paid.client.post(f"{REFUND}/send", data=form).status_code


def refunds(transaction: Transaction) -> list[tuple[int, str, str]]:
    with transaction() as session:
        found = session.scalars(select(Refund).order_by(Refund.id))
        return [(refund.amount_minor, refund.state.value, refund.reason) for refund in found]


def sent_there(server: StripeServer) -> list[int]:
    return [row["amount"] for row in server.ledger()["refunds"] if row["status"] != "failed"]


def test_peer_11_the_form_proposes_the_exact_split_with_shipping_and_its_tax(paid: Browser) -> None:
    amount, rows = proposal(paid, "?line-1=2&delivery=y")

    assert amount == "79.09"
    assert rows == [
        ("2 × Acupressure mat, Charcoal", "$68.00"), ("Tax on the goods", "$5.67"),
        ("Delivery: Standard shipping", "$5.00"), ("Tax on delivery", "$0.42"), ("Together", "$79.09"),
    ]  # fmt: skip


def test_peer_11_pieces_sent_back_one_by_one_come_to_what_was_paid_exactly(
    paid: Browser, server: StripeServer, transaction: Transaction
) -> None:
    proposed = []
    for query in ("?line-1=1", "?line-1=1", "?line-1=1", "?delivery=y"):
        proposed.append(proposal(paid, query)[0])
        assert send(paid, query) == 303

    assert proposed == ["36.84", "36.83", "36.83", "5.42"]
    assert sum(sent_there(server)) == 10700 + TAX
    assert send(paid, amount="0.01") == 422
    assert mail_kinds(transaction).count("refunded") == 4


def test_peer_11_a_failed_refund_changes_nothing_and_can_be_tried_again(
    paid: Browser, server: StripeServer, transaction: Transaction
) -> None:
    server.add_fault(kind="error", status=402, path="/v1/refunds", times=1)
    refused = send(paid, "?line-1=1")
    before, kinds = refunds(transaction), mail_kinds(transaction)

    again = send(paid, "?line-1=1")

    assert refused == 409
    assert [state for _, state, _ in before] == ["failed"]
    assert "refunded" not in kinds
    assert again == 303
    assert sent_there(server) == [3684]
    assert [(amount, state) for amount, state, _ in refunds(transaction)] == [(3684, "failed"), (3684, "succeeded")]


def test_peer_11_a_refund_that_fails_at_the_bank_later_frees_its_amount_and_its_pieces(
    paid: Browser, server: StripeServer, engine: Engine, gateway: StripeGateway
) -> None:
    server.add_fault(kind="pending_refund", times=1)
    assert send(paid, "?line-1=1") == 303
    server.act("fail", refund=server.ledger()["refunds"][0]["id"])
    paid.post(f"{PAGE}/refunds/1/again")

    amount, rows = proposal(paid, "?line-1=3")

    assert amount == "110.50"
    assert rows[0] == ("3 × Acupressure mat, Charcoal", "$102.00")


def test_peer_12_goodwill_is_a_free_amount_with_a_reason_capped_by_what_was_captured(
    paid: Browser, server: StripeServer, transaction: Transaction
) -> None:
    text = paid.get(REFUND).text
    too_much = send(paid, amount="115.93", reason="sorry")
    without_reason = send(paid, amount="7.50", reason=" ")
    check = paid.client.post(REFUND, data={**paid.form(REFUND, MONEY), "amount": "7.50", "reason": "sorry"}).text
    given = send(paid, amount="7.50", reason="sorry")

    assert "For goodwill leave the pieces at 0" in text
    assert (too_much, without_reason, given) == (422, 422, 303)
    assert "A free amount, for no pieces in particular." in check
    assert refunds(transaction) == [(750, "succeeded", "sorry")]
    assert sent_there(server) == [750]
    assert paid.form(REFUND, MONEY)["amount"] == "108.42"


def test_a_typed_amount_that_is_not_the_proposal_is_told_before_money_goes(paid: Browser) -> None:
    form = {**paid.form(f"{REFUND}?line-1=1", MONEY), "reason": "worn"}

    same = paid.client.post(REFUND, data=form).text
    form.pop("restock")  # the piece has not left: for less than its worth it is still sent, and not shelved
    other = paid.client.post(REFUND, data={**form, "amount": "20.00"}).text

    assert "Tax on the goods" in same
    assert "comes to $36.84; less was typed. It is goodwill" in other


def test_where_prices_include_tax_the_parts_are_the_prices_that_were_paid(
    paid: Browser, transaction: Transaction
) -> None:
    with transaction() as session:
        session.execute(update(Order).values(tax_inclusive=True, total_minor=10700))

    amount, rows = proposal(paid, "?line-1=1&delivery=y")

    assert amount == "39.00"
    assert [words for words, _ in rows] == [
        "1 × Acupressure mat, Charcoal", "Delivery: Standard shipping", "Together",
    ]  # fmt: skip
