"""How often and for how much an order keeps other writers waiting: SQLite has one write lock for the whole shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import Connection, event

from shop.db import WRITE_OPTION
from tests.shop.checkout.shopper import Shopper


@dataclass
class Writing:
    """What was done under write locks: one list of statements for each."""

    transactions: list[list[str]] = field(default_factory=list)
    now: Connection | None = None


@contextmanager
def watched(app: Flask) -> Iterator[Writing]:
    """Watch the app's database."""
    engine, seen = app.extensions["tsubo"].engine, Writing()

    def began(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITE_OPTION):
            seen.now = connection
            seen.transactions.append([])

    def ran(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if connection is seen.now:
            seen.transactions[-1].append(statement)

    def ended(_connection: Connection) -> None:
        seen.now = None

    listeners = (("begin", began), ("before_cursor_execute", ran), ("commit", ended), ("rollback", ended))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    yield seen
    for name, listener in listeners:
        event.remove(engine, name, listener)


def test_placing_an_order_writes_twice_and_keeps_the_lock_for_few_statements(app: Flask, shopper: Shopper) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()

    with watched(app) as seen:
        answer = shopper.place(button)

    assert answer.location.startswith("http://provider.test/pay/")
    assert len(seen.transactions) == 2  # the order; then, after the provider's answer, its payment page
    assert len(seen.transactions[0]) <= 13
    assert len(seen.transactions[1]) <= 4


def test_who_comes_too_late_hears_so_without_waiting_for_a_lock(app: Flask, shopper: Shopper) -> None:
    shopper.add()
    shopper.type_details()
    button = shopper.button()
    with app.extensions["tsubo"].engine.begin() as connection:
        connection.exec_driver_sql("UPDATE shop_stock_level SET available = 0")

    with watched(app) as seen:
        answer = shopper.place(button)

    assert answer.location == "/cart?told=short"
    assert seen.transactions == []


def test_coming_back_unpaid_and_looking_again_takes_no_lock_before_something_is_to_be_written(
    app: Flask, shopper: Shopper
) -> None:
    shopper.order()
    gateway = app.extensions["tsubo"].gateway
    token = gateway.requests[0].parameters["success_url"].rsplit("/", 1)[1].split("?")[0]

    with watched(app) as seen:
        shopper.client.get(f"/checkout/return/{token}")

    assert len(seen.transactions) == 1  # the settlement itself
