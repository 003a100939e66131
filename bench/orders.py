"""A shop of many orders: how long the merchant's list, its filters, search and an order's page take.

    python -m bench.orders [--sizes 1000,10000,100000] [--database sqlite|postgresql|both] [--calls 40]

Orders are made by bulk inserts; the pages are asked for in this process, signed in as a merchant. A row a page: median
and p95 in milliseconds at each size. Wanted: p95 below 100 ms, and flat from the smallest size to the largest.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from bench.whole_shop import kinds, load_average
from shop import create_app
from shop.clock import utc_now
from shop.db import begin_write, make_engine
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.rules import NUMBER_ALPHABET
from shop.orders.states import OrderState, PaymentState, ShipmentState
from shop.staff import service as staff
from shop.staff.models import StaffMember
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.make import make_product

EMAIL, CHUNK, WANTED_MS = "merchant@shop.example", 5_000, 100
BASE = len(NUMBER_ALPHABET)
STATES = (
    (OrderState.COMPLETED, PaymentState.PAID, ShipmentState.SHIPPED, 80),
    (OrderState.CANCELLED, PaymentState.FAILED, ShipmentState.UNSHIPPED, 15),
    (OrderState.PLACED, PaymentState.PAID, ShipmentState.UNSHIPPED, 4),
    (OrderState.PENDING, PaymentState.PENDING, ShipmentState.UNSHIPPED, 1),
)


def add_orders(engine: Engine, first: int, last: int) -> None:
    """Orders of those numbers, each with a line and three steps of history."""
    chance = random.Random(first)
    for begin in range(first, last, CHUNK):
        numbers = range(begin, min(begin + CHUNK, last))
        with Session(engine) as session:
            begin_write(session)
            session.execute(insert(Order), [_order(number, chance) for number in numbers])
            session.execute(insert(OrderLine), [_line(number) for number in numbers])
            session.execute(insert(OrderEvent), [step for number in numbers for step in _steps(number)])
            session.commit()


def _at(number: int) -> datetime:
    return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=5 * number)


def _number(number: int) -> str:
    """Numbers tell nothing of the order they came in: spread over all of them, each once."""
    rest, letters = number * 123_456_791 % BASE**8, ""
    for _ in range(8):
        rest, letter = divmod(rest, BASE)
        letters += NUMBER_ALPHABET[letter]
    return f"TS-{letters[:4]}-{letters[4:]}"


def _order(number: int, chance: random.Random) -> dict[str, object]:
    state, payment, shipment = chance.choices([row[:3] for row in STATES], [row[3] for row in STATES])[0]
    return {
        "id": number + 1,
        "number": _number(number),
        "token": f"token-{number}",
        "checkout_token": f"checkout-{number}",
        "state": state,
        "payment_state": payment,
        "shipment_state": shipment,
        "email": f"buyer{number * 7_919 % 40_009}@shop.example",
        "full_name": f"Buyer {number}",
        "line1": "1 Main Street",
        "city": "Springfield",
        "postal_code": "62701",
        "country": "US",
        "currency": "USD",
        "subtotal_minor": 3400,
        "shipping_minor": 500,
        "tax_minor": 0,
        "tax_inclusive": False,
        "total_minor": 3900,
        "shipping_method": "standard",
        "shipping_title": "Standard shipping",
        "placed_at": _at(number),
    }


def _line(number: int) -> dict[str, object]:
    goods = {"sku": "MAT01-CHARCOAL", "title": "Acupressure mat", "option_value": "Charcoal", "quantity": 1}
    return {"order_id": number + 1, "unit_minor": 3400, "total_minor": 3400, **goods}


def _steps(number: int) -> Iterator[dict[str, object]]:
    for old, new in (("", "pending"), ("pending", "placed"), ("placed", "completed")):
        at = {"at": _at(number), "actor": "system", "note": ""}
        yield {"order_id": number + 1, "subject": "order", "old": old, "new": new, **at}


def pages(size: int) -> dict[str, list[str]]:
    """The addresses of each kind of page in a shop of so many orders."""
    some = random.Random(7).sample(range(size), 40)
    return {
        "list": ["/merchant/orders"],
        "list, in the middle": [f"/merchant/orders?before={number + 1}" for number in some],
        "placed": ["/merchant/orders?state=placed"],
        "waiting for payment": ["/merchant/orders?state=pending"],
        "needs attention (none)": ["/merchant/orders?payment=needs_attention"],
        "placed, not shipped": ["/merchant/orders?state=placed&shipment=unshipped"],
        "completed, not shipped (none)": ["/merchant/orders?state=completed&shipment=unshipped"],
        "search a number": [f"/merchant/orders?q={_number(number)}" for number in some],
        "search its beginning": [f"/merchant/orders?q={_number(number)[:7]}" for number in some],
        "search an e-mail": [f"/merchant/orders?q=buyer{number * 7_919 % 40_009}@shop.example" for number in some],
        "search nothing there": ["/merchant/orders?q=nobody@nowhere.example"],
        "order": [f"/merchant/orders/{_number(number)}" for number in some],
        "orders as JSON": ["/merchant/orders.json"],
        "overview": ["/merchant"],
    }


@contextmanager
def merchant_shop(kind: str) -> Iterator[tuple[Flask, FlaskClient, Engine]]:
    """A shop with one product, and a browser in which its merchant is signed in."""
    with tempfile.TemporaryDirectory() as folder:
        databases = SqliteDatabases(Path(folder)) if kind == "sqlite" else PostgresDatabases()
        with databases.fresh() as url:
            app = create_app(
                {
                    "SHOP_MODE": "test",
                    "SHOP_LOG_FORMAT": "text",
                    "SHOP_DATABASE_URL": url,
                    "SHOP_SECRET_KEYS": "a-secret-for-measurements-only-0123456789",
                    "SHOP_JOBS_URL": f"sqlite:///{folder}/jobs.db",
                    "SHOP_MEDIA_DIR": f"{folder}/media",
                    "SHOP_MODELS_DIR": f"{folder}/models",
                }
            )
            engine = make_engine(url)
            yield app, signed_in(app, engine), engine
            engine.dispose()
            app.extensions["tsubo"].engine.dispose()
        if isinstance(databases, PostgresDatabases):
            databases.stop()


def signed_in(app: Flask, engine: Engine) -> FlaskClient:
    """The merchant's browser."""
    with Session(engine) as session:
        begin_write(session)
        make_product(session)
        hashed = PasswordHasher().hash("a password for measurements")
        session.add(StaffMember(email=EMAIL, password_hash=hashed, active=True, created_at=utc_now()))
        session.flush()  # the sign-in names the member
        member = session.scalars(select(StaffMember)).one()
        token = staff.open_session(session, member.id, now=utc_now())
        session.commit()
    client = app.test_client()
    client.set_cookie("tsubo_staff", token)
    return client


