"""A desk over the test's own database: it commits for real, as web, commands and jobs do."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from demo.stripe_server import InProcessStripe, StripeServer
from shop.db import begin_write
from shop.gateway import Gateway, PaymentRequest
from shop.mail.letterhead import Letterhead
from shop.mail.models import OutboxMail
from shop.orders.models import Order
from shop.payments import flow, service
from shop.payments.adapter import StripeGateway
from shop.payments.desk import Desk
from shop.payments.rules import Addresses
from shop.stock.models import StockLevel
from tests.fakes import SECRET, FakeGateway
from tests.make import NOW, make_order, make_stock
from tests.shop.payments.providers import Provider, config

SKU = "MAT01-CHARCOAL"
LETTERHEAD = Letterhead(
    shop_name="Test shop",
    contact_email="shop@example.com",
    postal_address="1 Shop Street",
    mail_from="orders@example.com",
    address="http://shop.test",
    locale="en_US",
    live=False,
)


def writer(engine: Engine) -> Callable[[], AbstractContextManager[Session]]:
    @contextmanager
    def transaction() -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session:
            begin_write(session)
            yield session
            session.commit()

    return transaction


class Bench:
    """One shop and one provider, and short ways to do to them what customers do."""

    def __init__(self, engine: Engine, gateway: Gateway) -> None:
        self._gateway = gateway
        self.desk = Desk(gateway=lambda: gateway, transaction=writer(engine), letterhead=LETTERHEAD)

    @property
    def gateway(self) -> FakeGateway:
        """The gateway in memory, for benches that were given one."""
        assert isinstance(self._gateway, FakeGateway)
        return self._gateway

    def order(self, number: str = "TS-TEST-0001", *, available: int = 10, **fields: Any) -> int:
        """A committed pending order that holds one unit; the first one puts `available` on the shelf before."""
        with self.desk.transaction() as session:
            if session.get(StockLevel, SKU) is None:
                make_stock(session, SKU, available=available)
            return make_order(session, number, **fields).id

    def prepared(
        self, number: str = "TS-TEST-0001", *, now: datetime = NOW, own_page: str = "", **fields: object
    ) -> PaymentRequest:
        """An order with a payment call that is written down and not sent."""
        return self.prepared_for(self.order(number, **fields), now=now, own_page=own_page)

    def prepared_for(self, order_id: int, *, now: datetime = NOW, own_page: str = "") -> PaymentRequest:
        """A payment call for an order that is there, written down and not sent."""
        with self.desk.transaction() as session:
            return service.prepare_attempt(
                session,
                session.get_one(Order, order_id),
                Addresses("http://shop.test/orders/t", "http://shop.test/checkout", own_page),
                session_minutes=31,
                now=now,
            )

    def opened(self, number: str = "TS-TEST-0001", **fields: object) -> tuple[int, str]:
        """(order id, session id) of an order whose payment page is open."""
        request = self.prepared(number, **fields)
        return request.order_id, flow.open_page(self.desk, request).session_id

    def settle(self, order_id: int, session_id: str, *, minutes: int = 5) -> str:
        """Settle by what the provider says now; returns the outcome."""
        facts = self.gateway.sessions[session_id]
        now = NOW + timedelta(minutes=minutes)
        return flow.settle_facts(self.desk, order_id, facts, now=now, actor="provider").outcome.value

    def states(self, order_id: int) -> tuple[str, str]:
        """(state of the order, state of its payment)."""
        with self.desk.transaction() as session:
            order = session.get_one(Order, order_id)
            return order.state.value, order.payment_state.value

    def stock(self) -> tuple[int, int, int]:
        """(on the shelf, held, sold)."""
        with self.desk.transaction() as session:
            level = session.get_one(StockLevel, SKU)
            return level.available, level.held, level.sold

    def mails(self) -> list[str]:
        """The kinds of the mails in the outbox, in order."""
        with self.desk.transaction() as session:
            return list(session.scalars(select(OutboxMail.kind).order_by(OutboxMail.id)))


@pytest.fixture
def bench(engine: Engine, gateway: FakeGateway) -> Bench:
    return Bench(engine, gateway)


@pytest.fixture
def server() -> StripeServer:
    return StripeServer(webhook_secret=SECRET)


@pytest.fixture
def real(server: StripeServer) -> StripeGateway:
    return StripeGateway(config(), http_client=lambda: InProcessStripe(server))


@pytest.fixture(params=["in memory", "stripe"])
def provider(request: pytest.FixtureRequest) -> Provider:
    if request.param == "in memory":
        fake = FakeGateway()
        outcomes = {"succeed": "succeeded", "fail": "failed"}
        return Provider(
            fake,
            lambda action, session: getattr(fake, action)(session),
            lambda action, refund: fake.end_refund(refund, outcomes[action]),
        )
    server: StripeServer = request.getfixturevalue("server")
    return Provider(
        request.getfixturevalue("real"),
        lambda action, session: server.act(action, session=session),
        lambda action, refund: server.act(action, refund=refund),
    )
