"""What a worker remembers per catalogue version: derived figures that only change when the catalogue does."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

KEPT = 2048
Value = TypeVar("Value")
_memory: WeakKeyDictionary[Engine, OrderedDict[Hashable, tuple[int, Any]]] = WeakKeyDictionary()


def engine_of(session: Session) -> Engine:
    """The engine a session works on: what is remembered of one database says nothing about another."""
    bind = session.get_bind()
    return bind if isinstance(bind, Engine) else bind.engine


def remembered(engine: Engine, version: int, key: Hashable, read: Callable[[], Value]) -> Value:
    """The value read for this key at this catalogue version; the least recently used ones are forgotten."""
    kept = _memory.setdefault(engine, OrderedDict())
    found = kept.get(key)
    if found is not None and found[0] == version:
        kept.move_to_end(key)
        return cast(Value, found[1])
    value = read()
    kept[key] = (version, value)
    kept.move_to_end(key)
    if len(kept) > KEPT:
        kept.popitem(last=False)
    return value
