"""The last few things that were made, kept for one process: nothing but speed depends on it."""

from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Memory(Generic[Kept]):
    """`known` is newest first. It is replaced as a whole, so that threads never see half a change."""

    def __init__(self, size: int) -> None:
        self.known: tuple[Kept, ...] = ()
        self._size = size

    def add(self, made: Kept) -> None:
        """Keep it, and forget the oldest when there are too many."""
        self.known = (made, *self.known)[: self._size]
