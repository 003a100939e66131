"""Refunds through the pages: capped, summed up first, never twice, and honest when the provider is not there."""

from typing import Any

from sqlalchemy import Engine, select

from shop.audit.models import AuditEvent
from shop.payments.models import Refund
from shop.stock.models import StockLevel
from tests.fakes import FakeGateway
from tests.shop.merchant.browser import EMAIL, Browser, fields_of
from tests.shop.merchant.conftest import Transaction
from tests.shop.merchant.test_order_pages import mail_kinds, paid
from tests.shop.payments.conftest import Bench

__all__ = ["paid"]

PAGE = "/merchant/orders/TS-TEST-0001"
REFUND = f"{PAGE}/refund"
MONEY = 'class="ts-form" method="post"'


def filled(paid: Browser, query: str = "", **changes: Any) -> dict[str, Any]:
    return {**paid.form(REFUND + query, MONEY), "reason": "came late", **changes}


def refunds(transaction: Transaction) -> list[tuple[int, str, str]]:
    with transaction() as session:
        found = session.scalars(select(Refund).order_by(Refund.id))
        return [(refund.amount_minor, refund.state.value, refund.actor) for refund in found]


def on_shelf(transaction: Transaction) -> int:
    with transaction() as session:
        return session.get_one(StockLevel, "MAT01-CHARCOAL").available


def audited(transaction: Transaction) -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_the_amount_starts_as_everything_that_is_left(paid: Browser) -> None:
    assert filled(paid)["amount"] == "73.00"


def test_the_amount_follows_what_comes_back(paid: Browser) -> None:
    amounts = {
        "?line-1=1": "34.00", "?line-1=2": "68.00", "?delivery=y": "5.00", "?line-1=1&delivery=y": "39.00",
        "?line-1=99&delivery=y": "73.00", "?line-1=-1": "73.00", "?line-1=x&line-999=4": "73.00",
    }  # fmt: skip

    shown = {query: filled(paid, query)["amount"] for query in amounts}

    assert shown == amounts


def test_before_money_goes_a_page_says_how_much(paid: Browser, transaction: Transaction) -> None:
    page = paid.client.post(REFUND, data=filled(paid, "?line-1=1", restock="y"))

    assert page.status_code == 200
    assert ">Refund $34.00</button>" in page.text
    assert "1 × Acupressure mat, Charcoal" in page.text
    assert refunds(transaction) == []


def test_a_part_goes_back_with_its_goods(paid: Browser, transaction: Transaction) -> None:
    answer = paid.client.post(f"{REFUND}/send", data=filled(paid, "?line-1=1", restock="y"))

    assert answer.status_code == 303
    assert refunds(transaction) == [(3400, "succeeded", f"merchant:{EMAIL}")]
    assert on_shelf(transaction) == 9
    assert audited(transaction) == ["order.refund", "stock.returned"]
    page = paid.get(PAGE).text
    assert f"by {EMAIL}" in page
    assert "Refund up to $39.00" in page
    assert "Refunded in part" in paid.get("/merchant/orders").text
    assert paid.get("/merchant/orders.json").get_json()["orders"][0]["refunded_minor"] == 3400


def test_everything_goes_back_and_then_nothing_is_left(paid: Browser, transaction: Transaction) -> None:
    paid.client.post(f"{REFUND}/send", data=filled(paid))

    assert "Refund up to" not in paid.get(PAGE).text
    assert ">Refunded<" in paid.get("/merchant/orders").text
    more = paid.client.post(f"{REFUND}/send", data=filled(paid, amount="1.00"))
    assert more.status_code == 422
    assert len(refunds(transaction)) == 1
    assert on_shelf(transaction) == 8


def test_a_second_click_is_the_same_refund(paid: Browser, transaction: Transaction) -> None:
    form = filled(paid, "?line-1=1", restock="y")

    first, second = (paid.client.post(f"{REFUND}/send", data=form) for _ in range(2))

    assert first.status_code == second.status_code == 303
    assert len(refunds(transaction)) == 1
    assert on_shelf(transaction) == 9
    assert audited(transaction).count("order.refund") == 1


def test_an_odd_amount_is_refused_beside_its_field(paid: Browser, transaction: Transaction) -> None:
    form = filled(paid)
    odd = ["73.01", "0", "-1", "1e2", "NaN", "", "9" * 19, "1,000.00", "1,000", "1.000", "12.345", "five"]

    answers = [
        paid.client.post(path, data={**form, "amount": amount}) for amount in odd for path in (REFUND, f"{REFUND}/send")
    ]

    assert [answer.status_code for answer in answers] == [422] * len(answers)
    assert all("There is a problem" in answer.text and "came late" in answer.text for answer in answers)
    assert refunds(transaction) == []


