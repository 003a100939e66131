"""How gunicorn runs the shop: `gunicorn --config python:shop.gunicorn_conf "shop:create_app()"`. Options go before."""

import gc
from typing import Any

workers = 2
preload_app = True  # one start for all workers, which then share its memory; new code needs a restart, not a HUP
gc.disable()  # nothing that a start loads is ever garbage: looking for some takes a tenth of the start


def pre_fork(_arbiter: Any, _worker: Any) -> None:
    """Leave what was loaded where it is: a collector that touches it would give each worker a copy of its own."""
    gc.freeze()


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """Collect in the workers again, which do make garbage."""
    gc.enable()
