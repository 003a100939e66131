"""What a worker remembers per catalogue version: derived figures that only change when the catalogue does."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

KEPT = 4096
Value = TypeVar("Value")
_memory: WeakKeyDictionary[Engine, OrderedDict[Hashable, tuple[int, Any]]] = WeakKeyDictionary()


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
