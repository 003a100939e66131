"""A text file with a TOML head between two `+++` lines, and errors that name file and line."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

T = TypeVar("T")
FENCE = "+++"
KIND_NAMES = {str: "a text", date: "a date such as 2026-05-04", list: "a list"}


class BadText(ValueError):
    """A file that cannot be shown; `str(error)` is "file:line: what is wrong and what is expected"."""

    def __init__(self, name: str, line: int, sentence: str) -> None:
        super().__init__(f"{name}:{line}: {sentence}")
        self.name, self.line, self.sentence = name, line, sentence


@dataclass(frozen=True, slots=True)
class Head:
    """The values before the text. `line_of` finds where a key was written."""

    name: str
    values: dict[str, Any]
    source: str

    def line_of(self, key: str) -> int:
        """The line of `key` in the file, or the first line."""
        match = re.search(rf"^[ \t]*{re.escape(key)}\s*=", self.source, re.MULTILINE)
        return self.source.count("\n", 0, match.start()) + 2 if match else 1

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        """The value of `key`. Raises BadText when it is missing without a default, or of another kind."""
        value = self.values.get(key, default)
        if value is None:
            raise BadText(self.name, 1, f"{key} is missing: {KIND_NAMES[kind]} is expected")
        if not isinstance(value, kind):
            raise BadText(self.name, self.line_of(key), f"{key} must be {KIND_NAMES[kind]}, not {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when the key is absent."""
        values = self.take(key, list, [])
        if not all(isinstance(value, str) for value in values):
            raise BadText(self.name, self.line_of(key), f"{key} must be a list of texts")
        return tuple(values)

    def tables(self, key: str, keys: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[dict[str, str]]:
        """The `[[key]]` tables, each with all of `keys` and perhaps some of `optional`, as texts."""
        rows = self.take(key, list, [])
        for number, row in enumerate(rows, 1):
            if not isinstance(row, dict) or not set(keys) <= set(row) <= {*keys, *optional}:
                expected = ", ".join((*keys, *(f"{name} (optional)" for name in optional)))
                raise BadText(self.name, self._table_line(key, number), f"[[{key}]] {number} must hold {expected}")
            if not all(isinstance(value, str) for value in row.values()):
                raise BadText(self.name, self._table_line(key, number), f"[[{key}]] {number} may hold texts only")
        return rows

    def _table_line(self, key: str, number: int) -> int:
        heads = [match.start() for match in re.finditer(rf"^[ \t]*\[\[{re.escape(key)}\]\]", self.source, re.MULTILINE)]
        return self.source.count("\n", 0, heads[number - 1]) + 2 if len(heads) >= number else 1


def split_text(name: str, source: str) -> tuple[Head, str, int]:
    """Return the head, the text below it and the number of the text's first line. Raises BadText."""
    lines = source.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].strip() != FENCE:
        raise BadText(name, 1, f"the first line must be {FENCE}")
    try:
        end = next(number for number, line in enumerate(lines[1:], 1) if line.strip() == FENCE)
    except StopIteration:
        raise BadText(name, 1, f"the head has no closing {FENCE} line") from None
    toml = "\n".join(lines[1:end])
    try:
        values = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) + 1 if place else end + 1
        raise BadText(name, line, f"the head is not valid TOML: {error}") from error
    return Head(name, values, toml), "\n".join(lines[end + 1 :]), end + 2
