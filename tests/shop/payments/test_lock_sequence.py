"""The order is locked before its attempts, refunds, holds and goods: whoever has the order never waits for those.

PostgreSQL only: SQLite has one lock.
"""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text

from shop.errors import ShopError
from shop.money import Money
from shop.orders import service as orders
from shop.orders.models import OrderLine
from shop.payments import flow, refunding, refunds
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.refunds import RefundWish
from shop.stock.models import Hold, StockLevel
from tests.databases import PostgresDatabases
from tests.make import NOW
from tests.shop.payments.conftest import LETTERHEAD, Bench

ME = "merchant:m@example.com"
Act = Callable[[Bench, int, str], object]


@pytest.fixture
def database_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """Row locks are the subject."""
    with postgres_databases.fresh() as url:
        yield url


def ask_for_a_refund(bench: Bench, order_id: int, _session_id: str) -> None:
    with bench.desk.transaction() as session:
        wish = RefundWish(Money(100, "USD"), "late", "form-2", ME)
        refunds.open_refund(session, order_id, wish, now=NOW)


def settle_the_refund(bench: Bench, order_id: int, _session_id: str) -> None:
    facts = next(iter(bench.gateway.refunds.values()))
    with bench.desk.transaction() as session:
        refunds.settle_refund(session, 1, facts, letterhead=LETTERHEAD, now=NOW)


def refuse_the_refund(bench: Bench, order_id: int, _session_id: str) -> None:
    with bench.desk.transaction() as session:
        refunds.refuse_refund(session, 1, reason="no", letterhead=LETTERHEAD, now=NOW)


def settle_the_payment(bench: Bench, order_id: int, session_id: str) -> None:
    flow.settle_facts(bench.desk, order_id, bench.gateway.sessions[session_id], now=NOW, actor="provider")


def call_it_off(bench: Bench, order_id: int, _session_id: str) -> None:
    with bench.desk.transaction() as session:
        orders.cancel(session, order_id, actor=ME, now=NOW)


ACTS = [ask_for_a_refund, settle_the_refund, refuse_the_refund, settle_the_payment, call_it_off]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_who_waits_for_the_order_holds_nothing_below_it(bench: Bench, engine: Engine, act: Act) -> None:
    order_id, session_id = paid_with_a_refund_underway(bench)
    bench.gateway.end_refund(next(iter(bench.gateway.refunds)), "succeeded")

    free = locks_free_while_waiting(bench, engine, order_id, lambda: act(bench, order_id, session_id))

    assert free == ["PaymentAttempt", "Refund", "Hold", "StockLevel", "OrderLine"]


def test_a_payment_call_that_is_renewed_waits_for_the_order_first(bench: Bench, engine: Engine) -> None:
    request = bench.prepared()
    later = NOW + timedelta(minutes=5)

    free = locks_free_while_waiting(
        bench, engine, request.order_id, lambda: flow.payment_page(bench.desk, request.order_id, now=later)
    )

    assert "PaymentAttempt" in free
    assert "Hold" in free


def paid_with_a_refund_underway(bench: Bench) -> tuple[int, str]:
    order_id, session_id = bench.opened()
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)
    bench.gateway.refunds_start_pending = True
    with bench.desk.transaction() as session:
        line_id = session.scalars(select(OrderLine.id)).one()
    refunding.refund(bench.desk, order_id, RefundWish(Money(50, "USD"), "x", "form-1", ME, {line_id: 1}), now=NOW)
    return order_id, session_id


def locks_free_while_waiting(bench: Bench, engine: Engine, order_id: int, act: Callable[[], object]) -> list[str]:
    """The tables whose rows can be locked at once while `act` waits for the order, which is locked here."""

    def try_it() -> None:
        try:
            act()
        except ShopError as refusal:  # what became of it does not matter here
            refusals.append(refusal)

    refusals: list[ShopError] = []
    other = threading.Thread(target=try_it)
    free = []
    with bench.desk.transaction() as session:
        orders.lock_order(session, order_id)
        other.start()
        wait_for_a_waiter(engine)
        for table in (PaymentAttempt, Refund, Hold, StockLevel, OrderLine):
            session.scalars(select(table).with_for_update(nowait=True)).all()  # raises when somebody has it
            free.append(table.__name__)
    other.join(20)
    assert not other.is_alive()
    return free


def wait_for_a_waiter(engine: Engine) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with engine.connect() as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for the order")