def milliseconds(client: FlaskClient, addresses: list[str], calls: int) -> tuple[float, float]:
    """(median, p95) of how long a page takes. Raises RuntimeError for one that is not 200."""
    seconds = []
    for number in range(calls + 2):
        began = time.perf_counter()
        answer = client.get(addresses[number % len(addresses)])
        seconds.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{addresses[number % len(addresses)]} answered {answer.status_code}")
    return statistics.median(seconds[2:]) * 1000, statistics.quantiles(seconds[2:], n=20)[-1] * 1000


def measure(kind: str, sizes: list[int], calls: int) -> None:
    """Grow one shop from size to size, and ask for each page."""
    rows: dict[str, list[tuple[float, float]]] = {}
    with merchant_shop(kind) as (_app, client, engine):
        before = 0
        for size in sizes:
            add_orders(engine, before, size)
            before = size
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
            for name, addresses in pages(size).items():
                rows.setdefault(name, []).append(milliseconds(client, addresses, calls))
    print(f"{kind}: median and p95, ms" + " " * 8 + "".join(f"{size:>16}" for size in sizes))
    for name, figures in rows.items():
        verdict = "" if max(p95 for _, p95 in figures) < WANTED_MS else "   above what is wanted"
        print(f"  {name:<30}" + "".join(f"{median:>8.1f}{p95:>8.1f}" for median, p95 in figures) + verdict, flush=True)


def main() -> None:
    """Measure on one database or on both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    print(f"load at the start: {load_average()}")
    for kind in kinds(options.database):
        measure(kind, [int(size) for size in options.sizes.split(",")], options.calls)
    print(f"load at the end: {load_average()}")


if __name__ == "__main__":
    main()