def test_a_refund_needs_a_reason_and_its_own_token(paid: Browser, transaction: Transaction) -> None:
    assert paid.client.post(f"{REFUND}/send", data=filled(paid, reason="")).status_code == 422
    assert paid.client.post(f"{REFUND}/send", data=filled(paid, form_token="short")).status_code == 422
    assert refunds(transaction) == []


def test_a_provider_that_says_no_changes_nothing_and_can_be_asked_again(
    paid: Browser, gateway: FakeGateway, transaction: Transaction
) -> None:
    gateway.refuses_refunds = True
    form = filled(paid, "?line-1=1", restock="y")

    refused = paid.client.post(f"{REFUND}/send", data=form)
    gateway.refuses_refunds = False
    again = paid.client.post(f"{REFUND}/send", data=_form_of(refused.text))

    assert refused.status_code == 409
    assert "refused the refund" in refused.text
    assert again.status_code == 303
    assert [state for _, state, _ in refunds(transaction)] == ["failed", "succeeded"]
    assert on_shelf(transaction) == 9


def test_a_provider_that_does_not_answer_is_told_and_the_refund_is_sent_once(
    paid: Browser, gateway: FakeGateway, transaction: Transaction
) -> None:
    form = filled(paid, "?line-1=1", restock="y")
    gateway.loses_answers = True

    lost = paid.client.post(f"{REFUND}/send", data=form)
    waiting = (refunds(transaction), on_shelf(transaction))
    again = paid.client.post(f"{REFUND}/send", data=_form_of(lost.text))

    assert lost.status_code == 503
    assert "written down" in lost.text
    assert waiting == ([(3400, "requested", f"merchant:{EMAIL}")], 8)
    assert again.status_code == 303
    assert [state for _, state, _ in refunds(transaction)] == ["succeeded"]
    assert len(gateway.refunds) == 1
    assert on_shelf(transaction) == 9


def test_a_refund_without_an_answer_can_be_looked_after(
    paid: Browser, gateway: FakeGateway, transaction: Transaction
) -> None:
    gateway.is_down = True
    paid.client.post(f"{REFUND}/send", data=filled(paid))
    gateway.is_down = False

    answer = paid.post(f"{PAGE}/refunds/1/again")

    assert answer.status_code == 303
    assert refunds(transaction)[0][1] == "succeeded"
    assert audited(transaction)[-1] == "refund.sent_again"


def test_goods_of_a_refund_without_an_answer_come_back_when_somebody_looks_after_it(
    paid: Browser, gateway: FakeGateway, transaction: Transaction
) -> None:
    gateway.is_down = True
    paid.client.post(f"{REFUND}/send", data=filled(paid, "?line-1=1", restock="y"))
    gateway.is_down = False
    waiting = on_shelf(transaction)

    paid.post(f"{PAGE}/refunds/1/again")

    assert (waiting, on_shelf(transaction)) == (8, 9)
    assert mail_kinds(transaction) == ["confirmation", "refunded"]
    assert audited(transaction) == ["order.refund", "stock.returned", "refund.sent_again"]


def test_nothing_goes_back_of_an_order_that_nobody_paid(
    merchant: Browser, engine: Engine, gateway: FakeGateway, transaction: Transaction
) -> None:
    Bench(engine, gateway).opened()

    answer = merchant.client.post(f"{REFUND}/send", data=filled(merchant, amount="1.00"))

    assert answer.status_code == 422
    assert "Refund up to" not in merchant.get(PAGE).text
    assert refunds(transaction) == []


def test_no_more_pieces_go_back_on_the_shelf_than_were_sold(paid: Browser, transaction: Transaction) -> None:
    first = filled(paid, "?line-1=2", restock="y")
    second = {**filled(paid, "?line-1=1", amount="1.00"), "restock": "y"}

    paid.client.post(f"{REFUND}/send", data=first)
    answers = [paid.client.post(path, data=second) for path in (REFUND, f"{REFUND}/send")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("Only 0 of MAT01-CHARCOAL can still go back" in answer.text for answer in answers)
    assert len(refunds(transaction)) == 1
    assert on_shelf(transaction) == 10


def test_cancelling_after_a_return_brings_only_the_rest_back(paid: Browser, transaction: Transaction) -> None:
    paid.client.post(f"{REFUND}/send", data=filled(paid, "?line-1=1", restock="y"))

    assert paid.post(f"{PAGE}/cancel", {"reason": "They called"}).status_code == 303

    assert on_shelf(transaction) == 10
    late = paid.client.post(f"{REFUND}/send", data=filled(paid, "?line-1=1", amount="1.00", restock="y"))
    assert late.status_code == 422
    assert on_shelf(transaction) == 10


def _form_of(page: str) -> dict[str, Any]:
    start = page.index(f'action="{REFUND}/send"')
    return fields_of(page[start : page.index("</form>", start)])
