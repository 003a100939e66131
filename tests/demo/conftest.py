"""One stand-in in two forms: called directly, and over a socket. What both must do is asked of both."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import stripe
from stripe.checkout import Session

from demo.stripe_server import InProcessStripe, StripeServer, serving
from tests.demo.browser import Browser

SECRET = "whsec_for_tests"


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Desk:
    """A merchant with a client of the real library, and a buyer with a browser."""

    server: StripeServer
    stripe: stripe.StripeClient
    browser: Browser
    clock: Clock

    def open_session(self, **changes: Any) -> Session:
        wanted: Any = {**order(), **changes}
        return self.stripe.v1.checkout.sessions.create(wanted)

    def paid_session(self) -> Session:
        session = self.open_session()
        self.server.act("pay", session=session.id)
        return self.stripe.v1.checkout.sessions.retrieve(session.id)


def order(*amounts: int, currency: str = "usd") -> Any:
    """The parameters of a session with a line per amount."""
    return {
        "mode": "payment",
        "client_reference_id": "T-1001",
        "success_url": "http://127.0.0.1:8000/return?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/cart",
        "line_items": [line(amount, currency) for amount in amounts or (4900, 595)],
    }


def line(amount: int, currency: str = "usd") -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": f"Item for {amount}"}}
    return {"quantity": 1, "price_data": price}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> StripeServer:
    return StripeServer(webhook_secret=SECRET, clock=clock)


@pytest.fixture(params=["in process", "over a socket"])
def desk(request: pytest.FixtureRequest, server: StripeServer, clock: Clock) -> Iterator[Desk]:
    with ExitStack() as ending:
        if request.param == "in process":
            client = stripe.StripeClient("sk_test_demo", http_client=InProcessStripe(server))
            yield Desk(server, client, Browser(server), clock)
            return
        address = ending.enter_context(serving(server))
        http = stripe.RequestsClient(timeout=5)
        ending.callback(http.close)
        client = stripe.StripeClient("sk_test_demo", http_client=http, base_addresses={"api": address},
                                     max_network_retries=0)  # fmt: skip
        yield Desk(server, client, Browser(server, address), clock)


@pytest.fixture
def near(server: StripeServer, clock: Clock) -> Desk:
    """The direct form only, for what no socket changes."""
    client = stripe.StripeClient("sk_test_demo", http_client=InProcessStripe(server), max_network_retries=0)
    return Desk(server, client, Browser(server), clock)


@pytest.fixture
def state_file(tmp_path: Path) -> Path:
    return tmp_path / "stripe.sqlite3"
