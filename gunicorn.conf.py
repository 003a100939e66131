"""How gunicorn runs the shop. gunicorn reads this file by itself when it is started here; its command line wins."""

import gc
from typing import Any

workers = 2
preload_app = True  # one start for all workers, which then share its memory; new code needs a restart, not a HUP


def pre_fork(_arbiter: Any, _worker: Any) -> None:
    """Leave what was loaded where it is: a collector that touches it would give each worker a copy of its own."""
    gc.collect()
    gc.freeze()
