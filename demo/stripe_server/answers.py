"""What goes back over the wire, and Stripe's way of saying no."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `cut` means that the connection is closed instead of answering."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


class Refusal(Exception):
    """A request that Stripe would refuse, with the error object it would send."""

    def __init__(self, message: str, *, status: int = 400, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.param, self.code = status, param, code
        self.kind = "invalid_request_error"

    def answer(self) -> Answer:
        error = {"type": self.kind, "message": str(self), "param": self.param, "code": self.code}
        return json_answer(self.status, {"error": {name: value for name, value in error.items() if value is not None}})


class BadParameter(Refusal):
    """A parameter that fails validation: refused before any work, so no idempotency key remembers it."""


class KeyReused(Refusal):
    """An idempotency key sent again with another request, or while the first is still running."""

    def __init__(self, message: str, *, status: int, code: str | None = None) -> None:
        super().__init__(message, status=status, code=code)
        self.kind = "idempotency_error"


class ServerFailure(Refusal):
    """A failure of the provider itself (500, 503)."""

    def __init__(self, status: int) -> None:
        super().__init__("The stand-in was told to fail.", status=status)
        self.kind = "api_error"


def missing(kind: str, object_id: str, param: str) -> Refusal:
    return Refusal(f"No such {kind}: '{object_id}'", status=404, param=param, code="resource_missing")


def json_answer(status: int, content: Json, headers: Mapping[str, str] | None = None) -> Answer:
    body = json.dumps(content, indent=2).encode()
    return Answer(status, body, {"Content-Type": "application/json", **(headers or {})})
