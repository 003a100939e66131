"""One customer's way from order to refund, run in a process that a failpoint kills on the way."""

import json
import urllib.request
from typing import Any

from sqlalchemy import select

from demo.stripe_server import webhook_headers
from shop import create_app
from shop.clock import utc_now
from shop.money import Money
from shop.payments import flow, refunding, service
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import RefundWish
from shop.payments.rules import Addresses
from shop.payments.web_desk import web_desk
from shop.web import transaction
from tests.make import make_order

SECRET = "whsec_for_faults"


def settings(database_url: str, provider: str, folder: str) -> dict[str, str]:
    """A shop on this database that pays at the stand-in at `provider`."""
    return {
        "SHOP_MODE": "test",
        "SHOP_DATABASE_URL": database_url,
        "SHOP_SECRET_KEYS": "a-secret-for-tests-only-0123456789abcdef",
        "SHOP_JOBS_URL": f"sqlite:///{folder}/jobs.db",
        "SHOP_STRIPE_SECRET_KEY": "sk_test_faults",
        "SHOP_STRIPE_API_BASE": provider,
        "SHOP_STRIPE_WEBHOOK_SECRETS": SECRET,
    }


def buy(config: dict[str, str], failpoint: str) -> None:
    """Order, open the page, pay, settle (by webhook or return, as the failpoint wants it), refund a part."""
    app = create_app({**config, "SHOP_FAILPOINT": failpoint})
    with app.app_context():
        order_id = _order()
        flow.payment_page(web_desk(), order_id, now=utc_now())
        session_id = _session_id(order_id)
        control(config, "act", session=session_id, action="pay")
        if "webhook" in failpoint:
            _deliver(app, config, session_id)
        else:
            flow.settle_from_return(web_desk(), "token-of-TS-TEST-0001", now=utc_now())
        wish = RefundWish(Money(1000, "USD"), "did not fit", "form", "merchant:m@example.com")
        refunding.refund(web_desk(), order_id, wish, now=utc_now())


def control(config: dict[str, str], path: str, **content: str) -> Any:
    """Ask the stand-in's control address."""
    address = f"{config['SHOP_STRIPE_API_BASE']}/_control/{path}"
    data = json.dumps(content).encode() if content else None
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def _order() -> int:
    with transaction() as session:
        order = make_order(session, placed_at=utc_now())
        service.prepare_attempt(
            session,
            order,
            Addresses("http://shop.test/order/t", "http://shop.test/cart"),
            session_minutes=31,
            now=utc_now(),
        )
        return order.id


def _session_id(order_id: int) -> str:
    with transaction() as session:
        found = session.scalar(select(PaymentAttempt.session_id).where(PaymentAttempt.order_id == order_id))
    assert found is not None
    return found


def _deliver(app: Any, config: dict[str, str], session_id: str) -> None:
    events = control(config, "ledger")["events"]
    event = next(
        event
        for event in events
        if event["type"] == "checkout.session.completed" and event["data"]["object"]["id"] == session_id
    )
    body = json.dumps(event).encode()
    headers = webhook_headers(body, SECRET, timestamp=int(utc_now().timestamp()))
    assert app.test_client().post("/webhooks/stripe", data=body, headers=headers).status_code == 200
