"""A power cut at each step of paying. The provider's own ledger says what is true; reconcile brings the shop there."""

import multiprocessing
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from demo.stripe_server import StripeServer, serving
from shop import create_app
from shop.clock import utc_now
from shop.db import begin_write, make_engine
from shop.mail.models import OutboxMail
from shop.orders.models import Order
from shop.payments.models import Refund
from shop.payments.reconcile import reconcile_all
from shop.payments.web_desk import web_desk
from shop.stock.models import StockLevel
from tests.databases import SqliteDatabases
from tests.faults import driver
from tests.make import make_stock

FAILPOINTS = [
    "before_open_payment",
    "after_open_payment",
    "after_record_page",
    "before_settle_commit",
    "after_settle_commit",
    "before_webhook_commit",
    "after_webhook_commit",
    "before_refund",
    "after_refund",
]
SKU, START = "MAT01-CHARCOAL", 3


def run_until_killed(config: dict[str, str], failpoint: str) -> int | None:
    """The exit code of a customer's way that ends at the failpoint."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["stripe", "tests.faults.driver"])
    process = processes.Process(target=driver.buy, args=(config, failpoint))
    process.start()
    process.join(60)
    return process.exitcode


def pay_what_is_open(server: StripeServer) -> None:
    """The customer does not know that the shop died, and pays."""
    for session in server.ledger()["sessions"]:
        if session["status"] == "open":
            server.act("pay", session=session["id"])


def judge(engine: Engine, server: StripeServer) -> None:
    """No charge without an order, no paid order without a charge, and the units add up."""
    ledger = server.ledger()
    charged = {charge["payment_intent"] for charge in ledger["charges"] if charge["status"] == "succeeded"}
    with Session(engine) as session:
        orders = session.scalars(select(Order)).all()
        level = session.get_one(StockLevel, SKU)
        refunded = sum(session.scalars(select(Refund.amount_minor).where(Refund.state == "succeeded")))
        confirmations = session.scalars(select(OutboxMail.id).where(OutboxMail.kind == "confirmation")).all()
    paid = [order for order in orders if order.payment_state == "paid" and order.state == "placed"]
    assert len(paid) == len(charged) == len(confirmations)
    assert sum(order.total_minor for order in paid) == ledger["totals"]["charged"].get("usd", 0)
    assert refunded == ledger["totals"]["refunded"].get("usd", 0)
    assert (level.available, level.held, level.sold) == (START - len(paid), 0, len(paid))


@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_after_a_kill_reconcile_leaves_one_paid_order_for_each_charge(
    sqlite_databases: SqliteDatabases, tmp_path: Path, failpoint: str
) -> None:
    server = StripeServer(webhook_secret=driver.SECRET)
    with sqlite_databases.fresh() as url, serving(server) as address:
        engine = make_engine(url)
        with Session(engine) as session:
            begin_write(session)
            make_stock(session, SKU, available=START)
            session.commit()
        config = driver.settings(url, address, str(tmp_path))

        exit_code = run_until_killed(config, failpoint)
        pay_what_is_open(server)
        server.advance(2 * 3600)
        app = create_app(config)
        with app.app_context():
            later = utc_now() + timedelta(hours=2)
            reports = [reconcile_all(web_desk(), since=utc_now() - timedelta(days=1), now=later) for _ in range(2)]

        assert exit_code == -signal.SIGKILL
        assert reports[1].is_clean
        assert reports[1].repaired == ()
        judge(engine, server)
        app.extensions["tsubo"].engine.dispose()
        engine.dispose()
