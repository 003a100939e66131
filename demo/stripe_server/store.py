"""The ledger: every object the stand-in ever made, in order, in memory and if asked in a file."""

import json
import secrets
import sqlite3
import string
import threading
from collections.abc import Iterator
from pathlib import Path

from demo.stripe_server.answers import Json

ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


class Store:
    """Objects by kind and id. Hold `lock` while reading, changing and putting back."""

    def __init__(self, path: Path | None = None) -> None:
        self.lock = threading.RLock()
        self._kinds: dict[str, dict[str, Json]] = {}
        self._file = _open(path) if path else None
        kept = self._file.execute("SELECT kind, id, body FROM object ORDER BY number") if self._file else ()
        for kind, object_id, body in kept:
            self._kinds.setdefault(kind, {})[object_id] = json.loads(body)

    def put(self, kind: str, content: Json) -> None:
        """Keep `content` under its "id"; the first time decides its place in the order."""
        self._kinds.setdefault(kind, {})[content["id"]] = content
        if self._file:
            self._file.execute(
                "INSERT INTO object (kind, id, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                (kind, content["id"], json.dumps(content)),
            )

    def find(self, kind: str, object_id: str) -> Json | None:
        return self._kinds.get(kind, {}).get(object_id)

    def oldest_first(self, kind: str) -> list[Json]:
        return list(self._kinds.get(kind, {}).values())

    def newest_first(self, kind: str) -> Iterator[Json]:
        return reversed(self.oldest_first(kind))

    def reset(self) -> None:
        self._kinds.clear()
        if self._file:
            self._file.execute("DELETE FROM object")

    def close(self) -> None:
        if self._file:
            self._file.close()


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)  # the store's lock guards it
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = OFF")  # play money: survives the process, need not survive the power
    file.execute(
        "CREATE TABLE IF NOT EXISTS object"
        " (number INTEGER PRIMARY KEY, kind TEXT, id TEXT, body TEXT, UNIQUE (kind, id))"
    )
    return file
