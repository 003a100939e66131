"""PostgreSQL ends every connection, before a request and in the middle of a transaction: nothing is half done."""

import threading
from collections.abc import Iterator

import pytest
from flask import Response
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shop.db import make_engine
from shop.stock import service as stock
from shop.stock.models import Hold
from tests.conftest import MakeApp
from tests.databases import PostgresDatabases
from tests.fakes import FakeGateway
from tests.make import make_product
from tests.shop.payments.conftest import SKU, Bench

CUTS = 6


@pytest.fixture
def database_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """PostgreSQL only: SQLite has no connections that somebody could cut."""
    with postgres_databases.fresh() as url:
        yield url


def cut_everybody(url: str) -> int:
    """End all other connections of this database, as a restart of the server does; returns how many."""
    admin = create_engine(make_url(url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        ended = connection.scalars(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).all()
    admin.dispose()
    return len(ended)


def test_the_request_after_a_cut_is_answered(make_app: MakeApp, database_url: str) -> None:
    app = make_app()
    with app.extensions["tsubo"].sessions() as session:
        make_product(session)
        session.commit()
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    assert client.get("/products").status_code == 200

    ended = cut_everybody(database_url)
    read = client.get("/products/mat01")
    written = client.post("/cart/add", data={"sku": SKU, "quantity": "1"})

    assert ended >= 1
    assert (read.status_code, written.status_code) == (200, 303)


def test_a_cut_between_an_answer_and_its_end_takes_nothing_from_the_answer(
    make_app: MakeApp, database_url: str
) -> None:
    app = make_app()
    engine = app.extensions["tsubo"].engine
    with app.extensions["tsubo"].sessions() as session:
        make_product(session)
        session.commit()
    is_cut = list[int]()

    def cut(response: Response) -> Response:
        is_cut.append(cut_everybody(database_url))
        return response

    app.after_request(cut)
    client = app.test_client()

    answers = [client.get("/products/mat01").status_code for _ in range(3)]

    assert answers == [200] * 3
    assert min(is_cut) >= 1
    assert engine.pool.checkedout() == 0


def test_a_settlement_cut_before_its_commit_never_was_and_is_made_once_afterwards(
    database_url: str, gateway: FakeGateway
) -> None:
    engine = make_engine(database_url)
    bench = Bench(engine, gateway)
    order_id, session_id = bench.opened(available=3)
    gateway.pay(session_id)

    def settle_and_be_cut() -> None:
        with bench.desk.transaction() as session:
            stock.sell_holds(session, order_id)
            cut_everybody(database_url)
            session.execute(select(Hold))

    with pytest.raises(DBAPIError):
        settle_and_be_cut()
    after_the_cut = bench.stock(), bench.states(order_id), bench.mails()

    outcomes = [bench.settle(order_id, session_id) for _ in range(2)]

    assert after_the_cut == ((2, 1, 0), ("pending", "pending"), [])
    assert outcomes == ["placed", "unchanged"]
    assert (bench.stock(), bench.states(order_id)) == ((2, 0, 1), ("placed", "paid"))
    assert bench.mails().count("confirmation") == 1
    engine.dispose()


def test_buyers_whose_connections_are_cut_again_and_again_lose_no_unit(database_url: str, gateway: FakeGateway) -> None:
    engine = make_engine(database_url)
    bench = Bench(engine, gateway)
    orders = [bench.opened(f"TS-TEST-{number:04}", available=12) for number in range(12)]
    for _, session_id in orders:
        gateway.pay(session_id)
    is_over = threading.Event()

    def settle(order_id: int, session_id: str) -> None:
        for _ in range(200):
            try:
                bench.settle(order_id, session_id)
            except DBAPIError:
                continue  # as the provider does, which sends its event again
            return

    def cut() -> None:
        for _ in range(CUTS):
            cut_everybody(database_url)
            if is_over.wait(0.1):
                return

    cutter = threading.Thread(target=cut)
    settling = [threading.Thread(target=settle, args=order) for order in orders]
    cutter.start()
    for thread in settling:
        thread.start()
    for thread in settling:
        thread.join(60)
    is_over.set()
    cutter.join(20)

    with Session(engine) as session:
        left = session.scalars(select(Hold.state)).all()
    assert bench.stock() == (0, 0, 12)
    assert [bench.states(order_id) for order_id, _ in orders] == [("placed", "paid")] * 12
    assert set(left) == {"sold"}
    assert bench.mails().count("confirmation") == 12
    engine.dispose()
