"""A payment that waits for a person can be accepted where that makes sense, and never where what was paid was wrong."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shop.audit.models import AuditEvent
from shop.errors import Conflict
from shop.gateway import ProviderEvent
from shop.money import Money
from shop.orders import service as orders
from shop.orders.models import Order, OrderEvent
from shop.payments import refunding, webhook
from shop.payments.attention import Attention, Meaning, accept, find_attention
from shop.payments.reconcile import reconcile_all
from shop.payments.refunds import RefundWish
from shop.stock import service as stock
from shop.stock.models import StockLevel
from tests.make import NOW
from tests.shop.payments.conftest import LETTERHEAD, SKU, Bench
from tests.shop.payments.test_stuck import late_money

ME = "merchant:m@example.com"
LATER = NOW + timedelta(hours=1)


def attention_of(bench: Bench, order_id: int) -> Attention:
    with bench.desk.transaction() as session:
        found = find_attention(session, session.get_one(Order, order_id))
    assert found is not None
    return found


def say_yes(bench: Bench, order_id: int, meaning: Meaning) -> None:
    with bench.desk.transaction() as session:
        accept(session, order_id, meaning, actor=ME, letterhead=LETTERHEAD, now=LATER)


def send_back(bench: Bench, order_id: int, minor: int = 3900) -> None:
    wish = RefundWish(Money(minor, "USD"), "sold out", f"form-{minor}", ME)
    refunding.refund(bench.desk, order_id, wish, now=LATER)


def sold_out_and_not_refunded(bench: Bench) -> int:
    """Late money of a sold-out order, whose automatic refund the provider refused."""
    order_id, session_id = late_money(bench)
    bench.gateway.refuses_refunds = True
    bench.settle(order_id, session_id)
    bench.gateway.refuses_refunds = False
    return order_id


def wrongly_paid(bench: Bench, amount: Money) -> int:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    bench.gateway.change_amount(session_id, amount)
    bench.settle(order_id, session_id)
    return order_id


def disputed(bench: Bench, status: str = "needs_response") -> tuple[int, str]:
    """A placed order whose customer complained at their bank."""
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)
    name = bench.gateway.dispute(session_id)
    bench.gateway.end_dispute(name, status)
    tell(bench, "created", name)
    return order_id, name


def tell(bench: Bench, what: str, name: str) -> str:
    event = ProviderEvent(f"evt_{what}", f"charge.dispute.{what}", name, None, False, LATER)
    return webhook.handle(bench.desk, event, now=LATER)


def notes(bench: Bench, order_id: int) -> list[str]:
    with bench.desk.transaction() as session:
        mine = (OrderEvent.order_id == order_id, OrderEvent.subject == "payment", OrderEvent.note != "")
        return list(session.scalars(select(OrderEvent.note).where(*mine).order_by(OrderEvent.id)))


def test_money_of_a_sold_out_order_is_accepted_when_its_goods_are_there_again(bench: Bench) -> None:
    order_id = sold_out_and_not_refunded(bench)
    with bench.desk.transaction() as session:
        stock.receive(session, SKU, 1, reason="found one", actor=ME, now=NOW)
    asked = attention_of(bench, order_id)

    say_yes(bench, order_id, Meaning.PLACE)

    assert (asked.meaning, asked.left) == (Meaning.PLACE, Money(3900, "USD"))
    assert bench.states(order_id) == ("placed", "paid")
    assert bench.stock() == (0, 1, 1)
    assert bench.mails() == ["sold_out", "attention", "confirmation"]
    assert notes(bench, order_id)[-1] == "accepted by the shop"
    with bench.desk.transaction() as session:
        written = session.scalars(select(AuditEvent)).all()[-1]
    assert (written.actor, written.action, written.subject) == (ME, "order.payment_accepted", "order:TS-TEST-0001")
    assert reconcile_all(bench.desk, since=NOW - timedelta(days=1), now=LATER).needs_attention == ()


def test_it_is_refused_in_words_while_its_goods_are_not_there(bench: Bench) -> None:
    order_id = sold_out_and_not_refunded(bench)

    with pytest.raises(Conflict, match="no longer on the shelf"):
        say_yes(bench, order_id, Meaning.PLACE)

    assert bench.states(order_id) == ("cancelled", "needs_attention")
    assert bench.stock() == (0, 1, 0)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (Money(1, "USD"), "paid 0.01 USD of 39.00 USD"),
        (Money(3901, "USD"), "paid 39.01 USD of"),
        (Money(3900, "EUR"), "paid in EUR"),
    ],
)
def test_another_amount_or_currency_is_never_accepted_but_sent_back_and_closed(
    bench: Bench, amount: Money, said: str
) -> None:
    order_id = wrongly_paid(bench, amount)
    asked = attention_of(bench, order_id)
    for meaning in Meaning:
        with pytest.raises(Conflict, match="cannot be accepted"):
            say_yes(bench, order_id, meaning)
    waiting = bench.states(order_id)

    send_back(bench, order_id, amount.minor)
    closing = attention_of(bench, order_id)
    say_yes(bench, order_id, Meaning.CLOSE)

    assert asked.meaning is None
    assert said in asked.refusal
    assert waiting == ("pending", "needs_attention")
    assert closing.meaning is Meaning.CLOSE
    assert bench.states(order_id) == ("cancelled", "paid")
    assert bench.stock() == (10, 0, 0)
    assert bench.mails() == ["attention", "refunded", "cancelled"]


def test_nothing_is_closed_while_the_refund_is_still_on_its_way(bench: Bench) -> None:
    order_id = wrongly_paid(bench, Money(1, "USD"))
    bench.gateway.refunds_start_pending = True
    send_back(bench, order_id, 1)

    with pytest.raises(Conflict, match="not through yet"):
        say_yes(bench, order_id, Meaning.CLOSE)


def test_a_part_that_went_back_leaves_nothing_to_be_placed(bench: Bench) -> None:
    order_id = sold_out_and_not_refunded(bench)
    send_back(bench, order_id, 1000)

    with pytest.raises(Conflict, match="A part of it was sent back"):
        say_yes(bench, order_id, Meaning.PLACE)
    send_back(bench, order_id, 2900)
    say_yes(bench, order_id, Meaning.CLOSE)

    assert bench.states(order_id) == ("cancelled", "paid")
    assert bench.stock() == (0, 1, 0)


def test_an_order_that_was_called_off_takes_no_goods_from_the_shelf_again(bench: Bench) -> None:
    order_id, _ = disputed(bench)
    with bench.desk.transaction() as session:
        orders.cancel(session, order_id, actor=ME, now=LATER)

    with pytest.raises(Conflict, match="called off"):
        say_yes(bench, order_id, Meaning.PLACE)

    assert bench.stock()[0] == 10


def test_what_was_decided_before_something_changed_is_asked_again(bench: Bench) -> None:
    order_id = sold_out_and_not_refunded(bench)
    send_back(bench, order_id)

    with pytest.raises(Conflict, match="changed meanwhile"):
        say_yes(bench, order_id, Meaning.PLACE)


def test_two_who_accept_at_once_place_it_once(bench: Bench) -> None:
    order_id = sold_out_and_not_refunded(bench)
    with bench.desk.transaction() as session:
        session.get_one(StockLevel, SKU).available = 5

    say_yes(bench, order_id, Meaning.PLACE)
    with pytest.raises(Conflict, match="does not wait"):
        say_yes(bench, order_id, Meaning.PLACE)

    assert bench.stock() == (4, 1, 1)


def test_a_dispute_puts_the_order_before_a_person_once(bench: Bench) -> None:
    order_id, name = disputed(bench)

    repeated = [tell(bench, what, name) for what in ("funds_withdrawn", "updated")]

    assert bench.states(order_id) == ("placed", "needs_attention")
    said = f"dispute {name} over 39.00 USD: needs response, reason given: product not received"
    assert notes(bench, order_id) == [said]
    assert repeated == ["dispute known"] * 2
    assert bench.mails() == ["confirmation", "attention"]
    assert attention_of(bench, order_id).reason == said


def test_a_dispute_that_was_won_is_noted_and_the_payment_accepted_by_a_person(bench: Bench) -> None:
    order_id, name = disputed(bench)
    bench.gateway.end_dispute(name, "won")

    tell(bench, "closed", name)
    before = bench.states(order_id)
    say_yes(bench, order_id, Meaning.KEEP)

    assert before == ("placed", "needs_attention")
    assert bench.states(order_id) == ("placed", "paid")
    assert bench.stock() == (9, 0, 1)
    assert bench.mails() == ["confirmation", "attention"]


def test_a_dispute_lost_after_it_was_accepted_comes_back(bench: Bench) -> None:
    order_id, name = disputed(bench)
    say_yes(bench, order_id, Meaning.KEEP)
    bench.gateway.end_dispute(name, "lost")

    tell(bench, "closed", name)

    assert bench.states(order_id) == ("placed", "needs_attention")


def test_a_warning_that_came_to_nothing_moves_no_payment(bench: Bench) -> None:
    order_id, _ = disputed(bench, "warning_closed")

    assert bench.states(order_id) == ("placed", "paid")
    assert len(notes(bench, order_id)) == 1


def test_a_dispute_of_a_payment_that_is_not_ours_changes_nothing(bench: Bench) -> None:
    order_id, session_id = bench.opened()
    bench.gateway.add_payment(session_id, "cs_else", "TS-ELSEWHERE")

    outcome = tell(bench, "created", bench.gateway.dispute("cs_else"))

    assert outcome == "unknown payment"
    assert bench.states(order_id) == ("pending", "pending")
