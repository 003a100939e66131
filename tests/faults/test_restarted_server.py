"""PostgreSQL is restarted while orders are placed: 503 and never 500, nothing half done, and the next try succeeds.

The server is one of its own, so that no other test is cut.
"""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from demo.stripe_server import InProcessStripe, StripeServer, webhook_headers
from shop.clock import utc_now
from shop.payments.adapter import StripeGateway
from tests.conftest import ORIGIN, MakeApp
from tests.databases import PostgresDatabases
from tests.fakes import SECRET
from tests.faults.test_cut_connections import cut_everybody
from tests.invariants.judge import judge_settled
from tests.make import make_product
from tests.shop.checkout.shopper import SKU, Shopper, level_of, orders_of
from tests.shop.payments.providers import config

START, BUYERS, TRIES = 20, 8, 400
Cut = Callable[[], object]


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresDatabases]:
    databases = PostgresDatabases()
    yield databases
    databases.stop()


@pytest.fixture
def database_url(own_server: PostgresDatabases) -> Iterator[str]:
    with own_server.fresh() as url:
        yield url


@pytest.fixture
def provider() -> StripeServer:
    return StripeServer(webhook_secret=SECRET)


@pytest.fixture
def gateway(provider: StripeServer) -> StripeGateway:
    return StripeGateway(config(), http_client=lambda: InProcessStripe(provider))


@pytest.fixture
def shop(make_app: MakeApp) -> Flask:
    app = make_app(SHOP_PROVIDER_TIMEOUT_SECONDS=1)  # how long a press waits for one that was cut: 3 seconds more
    with app.extensions["tsubo"].sessions() as session:
        make_product(session, "MAT01", variants=("CHARCOAL",), available=START)
        session.commit()
    return app


def visitor(app: Flask) -> Shopper:
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = ORIGIN["Sec-Fetch-Site"]
    return Shopper(client)


def cut_once(engine: Engine, place: str, cut: Cut) -> list[str]:
    """Let `cut` happen once, when an order's units were just held: before the next statement or before the commit."""
    seen: list[str] = []

    def cut_now(where: str) -> None:
        if seen == ["held"]:
            seen.append(where)
            cut()

    def statement(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        if place == "statement":
            cut_now(text)
        if not seen and "INTO shop_hold" in text:
            seen.append("held")

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", lambda _connection: cut_now("commit") if place == "commit" else None)
    return seen


def pay(provider: StripeServer, client: FlaskClient, location: str) -> int:
    """Pay there, and tell the shop as often as the provider would; returns how the shop answered in the end."""
    found = re.search(r"cs_\w+", location)
    assert found is not None, location
    provider.act("pay", session=found.group())
    told = next(
        event
        for event in provider.ledger()["events"]
        if event["type"] == "checkout.session.completed" and event["data"]["object"]["id"] == found.group()
    )
    body = json.dumps(told).encode()
    headers = webhook_headers(body, SECRET, timestamp=int(utc_now().timestamp()))
    return until_answered(lambda: client.post("/webhooks/stripe", data=body, headers=headers), Counter()).status_code


def until_answered(ask: Callable[[], TestResponse], answers: Counter[int]) -> TestResponse:
    """Ask again while the answer is "try again in a moment" or "it is being opened", as people and the provider do."""
    for _ in range(TRIES):
        answer = ask()
        answers[answer.status_code] += 1
        if answer.status_code != 503 and "/checkout/wait/" not in (answer.location or ""):
            return answer
        assert answer.status_code == 303 or answer.headers["Retry-After"] == "5"
        time.sleep(0.05 if answer.status_code == 503 else 0.5)  # a cart may press 30 times a minute
    return answer


@pytest.mark.parametrize("place", ["statement", "commit"])
@pytest.mark.parametrize("how", ["fast", "immediate", "backends"])
def test_an_order_that_a_restart_cuts_never_was_and_the_next_press_places_it_once(
    shop: Flask, own_server: PostgresDatabases, database_url: str, provider: StripeServer, how: str, place: str
) -> None:
    engine, shopper = shop.extensions["tsubo"].engine, visitor(shop)
    shopper.add()
    shopper.type_details()
    button = shopper.button()
    cut = (lambda: cut_everybody(database_url)) if how == "backends" else (lambda: own_server.restart(how))
    seen = cut_once(engine, place, cut)

    cut_off = shopper.place(button)
    half = orders_of(engine), level_of(engine), provider.ledger()["sessions"]
    again = shopper.place(button)
    told = pay(provider, shopper.client, again.location)

    assert len(seen) == 2
    assert (cut_off.status_code, cut_off.headers["Retry-After"]) == (503, "5")
    assert half == ([], (START, 0, 0), [])
    assert (again.status_code, told) == (303, 200)
    assert level_of(engine) == (START - 1, 0, 1)
    with Session(engine) as session:
        assert judge_settled(session, provider.ledger(), {SKU: START}) == []


class Buyer(threading.Thread):
    """Buys one thing, and presses the same button again when told to."""

    def __init__(self, app: Flask, provider: StripeServer, number: int, ordered: threading.Semaphore) -> None:
        super().__init__(daemon=True)
        self.answers, self.paid = Counter[int](), 0
        self._shopper, self._provider, self._ordered = visitor(app), provider, ordered
        self._shopper.typed["email"] = f"buyer{number}@example.com"

    def run(self) -> None:
        shopper, ask = self._shopper, self._ask
        ask(shopper.add)
        token = re.search(r'name="csrf_token"[^>]*value="(\w+)"', ask(lambda: shopper.client.get("/cart")).text)
        assert token is not None
        typed = {"csrf_token": token.group(1), **shopper.typed}
        ask(lambda: shopper.client.post("/checkout", data=typed))
        page = ask(lambda: shopper.client.get("/checkout/review")).text
        button = dict(re.findall(r'name="(csrf_token|checkout_token)"[^>]*value="(\w+)"', page))
        placed = ask(lambda: shopper.place(button))
        self._ordered.release()
        self.paid = pay(self._provider, shopper.client, placed.location)

    def _ask(self, ask: Callable[[], TestResponse]) -> TestResponse:
        return until_answered(ask, self.answers)


def test_buyers_in_the_middle_of_two_restarts_all_get_their_order_and_the_books_add_up(
    shop: Flask, own_server: PostgresDatabases, provider: StripeServer
) -> None:
    engine, ordered = shop.extensions["tsubo"].engine, threading.Semaphore(0)
    buyers = [Buyer(shop, provider, number, ordered) for number in range(BUYERS)]

    for buyer in buyers:
        buyer.start()
    for how in ("fast", "immediate"):
        assert ordered.acquire(timeout=60)
        own_server.restart(how)
    for buyer in buyers:
        buyer.join(60)

    answers = sum((buyer.answers for buyer in buyers), Counter[int]())
    assert set(answers) <= {200, 303, 503}
    assert [buyer.paid for buyer in buyers] == [200] * BUYERS
    assert Counter((order.state, order.payment_state) for order in orders_of(engine)) == {("placed", "paid"): BUYERS}
    with Session(engine) as session:
        assert judge_settled(session, provider.ledger(), {SKU: START}) == []
