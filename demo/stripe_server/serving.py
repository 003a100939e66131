"""The socket form: a small threaded HTTP server on 127.0.0.1 that delivers webhooks beside."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from demo.stripe_server.app import create_app
from demo.stripe_server.server import StripeServer

DELIVERY_THREADS = 4


class Quiet(WSGIRequestHandler):
    """Says nothing about requests: the ledger counts them."""

    def log(self, *_what: Any) -> None:
        """Nothing to say."""


@contextmanager
def serving(server: StripeServer, *, port: int = 0, threads: int = DELIVERY_THREADS) -> Iterator[str]:
    """Serve in background threads while the block runs; gives the address. Port 0 takes a free one."""
    http = make_server("127.0.0.1", port, create_app(server), threaded=True, request_handler=Quiet)
    address = f"http://127.0.0.1:{http.port}"
    server.account.address = address
    server.stopping.clear()
    workers = [
        threading.Thread(target=_accept, args=(http,), daemon=True),
        threading.Thread(target=server.outbox.keep_delivering, args=(server.stopping,),
                         kwargs={"threads": threads, "tick": server.expire_due}, daemon=True),
    ]  # fmt: skip
    for worker in workers:
        worker.start()
    try:
        yield address
    finally:
        server.stopping.set()
        http.shutdown()
        http.server_close()
        for worker in workers:
            worker.join(timeout=5)


def _accept(http: BaseWSGIServer) -> None:
    http.serve_forever(poll_interval=0.05)
