"""A whole shop in one hand: its customers, its merchant, the provider's events, time, and the judge's view of it."""

import json
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from demo.stripe_server import signature_header
from demo.stripe_server.answers import Refusal
from shop.db import Base
from shop.gateway import BadSignature
from shop.mail.sending import send_due
from shop.payments import flow, webhook
from shop.payments.reconcile import ReconcileReport, reconcile_all
from tests.fakes import SECRET
from tests.invariants.customers import Customers
from tests.invariants.goods import STARTS
from tests.invariants.judge import judge, judge_settled
from tests.invariants.merchant import Merchant
from tests.shop.payments.conftest import LETTERHEAD

__all__ = ["STARTS", "World"]

BOOKS = (
    "order",
    "order_line",
    "order_event",
    "payment_attempt",
    "refund",
    "stock_level",
    "stock_movement",
    "hold",
    "outbox_mail",
    "shipment",
    "shipment_line",
    "return",
    "return_line",
    "withdrawal",
    "promotion",
    "promotion_customer",
    "promotion_use",
    "invoice",
    "invoice_counter",
)
"""Tables that money, goods or a customer depend on."""


class World(Customers, Merchant):
    """What customers, the merchant, the provider and time can do."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.carts, self.has_orders = [], False

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

    # time and its jobs

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
        with Session(self.engine) as session:
            tables = [Base.metadata.tables[f"shop_{name}"] for name in BOOKS]
            return {
                table.name: sorted((tuple(row) for row in session.execute(select(table))), key=str) for table in tables
            }
