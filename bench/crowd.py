"""Threads that go on with what people do until the block ends: the buyers of the kills, the visitors of a soak."""

import threading
from abc import ABC, abstractmethod
from typing import Self


class Crowd(ABC):
    """Some threads that `come` one time after another while the block runs. Leaving it waits a minute for each."""

    def __init__(self, threads: int) -> None:
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, args=(n,), daemon=True) for n in range(threads)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join(timeout=60)

    @abstractmethod
    def come(self, thread: int) -> None:
        """One more visit, made by the thread of that number."""

    def _go_on(self, thread: int) -> None:
        while not self._is_over.is_set():
            self.come(thread)
