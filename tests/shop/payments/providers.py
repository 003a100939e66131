"""A provider with the hands of its customers, and the calls and events that the tests of gateways share."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from demo.stripe_server import signature_header
from shop.clock import utc_now
from shop.config import Config, load_config
from shop.gateway import Gateway, PaymentRequest, RefundRequest
from shop.money import Money
from tests.fakes import SECRET

OLD_SECRET = "whsec_the_one_before"


class Provider:
    """A gateway and the hands of its customers."""

    def __init__(self, gateway: Gateway, act: Callable[[str, str], Any], refund_act: Callable[[str, str], Any]) -> None:
        self.gateway, self.act, self.refund_act = gateway, act, refund_act


def config(**settings: Any) -> Config:
    return load_config(
        {
            "SHOP_MODE": "test",
            "SHOP_SECRET_KEYS": "a-secret-for-tests-only-0123456789abcdef",
            "SHOP_STRIPE_SECRET_KEY": "sk_test_contract",
            "SHOP_STRIPE_WEBHOOK_SECRETS": f"{OLD_SECRET},{SECRET}",
            **settings,
        }
    )


def make_request(*, key: str = "order:TS-1:session:1", amount: int = 3400, minutes: int = 31) -> PaymentRequest:
    parameters = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "client_reference_id": "TS-1",
        "customer_email": "pat@example.com",
        "locale": "auto",
        "success_url": "http://shop.test/orders/t",
        "cancel_url": "http://shop.test/cart",
        "expires_at": int((utc_now() + timedelta(minutes=minutes)).timestamp()),
        "adaptive_pricing": {"enabled": False},
        "metadata": {"order": "TS-1"},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Mat"}},
            }
        ],
    }
    return PaymentRequest(order_id=1, attempt_id=1, idempotency_key=key, parameters=parameters)


def refund_of(intent: str | None, minor: int, *, refund_id: int = 1) -> RefundRequest:
    assert intent is not None
    return RefundRequest(refund_id, intent, Money(minor, "USD"), f"refund:{intent}:{refund_id}")


def event(secret: str, stamp: datetime, content: object | None = None) -> tuple[bytes, str]:
    usual = {
        "object": "event",
        "id": "evt_1",
        "type": "checkout.session.completed",
        "api_version": "2026-10-28.endive",
        "livemode": False,
        "created": int(stamp.timestamp()),
        "data": {"object": {"id": "cs_test_1"}},
    }
    body = json.dumps(usual if content is None else content, indent=2).encode()
    return body, signature_header(body, secret, timestamp=int(stamp.timestamp()))
