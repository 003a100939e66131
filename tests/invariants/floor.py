"""What customers and the merchant stand on: a real database, the provider's stand-in, one clock, and power cuts."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from sqlalchemy import Engine, select

from demo.stripe_server import InProcessStripe, StripeServer
from shop.cart import service as cart
from shop.cart.rules import CartTerms
from shop.errors import ShopError
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.states import OrderState
from shop.payments.adapter import StripeGateway
from shop.payments.desk import Desk
from shop.pricing import service as pricing
from tests.fakes import SECRET
from tests.invariants.goods import open_shop
from tests.make import NOW
from tests.shop.payments.conftest import LETTERHEAD, writer
from tests.shop.payments.providers import config

Pick = tuple[int, ...]
"""How many pieces of each line somebody types, line by line; as a form does, it goes no further than there are."""

MERCHANT = "merchant:m@example.com"
HAS_SOLD = (OrderState.PLACED, OrderState.COMPLETED)


class PowerCut(Exception):
    """The process is gone: what was not committed never was."""


@dataclass(frozen=True)
class CutDesk(Desk):
    """A desk whose power fails at the armed place, as when the process is killed there."""

    def failpoint(self, here: str) -> None:
        if self.armed_failpoint == here:
            raise PowerCut(here)


class Floor:
    """An opened shop. Errors that a page would tell are told to nobody."""

    def __init__(self, engine: Engine) -> None:
        self.now, self.engine = NOW, engine
        self.server = StripeServer(webhook_secret=SECRET, clock=self.seconds)
        self.gateway = StripeGateway(config(), http_client=lambda: InProcessStripe(self.server))
        self.transaction = writer(engine)
        self.zones = pricing.zones(config())
        self.terms: CartTerms = cart.terms_of(self.zones, 30)
        self._numbers = count(1)
        with self.transaction() as session:
            open_shop(session)

    def seconds(self) -> float:
        """The one clock, as the provider reads it."""
        return self.now.timestamp()

    def wait(self, passed: timedelta) -> None:
        """Nothing happens for a while."""
        self.now += passed

    def desk(self, cut_at: str = "") -> Desk:
        """The desk of one request; with `cut_at` its power fails there."""
        return CutDesk(
            gateway=lambda: self.gateway,
            transaction=self.transaction,
            letterhead=LETTERHEAD,
            armed_failpoint=cut_at,
        )

    def form_token(self) -> str:
        """What a form carries that was opened just now."""
        return f"form-token-{next(self._numbers):08d}"

    def _order(self, number: int) -> Order:
        """One of the orders, the newest first."""
        found = self._find_order(number, *OrderState)
        assert found is not None
        return found

    def _sold_order(self, number: int) -> Order | None:
        """One of the orders that are the shop's to fulfil or fulfilled, if there are any."""
        return self._find_order(number, *HAS_SOLD)

    def _find_order(self, number: int, *states: OrderState) -> Order | None:
        query = select(Order.id).where(Order.state.in_(states)).order_by(Order.id.desc())
        with self.transaction() as session:
            found = session.scalars(query).all()
            if not found:
                return None
            order = orders.get_by_id(session, found[number % len(found)])
            _ = order.returns, order.withdrawals  # read while there is a session
            _ = [each.lines for each in order.returns]
            return order

    def _quietly(self, act: Callable[[], object]) -> None:
        with suppress(ShopError, PowerCut):
            act()


def picked(order: Order, most: Mapping[int, int], pick: Pick) -> dict[int, int]:
    """The pieces per line id that were typed, without the lines of which there are none."""
    typed = zip(order.lines, pick * len(order.lines), strict=False)
    chosen = {line.id: min(units, most.get(line.id, 0)) for line, units in typed}
    return {line_id: units for line_id, units in chosen.items() if units > 0}
