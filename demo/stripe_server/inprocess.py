"""The stand-in without a socket: an HTTP client for the real StripeClient that calls it directly."""

from collections.abc import Mapping
from typing import Any

import stripe

from demo.stripe_server.server import StripeServer

_connection_error: Any = stripe.APIConnectionError  # its constructor carries no types


class InProcessStripe(stripe.HTTPClient):
    """`StripeClient("sk_test_demo", http_client=InProcessStripe(server))`."""

    name = "in-process"

    def __init__(self, server: StripeServer) -> None:
        super().__init__()
        self._server = server

    def request(self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None,
                **_usage: Any) -> tuple[str, int, Mapping[str, str]]:  # fmt: skip
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        answer = self._server.handle(method.upper(), url, lowered, post_data or "")
        if answer.cut:
            lost: Exception = _connection_error("The stand-in closed the connection.", should_retry=True)
            raise lost
        return answer.body.decode(), answer.status, {name.lower(): value for name, value in answer.headers.items()}

    def close(self) -> None:
        """Nothing is open."""
