"""Queues for tests, one of each kind: a SQLite file, a database on our own PostgreSQL, and a Redis of our own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fakeredis import TcpFakeServer

from shop import job_queue, jobs
from shop.job_queue import Huey


class RedisServer:
    """A Redis in a thread of ours that speaks by TCP on 127.0.0.1: the real client and other processes use it."""

    def __init__(self, port: int = 0) -> None:
        self._server = TcpFakeServer(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()
        self.port: int = self._server.server_address[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """End it and every connection to it; what it held is gone."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class Queues:
    """Opens one queue as often as there are processes in a test, and closes what it opened."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opened: list[Huey] = []

    def open(self, run: Any = print) -> Huey:
        """The queue as one more process sees it."""
        queue = job_queue.make_queue(self.url, run, jobs.JOBS)
        self._opened.append(queue)
        return queue

    def close(self) -> None:
        """Leave nothing open."""
        for queue in self._opened:
            close(queue)


def close(queue: Huey) -> None:
    """Give back what a queue has open."""
    queue.storage.close()
    if hasattr(queue.storage, "pool"):
        queue.storage.pool.disconnect()


@contextmanager
def working(*queues: Huey, workers: int = 1) -> Iterator[None]:
    """Workers at each queue, as in `flask shop worker` and without its schedule, until the block ends."""
    for queue in queues:
        queue.on_shutdown(name="close")(queue.storage.close)  # each worker thread listens on a connection of its own
    consumers = [
        queue.create_consumer(workers=workers, periodic=False, initial_delay=0.01, max_delay=0.05) for queue in queues
    ]
    threads = [thread for consumer in consumers for _, thread in consumer.worker_threads]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for consumer in consumers:
            consumer.stop_flag.set()
        for thread in threads:
            thread.join(20)
