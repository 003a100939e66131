"""A whole shop in one hand: its services on a real database, the provider's stand-in, one clock, and power cuts."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from demo.stripe_server import InProcessStripe, StripeServer, signature_header
from demo.stripe_server.answers import Refusal
from shop.cart import service as cart
from shop.cart.rules import CartTerms
from shop.checkout import service as checkout
from shop.checkout.rules import CheckoutDetails
from shop.db import Base
from shop.errors import ShopError
from shop.gateway import BadSignature
from shop.mail.sending import send_due
from shop.money import Money
from shop.orders import mails
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.service import Parcel
from shop.orders.states import OrderState
from shop.payments import flow, refunding, webhook
from shop.payments.adapter import StripeGateway
from shop.payments.desk import Desk
from shop.payments.reconcile import ReconcileReport, reconcile_all
from shop.payments.refunds import RefundWish
from shop.payments.settlement import Outcome
from shop.pricing import service as pricing
from shop.stock.models import StockLevel
from tests.fakes import SECRET
from tests.invariants.judge import judge, judge_settled
from tests.make import NOW, make_product
from tests.shop.payments.conftest import LETTERHEAD, writer
from tests.shop.payments.providers import config

STARTS = {"MAT01-CHARCOAL": 3, "MAT01-TEAL": 1, "PIL01-SAND": 6}
DETAILS = CheckoutDetails("pat@example.com", "Pat Example", "", "1 Long Street", "", "Reno", "NV", "89501", "US")


class PowerCut(Exception):
    """The process is gone: what was not committed never was."""


@dataclass(frozen=True)
class CutDesk(Desk):
    """A desk whose power fails at the armed place, as when the process is killed there."""

    def failpoint(self, here: str) -> None:
        if self.armed_failpoint == here:
            raise PowerCut(here)


class World:
    """What customers, the merchant, the provider and time can do. Errors that a page would tell are told to nobody."""

    def __init__(self, engine: Engine) -> None:
        self.now, self.engine = NOW, engine
        self.carts, self.has_orders = list[str](), False
        self.server = StripeServer(webhook_secret=SECRET, clock=self.seconds)
        gateway = StripeGateway(config(), http_client=lambda: InProcessStripe(self.server))
        self.gateway, self.transaction = gateway, writer(engine)
        self.zones = pricing.zones(config())
        self.terms: CartTerms = cart.terms_of(self.zones, 30)
        self._numbers = count(1)
        self._empty_and_fill()

    def _empty_and_fill(self) -> None:
        with self.transaction() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(table.delete())
            make_product(session, "MAT01", variants=("CHARCOAL", "TEAL"), available=0)
            make_product(session, "PIL01", variants=("SAND",), price=2999, available=0)
            session.flush()
            for sku, units in STARTS.items():
                session.get_one(StockLevel, sku).available = units

    def seconds(self) -> float:
        """The one clock, as the provider reads it."""
        return self.now.timestamp()

    def desk(self, cut_at: str = "") -> Desk:
        """The desk of one request; with `cut_at` its power fails there."""
        return CutDesk(
            gateway=lambda: self.gateway,
            transaction=self.transaction,
            letterhead=LETTERHEAD,
            armed_failpoint=cut_at,
        )

    # customers

    def fill(self, sku: str, quantity: int, number: int | None = None) -> None:
        """Put something into a new cart, or into one that is there."""
        token = None if number is None or not self.carts else self.carts[number % len(self.carts)]
        with suppress(ShopError), self.transaction() as session:
            added = cart.add(session, token, sku, quantity, terms=self.terms, now=self.now)
            if added.token not in self.carts:
                self.carts.append(added.token)

    def order(self, number: int, cut_at: str = "") -> None:
        """Press the button that orders, as the pages do: earlier pages closed, order committed, page opened."""
        desk = self.desk(cut_at)
        with suppress(ShopError, PowerCut):
            placed = self._place(desk, self.carts[-1 - number % len(self.carts)])
            if placed is not None and placed.request is not None:
                flow.open_page(desk, placed.request)

    def _place(self, desk: Desk, token: str) -> checkout.Placed | None:
        with self.transaction() as session:
            basket = cart.find_cart(session, token, self.now)
            if basket is None:
                return None
            wanted = cart.Delivery("US", "NV", None)
            cart.choose_delivery(session, token, wanted, zones=self.zones, terms=self.terms, now=self.now)
            earlier = [order.id for order in orders.open_orders_of_cart(session, basket.id)]
            cart_id = basket.id
        for order_id in earlier:
            outcome = flow.close_open_session(desk, order_id, now=self.now, actor="customer")
            if outcome in (Outcome.PLACED, Outcome.WAITING):
                return None
        with self.transaction() as session:
            basket = cart.lock_cart(session, cart_id)
            assert basket is not None
            held = orders.held_for_cart(session, cart_id)
            contents = cart.view(session, basket, self.zones, held, now=self.now)
            tried = orders.count_cancelled_of_cart(session, cart_id)
            intent = checkout.Intent(f"{cart_id}.{basket.version}.{tried}", basket.version, contents.quote.total)
        with self.transaction() as session:
            placed = checkout.place_order(session, cart_id, DETAILS, intent=intent, terms=self._terms(), now=self.now)
        self.has_orders = True
        return placed

    def _terms(self) -> checkout.Terms:
        urls = checkout.Urls(lambda token: f"http://shop.test/o/{token}", lambda token: f"http://shop.test/c/{token}")
        return checkout.Terms(self.zones, LETTERHEAD, urls, session_minutes=31, hold_minutes=40)

    def click_again(self, number: int, cut_at: str = "") -> None:
        """The same click once more, as after a page that did not come."""
        self._quietly(lambda: flow.payment_page(self.desk(cut_at), self._order(number).id, now=self.now))

    def come_back(self, number: int, cut_at: str = "") -> None:
        """The customer returns from the payment page."""
        self._quietly(lambda: flow.settle_from_return(self.desk(cut_at), self._order(number).token, now=self.now))

    def give_up(self, number: int) -> None:
        """The customer leaves the payment page by its link."""
        order_id = self._order(number).id
        self._quietly(lambda: flow.close_open_session(self.desk(), order_id, now=self.now, actor="customer"))

    def at_provider(self, action: str, number: int) -> None:
        """Press a button of the provider's payment page; one that is not there does nothing."""
        sessions = self.server.ledger()["sessions"]
        if sessions:  # the newest first: an old one can do little
            with suppress(Refusal):
                self.server.act(action, session=sessions[-1 - number % len(sessions)]["id"])

    # the provider

    def deliver(self, number: int, cut_at: str = "") -> bool:
        """Send one event, old or new; returns whether it was handled before."""
        events = self.server.ledger()["events"]
        if not events:
            return False
        body = json.dumps(events[number % len(events)]).encode()
        header = signature_header(body, SECRET, timestamp=int(self.now.timestamp()))
        read, told = self.gateway.read_event(body, header, self.now), list[str]()
        self._quietly(lambda: told.append(webhook.handle(self.desk(cut_at), read, now=self.now)))
        return told == ["duplicate"]

    def deliver_forged(self, number: int, late: timedelta) -> bool:
        """Send an event that somebody else signed, or one of another time; returns whether it was refused."""
        events = self.server.ledger()["events"]
        body = json.dumps(events[number % len(events)] if events else {}).encode()
        secret, stamp = (SECRET, self.now + late) if late else ("whsec_of_somebody", self.now)
        try:
            header = signature_header(body, secret, timestamp=int(stamp.timestamp()))
            self.gateway.read_event(body, header, self.now)
        except BadSignature:
            return True
        return False

    def dispute(self, action: str, number: int) -> None:
        """A customer complains at their bank, or the bank decides."""
        kind, name = ("charges", "charge") if action == "dispute" else ("disputes", "dispute")
        rows = self.server.ledger()[kind]
        if rows:
            with suppress(Refusal):
                self.server.act(action, **{name: rows[number % len(rows)]["id"]})

    def next_refund(self, action: str, number: int) -> None:
        """A refund that was pending ends."""
        rows = self.server.ledger()["refunds"]
        if rows:
            with suppress(Refusal):
                self.server.act(action, refund=rows[number % len(rows)]["id"])

    # the merchant and time

    def refund(self, number: int, minor: int, restock: bool, cut_at: str = "") -> None:
        """Send money back, perhaps more than there is, perhaps with the goods."""
        order, token = self._order(number), f"form-{next(self._numbers)}"
        goods = {line.id: line.quantity for line in order.lines} if restock else {}
        wish = RefundWish(Money(minor, order.currency), "did not fit", token, "merchant:m@example.com", goods)
        for _ in range(2):  # a double click
            self._quietly(lambda: refunding.refund(self.desk(cut_at), order.id, wish, now=self.now))

    def call_off(self, number: int) -> None:
        """The merchant calls off an order that is placed."""
        order = self._order(number)
        if order.state is OrderState.PENDING:
            return
        with suppress(ShopError), self.transaction() as session:
            orders.cancel(session, order.id, actor="merchant:m@example.com", now=self.now)
            mails.write(
                session, orders.get_by_id(session, order.id), mails.CANCELLED, letterhead=LETTERHEAD, now=self.now
            )

    def ship(self, number: int) -> None:
        """The merchant sends the parcel, and tells the customer."""
        order = self._order(number)
        with suppress(ShopError), self.transaction() as session:
            parcel = orders.ship(session, order.id, Parcel("Post", "T1"), actor="merchant:m@example.com", now=self.now)
            whole = orders.get_by_id(session, order.id)
            mails.write_shipped(session, whole, parcel, letterhead=LETTERHEAD, now=self.now)

    def work(self, cut_at: str = "") -> None:
        """The jobs of a minute: unpaid orders ended, mails sent."""
        self._quietly(lambda: flow.expire_due(self.desk(cut_at), now=self.now))
        send_due(self.transaction, LETTERHEAD, "", clock=lambda: self.now)

    def reconcile(self) -> ReconcileReport:
        """Ask the provider about everything of the last month."""
        return reconcile_all(self.desk(), since=self.now - timedelta(days=30), now=self.now)

    # looking

    def wrong(self) -> list[str]:
        """What the judge says now."""
        with Session(self.engine) as session:
            return judge(session, self.server.ledger(), STARTS)

    def wrong_in_the_end(self) -> list[str]:
        """What the judge says after trouble is over, every event was sent and a day of work was done."""
        self.server.clear_faults()
        for pending in [row["id"] for row in self.server.ledger()["refunds"] if row["status"] == "pending"]:
            self.server.act("succeed", refund=pending)
        for moved in (timedelta(0), timedelta(hours=2), timedelta(days=15)):
            self.now += moved
            self.server.expire_due()
            for session in [row["id"] for row in self.server.ledger()["sessions"]]:
                with suppress(Refusal):
                    self.server.act("bounce", session=session)
            for number in range(len(self.server.ledger()["events"])):
                self.deliver(number)
            self.reconcile()
            self.work()
        with Session(self.engine) as session:
            return judge_settled(session, self.server.ledger(), STARTS)

    def books(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row that money, goods or a customer depend on."""
        names = [
            "order",
            "order_line",
            "order_event",
            "payment_attempt",
            "refund",
            "stock_level",
            "hold",
            "outbox_mail",
        ]
        with Session(self.engine) as session:
            tables = [Base.metadata.tables[f"shop_{name}"] for name in names]
            return {
                table.name: sorted((tuple(row) for row in session.execute(select(table))), key=str) for table in tables
            }

    def _order(self, number: int) -> Order:
        with self.transaction() as session:
            found = session.scalars(select(Order.id).order_by(Order.id.desc())).all()
            return orders.get_by_id(session, found[number % len(found)])

    def _quietly(self, act: Callable[[], object]) -> None:
        with suppress(ShopError, PowerCut):
            act()
