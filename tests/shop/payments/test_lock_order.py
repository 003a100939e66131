"""Everything that locks rows, all at once on shared carts and goods: nobody waits in a circle, and the sums hold.

PostgreSQL only: SQLite has one lock.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shop.cart import service as cart
from shop.checkout.service import Intent, place_order
from shop.db import begin_write
from shop.errors import ShopError
from shop.money import Money
from shop.orders import service as orders
from shop.orders.models import Order, OrderLine
from shop.orders.states import OrderState, PaymentState
from shop.payments import flow, refunding, service
from shop.payments.attention import accept, find_attention
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.reconcile import reconcile_all
from shop.payments.refunds import RefundWish
from shop.payments.states import RefundState
from shop.stock import service as stock
from shop.stock.models import Hold, StockLevel, StockMovement
from shop.stock.states import HoldState
from tests.databases import PostgresDatabases
from tests.fakes import FakeGateway
from tests.make import NOW, make_product
from tests.shop.checkout.test_races import CART_TERMS, DETAILS, LETTERHEAD, TERMS, ZONES
from tests.shop.payments.conftest import Bench

SECONDS, THREADS, START = 6.0, 8, 40
SKUS = tuple(f"MAT0{number}-{colour}" for number in (1, 2) for colour in ("CHARCOAL", "TEAL"))


@pytest.fixture
def database_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """Row locks are the subject."""
    with postgres_databases.fresh() as url:
        yield url


class Crowd:
    """Threads that do at random what customers, merchants, webhooks and jobs do, each in transactions of its own."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.desk = bench, bench.desk
        self.done: Counter[str] = Counter()
        self.faults: list[str] = []
        self.tokens: list[str] = []

    def open_carts(self) -> None:
        """Four carts that all share, each with two goods in another order."""
        with self.desk.transaction() as session:
            for sku in ("MAT01", "MAT02"):
                make_product(session, sku, variants=("CHARCOAL", "TEAL"), available=START)
            for number in range(4):
                pair = random.Random(number).sample(SKUS, 2)
                token = cart.add(session, None, pair[0], 1, terms=CART_TERMS, now=NOW).token
                cart.add(session, token, pair[1], 1, terms=CART_TERMS, now=NOW)
                cart.choose_delivery(session, token, cart.Delivery("US", "OR"), zones=ZONES, terms=CART_TERMS, now=NOW)
                self.tokens.append(token)

    def work(self, seed: int) -> None:
        """Act until the time is over; whatever the database itself refuses is a fault."""
        chance = random.Random(seed)
        acts: list[Callable[[random.Random], None]] = [
            self.place, self.place, self.settle, self.settle, self.cancel, self.refund, self.edit, self.edit,
            self.settle_refunds, self.receive, self.look_after, self.renew, self.accept,
        ]  # fmt: skip
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            act = chance.choice(acts)
            try:
                act(chance)
                self.done[act.__name__] += 1
            except ShopError as refusal:
                self.done[f"{act.__name__} refused: {refusal.code}"] += 1
            except DBAPIError as error:
                self.faults.append(f"{act.__name__}: {getattr(error.orig, 'sqlstate', '')} {error.orig}")

    def place(self, chance: random.Random) -> None:
        token, name = chance.choice(self.tokens), f"{chance.getrandbits(64):x}"
        self._fill(token, chance)
        with self.desk.transaction() as session:
            basket = cart.find_cart(session, token, NOW)
            assert basket is not None
            contents = cart.view(session, basket, ZONES, now=NOW)
        for order_id in self._some(Order.cart_id == basket.id, Order.state == OrderState.PENDING):
            flow.close_open_session(self.desk, order_id, now=NOW, actor="customer")
        intent = Intent(name, contents.version, contents.quote.total)
        with self.desk.transaction() as session:
            placed = place_order(session, basket.id, DETAILS, intent=intent, terms=TERMS, now=NOW)
        if placed.request is not None and chance.random() < 0.8:
            flow.open_page(self.desk, placed.request)

    def settle(self, chance: random.Random) -> None:
        with self.desk.transaction() as session:
            known = session.execute(
                select(PaymentAttempt.order_id, PaymentAttempt.session_id)
                .where(PaymentAttempt.session_id.is_not(None))
                .order_by(PaymentAttempt.id.desc())
                .limit(6)
            ).all()
        for order_id, session_id in chance.sample(known, min(2, len(known))):
            with suppress(AssertionError):  # somebody else ended that page
                (self.bench.gateway.pay if chance.random() < 0.8 else self.bench.gateway.expire)(session_id)
            if chance.random() < 0.1:
                self.bench.gateway.change_amount(session_id, Money(1, "USD"))
            facts = self.bench.gateway.sessions[session_id]
            flow.settle_facts(self.desk, order_id, facts, now=NOW, actor="provider")

    def cancel(self, chance: random.Random) -> None:
        for order_id in self._some(Order.state == OrderState.PLACED)[: chance.randint(0, 1)]:
            with self.desk.transaction() as session:
                orders.cancel(session, order_id, actor="merchant:m@example.com", now=NOW)

    def refund(self, chance: random.Random) -> None:
        for order_id in self._some(Order.payment_state == PaymentState.PAID)[:1]:
            with self.desk.transaction() as session:
                lines = session.scalars(select(OrderLine.id).where(OrderLine.order_id == order_id)).all()
            restock = dict.fromkeys(reversed(lines), 1)
            token = f"form-{chance.getrandbits(64):x}"
            self.bench.gateway.refunds_start_pending = chance.random() < 0.5
            wish = RefundWish(Money(chance.randint(1, 400), "USD"), "late", token, "merchant:m@example.com", restock)
            refunding.refund(self.desk, order_id, wish, now=NOW)

    def settle_refunds(self, chance: random.Random) -> None:
        with self.desk.transaction() as session:
            waiting = session.scalars(select(Refund.id).where(Refund.state == RefundState.PENDING).limit(3)).all()
        for facts in list(self.bench.gateway.refunds.values())[-3:]:
            if facts.status == "pending":
                self.bench.gateway.end_refund(facts.provider_id, chance.choice(["succeeded", "succeeded", "failed"]))
        for refund_id in waiting:
            refunding.catch_up_refund(self.desk, refund_id, now=NOW)

    def edit(self, chance: random.Random) -> None:
        token, sku = chance.choice(self.tokens), chance.choice(SKUS)
        with self.desk.transaction() as session:
            cart.set_quantity(session, token, sku, chance.randint(0, 3), terms=CART_TERMS, now=NOW)

    def receive(self, chance: random.Random) -> None:
        with self.desk.transaction() as session:
            for sku in sorted(chance.sample(SKUS, 3)):
                stock.receive(session, sku, chance.choice([1, 2]), reason="count", actor="merchant", now=NOW)

    def look_after(self, chance: random.Random) -> None:
        if chance.random() < 0.5:
            flow.expire_due(self.desk, now=NOW + timedelta(minutes=41))
        elif chance.random() < 0.1:
            reconcile_all(self.desk, since=NOW - timedelta(days=1), now=NOW + timedelta(minutes=3))

    def renew(self, chance: random.Random) -> None:
        for order_id in self._some(Order.state == OrderState.PENDING)[:1]:
            flow.payment_page(self.desk, order_id, now=NOW + timedelta(minutes=chance.choice([0, 2])))

    def accept(self, _chance: random.Random) -> None:
        for order_id in self._some(Order.payment_state == PaymentState.NEEDS_ATTENTION)[:1]:
            with self.desk.transaction() as session:
                found = find_attention(session, orders.get_by_id(session, order_id))
            if found is not None and found.meaning is not None:
                with self.desk.transaction() as session:
                    accept(session, order_id, found.meaning, actor="merchant", letterhead=LETTERHEAD, now=NOW)

    def _fill(self, token: str, chance: random.Random) -> None:
        with suppress(ShopError), self.desk.transaction() as session:
            for sku in chance.sample(SKUS, 2):
                cart.add(session, token, sku, 1, terms=CART_TERMS, now=NOW)

    def _some(self, *conditions: ColumnElement[bool]) -> list[int]:
        with self.desk.transaction() as session:
            newest = select(Order.id).where(*conditions).order_by(Order.id.desc()).limit(4)
            found = list(session.scalars(newest))
        random.shuffle(found)
        return found


