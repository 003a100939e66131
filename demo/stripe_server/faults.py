"""Trouble on request: what goes wrong, for which calls or events, and how often."""

import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from demo.stripe_server.answers import Json

CALL_FAULTS = ("slow", "error", "rate_limit", "cut", "lose_answer", "pending_refund")
WEBHOOK_FAULTS = ("duplicate", "late", "shuffle", "lose", "skew")
TYPES: dict[str, tuple[type, ...]] = {
    "kind": (str,), "seconds": (int, float), "status": (int,), "saved": (bool,), "method": (str,), "path": (str,),
    "types": (list, tuple), "copies": (int,), "every": (int,), "times": (int, type(None)),
}  # fmt: skip


@dataclass
class Fault:
    """One fault in force. It hits every `every`-th call or event it matches, until it has hit `times`."""

    kind: str
    seconds: float = 0
    status: int = 500
    saved: bool = True
    method: str = ""
    path: str = ""
    types: Iterable[str] = ()
    copies: int = 2
    every: int = 1
    times: int | None = None
    seen: int = 0
    hits: int = 0

    def hit(self, method: str, path: str, event_type: str) -> bool:
        if self.times is not None and self.hits >= self.times:
            return False
        fits_call = method.startswith(self.method) and path.startswith(self.path)
        if not fits_call or (self.types and event_type not in self.types):
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.hits += 1
        return True


@dataclass
class Faults:
    in_force: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, **wanted: Any) -> Fault:
        """Put one fault in force. Raises ValueError for a name, a kind or a value that means nothing."""
        allowed = {part.name for part in fields(Fault)} - {"seen", "hits"}
        if wanted.keys() - allowed or wanted.get("kind") not in CALL_FAULTS + WEBHOOK_FAULTS:
            raise ValueError(f"A fault has a kind of {CALL_FAULTS + WEBHOOK_FAULTS} and may have {sorted(allowed)}.")
        wrong = [name for name, value in wanted.items() if not isinstance(value, TYPES[name])]
        if wrong or wanted.get("every", 1) < 1 or wanted.get("copies", 1) < 1:
            raise ValueError(f"Not a usable value for {', '.join(wrong) or 'every or copies'}.")
        fault = Fault(**wanted)
        with self._lock:
            self.in_force.append(fault)
        return fault

    def of_call(self, method: str, path: str) -> dict[str, Fault]:
        """Return the faults that hit this call, by kind."""
        return self._hit(CALL_FAULTS, method, path, "")

    def of_event(self, event_type: str) -> dict[str, Fault]:
        return self._hit(WEBHOOK_FAULTS, "", "", event_type)

    def clear(self) -> None:
        with self._lock:
            self.in_force.clear()

    def as_json(self) -> list[Json]:
        return [asdict(fault) for fault in self.in_force]

    def _hit(self, kinds: tuple[str, ...], method: str, path: str, event_type: str) -> dict[str, Fault]:
        with self._lock:
            hit = [fault for fault in self.in_force if fault.kind in kinds and fault.hit(method, path, event_type)]
        return {fault.kind: fault for fault in hit}
