"""What a refund does to pieces that have not left is ticked, shown before, and never follows from an amount."""

from typing import Any

from sqlalchemy import Engine, select

from shop.orders.models import OrderLine
from shop.payments.models import Refund
from tests.fakes import FakeGateway
from tests.shop.merchant.browser import Browser
from tests.shop.merchant.conftest import Transaction
from tests.shop.merchant.test_order_pages import PAGE, paid
from tests.shop.merchant.test_refund_pages import MONEY, REFUND, filled
from tests.shop.payments.conftest import Bench

__all__ = ["paid"]


def without_shelf(browser: Browser, query: str, **changes: Any) -> dict[str, Any]:
    form = filled(browser, query, **changes)
    form.pop("restock", None)
    return form


def counted(transaction: Transaction) -> tuple[int, int, int]:
    """(shipped, called off, still to send) of the only line."""
    with transaction() as session:
        line = session.scalars(select(OrderLine)).one()
        return line.shipped, line.called_off, line.to_ship


def pieces(transaction: Transaction) -> list[dict[str, int]]:
    with transaction() as session:
        return list(session.scalars(select(Refund.pieces).order_by(Refund.id)))


def test_goodwill_typed_over_a_chosen_piece_leaves_it_to_be_sent(paid: Browser, transaction: Transaction) -> None:
    form = without_shelf(paid, "?line-1=1", amount="5.00")

    shown = paid.client.post(REFUND, data=form).text
    answer = paid.client.post(f"{REFUND}/send", data=form)

    assert "It is goodwill: no piece counts as refunded." in shown
    assert "Still to be sent, as before" in shown
    assert answer.status_code == 303
    assert (counted(transaction), pieces(transaction)) == ((0, 0, 2), [{}])
    assert "Pieces, 0 to 2" in paid.get(REFUND).text


def test_a_piece_that_has_not_left_is_called_off_by_a_tick_that_the_next_page_repeats(
    paid: Browser, transaction: Transaction
) -> None:
    form = without_shelf(paid, "?line-1=1")

    shown = paid.client.post(REFUND, data=form).text
    paid.client.post(f"{REFUND}/send", data=form)

    assert form["not_sent"] == "y"
    assert "Not sent any more" in shown
    assert counted(transaction) == (0, 1, 1)


def test_a_broken_piece_that_arrived_calls_off_none_of_those_to_come(
    merchant: Browser, engine: Engine, gateway: FakeGateway, transaction: Transaction
) -> None:
    bench = Bench(engine, gateway)
    order_id, session_id = bench.opened(quantity=3)
    gateway.pay(session_id)
    bench.settle(order_id, session_id)
    merchant.client.post(
        f"{PAGE}/ship", data={**merchant.form(PAGE, f'action="{PAGE}/ship"'), "pieces_1": "1", "carrier": "Post"}
    )
    form = without_shelf(merchant, "?line-1=1")

    merchant.client.post(f"{REFUND}/send", data=form)

    assert "not_sent" not in form
    assert (counted(transaction), pieces(transaction)) == ((1, 0, 2), [{"1": 1}])
    assert "1 were refunded before" in merchant.get(REFUND).text


def test_pieces_that_are_still_sent_do_not_go_on_the_shelf(paid: Browser, transaction: Transaction) -> None:
    kept = {**without_shelf(paid, "?line-1=1"), "restock": "y"}
    kept.pop("not_sent")

    answers = [
        paid.client.post(path, data=form)
        for form in (kept, filled(paid, "?line-1=1", amount="5.00", restock="y"))
        for path in (REFUND, f"{REFUND}/send")
    ]

    assert [answer.status_code for answer in answers] == [422] * 4
    assert all("2 are still to be sent" in answer.text for answer in answers)
    assert pieces(transaction) == []


def test_worn_pieces_that_came_back_are_refunded_whatever_was_taken_off(
    paid: Browser, transaction: Transaction
) -> None:
    paid.post(f"{PAGE}/ship", {"carrier": "Post"})

    paid.client.post(f"{REFUND}/send", data=filled(paid, "?line-1=1", amount="20.00", restock="y"))

    assert (counted(transaction), pieces(transaction)) == ((2, 0, 0), [{"1": 1}])
    with transaction() as session:
        assert session.scalars(select(OrderLine.returned)).one() == 1


def test_delivery_that_was_refunded_is_not_proposed_again(paid: Browser) -> None:
    paid.client.post(f"{REFUND}/send", data=filled(paid, "?delivery=y"))

    page = paid.get(f"{REFUND}?delivery=y&line-1=1").text

    assert paid.form(f"{REFUND}?delivery=y&line-1=1", MONEY)["amount"] == "34.00"
    assert "Delivery, $5.00, was refunded before." in page
    assert 'name="delivery"' not in page


def test_delivery_whose_refund_failed_is_proposed_again(paid: Browser, gateway: FakeGateway) -> None:
    gateway.refuses_refunds = True
    paid.client.post(f"{REFUND}/send", data=filled(paid, "?delivery=y"))

    assert paid.form(f"{REFUND}?delivery=y&line-1=1", MONEY)["amount"] == "39.00"
