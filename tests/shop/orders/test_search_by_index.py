"""Searching orders is answered by indexes on either database, so that it takes as long with 100,000 as with ten."""

from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from shop.orders.listing import OrderFilter, list_orders
from shop.orders.models import Order
from tests.make import make_order, make_stock


def plans(session: Session, query: str) -> str:
    """How the database would find the page and the count of a search."""
    asked: list[tuple[str, Any]] = []
    connection = session.connection()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    list_orders(session, OrderFilter(query=query))
    event.remove(connection, "before_cursor_execute", note)
    word = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    if connection.dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))  # of three rows it would read all, and rightly
    rows = [row for statement, values in asked for row in connection.exec_driver_sql(word + statement, values)]
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize("query", ["TS-TEST-0001", "ts-te", "pat@example.com", "p"])
def test_peer_15_a_search_never_reads_all_orders(session: Session, query: str) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    make_order(session)

    plan = plans(session, query)

    assert "begins" in plan or "sqlite_autoindex" in plan or "uq_shop_order_number" in plan, plan
    assert "SCAN shop_order" not in plan
    assert "Seq Scan on shop_order" not in plan


@pytest.mark.parametrize(
    ("query", "found"),
    [("TS-TEST-0001", 1), ("ts-test", 2), ("PAT@EX", 1), ("%", 0), ("_", 0), ("Zoë", 1), ("zo", 1), ("pat@x", 0)],
)
def test_a_search_finds_what_begins_like_it_whatever_is_typed(session: Session, query: str, found: int) -> None:
    make_stock(session, "MAT01-CHARCOAL")
    make_order(session)
    make_order(session, "TS-TEST-0002", email="zoë@example.com")

    page = list_orders(session, OrderFilter(query=query))

    assert len(page.rows) == page.count == found
    assert session.query(Order).count() == 2
