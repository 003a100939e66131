"""What a worker remembers: figures per catalogue version, and whatever else follows from a key alone."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

KEPT = 4096
Value = TypeVar("Value")


class Memory:
    """A bounded store for many threads: the least recently used entries are forgotten."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._entries: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable) -> Any | None:
        """What was kept under `key`, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key]

    def keep(self, key: Hashable, value: Any) -> None:
        """Keep `value` under `key`, in place of what was there."""
        with self._lock:
            self._entries[key] = value
            self._entries.move_to_end(key)
            if len(self._entries) > self._kept:
                self._entries.popitem(last=False)


_memories: WeakKeyDictionary[Engine, Memory] = WeakKeyDictionary()


def engine_of(session: Session) -> Engine:
    """The engine a session works on: what is remembered of one database says nothing about another."""
    bind = session.get_bind()
    return bind if isinstance(bind, Engine) else bind.engine


def remembered(engine: Engine, version: int, key: Hashable, read: Callable[[], Value]) -> Value:
    """The value read for this key at this catalogue version."""
    memory = _memories.get(engine)
    if memory is None:
        memory = _memories.setdefault(engine, Memory(KEPT))
    found = memory.find(key)
    if found is not None and found[0] == version:
        return cast(Value, found[1])
    value = read()
    memory.keep(key, (version, value))
    return value
