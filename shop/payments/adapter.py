"""Stripe behind the shop's `Gateway`: the only module that imports `stripe`, at first use (it costs up to a second)."""

from shop.config import Config


class StripeGateway:
    """Checkout Sessions over `StripeClient`, with a short timeout and an idempotency key on every POST."""

    def __init__(self, config: Config) -> None:
        self._config = config
