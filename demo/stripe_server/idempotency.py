"""Idempotency keys: the first answer is kept and given again, whatever it was."""

import hashlib
from urllib.parse import parse_qsl

from demo.stripe_server.answers import Answer, Json, KeyReused, Refusal
from demo.stripe_server.store import Store

KEPT_SECONDS = 24 * 3600  # Stripe forgets a key after a day: then the same call is done a second time
LONGEST_KEY = 255


class Keys:
    """The keys seen, and the calls now running under one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._running: set[str] = set()

    def begin(self, key: str, *, method: str, path: str, body: str, now: int) -> Answer | None:
        """Return the kept answer, or None when this call is the first and must be done (then call `end`)."""
        request = _digest(method, path, body)
        with self._store.lock:
            if len(key) > LONGEST_KEY:
                raise Refusal(f"An idempotency key has at most {LONGEST_KEY} characters.")
            if key in self._running:
                raise KeyReused(
                    f"There is currently another in-progress request using this key ({key}).",
                    status=409, code="idempotency_key_in_use",
                )  # fmt: skip
            row = self._store.find("idempotency_key", key)
            if row is not None and now - row["created"] < KEPT_SECONDS:
                _check_same(row, request, path)
                self._store.put("idempotency_key", row | {"replays": row["replays"] + 1})
                return Answer(row["status"], row["body"].encode(), row["headers"] | {"Idempotent-Replayed": "true"})
            self._running.add(key)
            return None

    def end(self, key: str, answer: Answer | None, *, method: str, path: str, body: str, now: int) -> None:
        """Keep `answer` under the key; None frees the key as if it had never been used."""
        request = _digest(method, path, body)
        with self._store.lock:
            self._running.discard(key)
            if answer is not None:
                row: Json = {"id": key, "request": request, "path": path, "created": now, "replays": 0}
                row |= {"status": answer.status, "body": answer.body.decode(), "headers": dict(answer.headers)}
                self._store.put("idempotency_key", row)


def _check_same(row: Json, request: str, path: str) -> None:
    if row["path"] != path:
        raise KeyReused(
            f"Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{path}' vs '{row['path']}'). Try using a key other than '{row['id']}' if you meant to execute a "
            f"different request.",
            status=400,
        )
    if row["request"] != request:
        raise KeyReused(
            f"Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{row['id']}' if you meant to execute a different request.",
            status=400,
        )


def _digest(method: str, path: str, body: str) -> str:
    parameters = sorted(parse_qsl(body, keep_blank_values=True))  # the order of the values does not matter
    return hashlib.sha256(repr((method, path, parameters)).encode()).hexdigest()