def test_nobody_waits_in_a_circle_and_the_sums_hold(engine: Engine, gateway: FakeGateway) -> None:
    crowd = Crowd(Bench(engine, gateway))
    crowd.open_carts()

    threads = [threading.Thread(target=crowd.work, args=(seed,)) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS + 60)

    assert crowd.faults == []
    did = {name for name, times in crowd.done.items() if times and "refused" not in name}
    assert did >= {"place", "settle", "cancel", "refund", "edit", "receive", "settle_refunds", "look_after"}
    with Session(engine) as session:
        begin_write(session)
        judge_stock(session)
        judge_money(session)


def judge_stock(session: Session) -> None:
    """What came in lies on the shelf, is held or was sold, and each of the three is what its rows say."""
    for level in session.scalars(select(StockLevel)):
        came = session.scalar(select(func.sum(StockMovement.change)).where(StockMovement.sku == level.sku)) or 0
        held, sold = (
            session.scalar(select(func.sum(Hold.quantity)).where(Hold.sku == level.sku, Hold.state == state)) or 0
            for state in (HoldState.HELD, HoldState.SOLD)
        )
        assert (level.held, level.sold) == (held, sold), level.sku
        assert level.available + level.held + level.sold == START + came, level.sku
    over = select(func.count()).where(OrderLine.returned > OrderLine.quantity)
    assert session.scalar(over) == 0


def judge_money(session: Session) -> None:
    """No placed order without its money, never more sent back than came, and no order with two open payment calls."""
    for order in session.scalars(select(Order).where(Order.state == OrderState.PLACED)):
        assert any(attempt.captured_minor == order.total_minor for attempt in service.attempts_of(session, order.id))
    for attempt in session.scalars(select(PaymentAttempt).where(PaymentAttempt.captured_minor > 0)):
        back = select(func.sum(Refund.amount_minor)).where(
            Refund.payment_intent == attempt.payment_intent, Refund.state != RefundState.FAILED
        )
        assert (session.scalar(back) or 0) <= attempt.captured_minor
