"""A visitor who fills in the checkout as a browser would."""

import re
from dataclasses import dataclass, field

from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from shop.orders.models import Order
from shop.stock.models import StockLevel

SKU = "MAT01-CHARCOAL"
ADDRESS = {
    "email": "pat@example.com",
    "full_name": "Pat Example",
    "country": "US",
    "line1": "1 Long Street",
    "line2": "",
    "city": "San Francisco",
    "region": "CA",
    "postal_code": "94110",
    "phone": "",
    "method": "standard",
}


@dataclass
class Shopper:
    """One visitor with a cart."""

    client: FlaskClient
    typed: dict[str, str] = field(default_factory=lambda: dict(ADDRESS))

    def add(self, quantity: int = 1, sku: str = SKU) -> TestResponse:
        """Put something into the cart."""
        return self.client.post("/cart/add", data={"sku": sku, "quantity": quantity})

    def csrf(self) -> str:
        """The token that the forms of this cart carry."""
        return _hidden(self.client.get("/cart").text, "csrf_token")

    def type_details(self, **changes: str) -> TestResponse:
        """Send the first step."""
        return self.client.post("/checkout", data={"csrf_token": self.csrf(), **self.typed, **changes})

    def button(self) -> dict[str, str]:
        """What the check page's button sends."""
        page = self.client.get("/checkout/review").text
        return {name: _hidden(page, name) for name in ("csrf_token", "checkout_token")}

    def place(self, button: dict[str, str] | None = None) -> TestResponse:
        """Press the button."""
        return self.client.post("/checkout/place", data=button or self.button())

    def order(self) -> TestResponse:
        """From an empty cart to the payment page."""
        self.add()
        self.type_details()
        return self.place()


def orders_of(engine: Engine) -> list[Order]:
    """Every order there is, oldest first."""
    with Session(engine) as session:
        return list(session.scalars(select(Order).order_by(Order.id)))


def level_of(engine: Engine) -> tuple[int, int, int]:
    """Units of the mat that are (available, held, sold)."""
    with Session(engine) as session:
        level = session.get_one(StockLevel, SKU)
        return (level.available, level.held, level.sold)


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="(\w+)"', page)
    assert found is not None, f"no {name} on this page"
    return found.group(1)
