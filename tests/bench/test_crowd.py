"""A crowd of a measurement comes until its block ends, and not a moment longer."""

import threading

from bench.crowd import Crowd


class Counting(Crowd):
    """It counts who came; the last one of three sets the event."""

    def __init__(self) -> None:
        super().__init__(3)
        self.came, self.all_came = set[int](), threading.Event()

    def come(self, thread: int) -> None:
        """Be counted."""
        self.came.add(thread)
        if len(self.came) == 3:
            self.all_came.set()


def test_each_thread_comes_until_the_block_ends() -> None:
    with Counting() as crowd:
        is_complete = crowd.all_came.wait(30)
    crowd.came.clear()

    assert is_complete
    assert crowd.came == set()
