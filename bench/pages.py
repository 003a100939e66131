"""Pages of the shop against bare pages over the same 1,000 products, in one run: `python -m bench.pages`.

Trust the ratios (bare / ours, more is better), not the absolute figures. CPU per request is the gate; with `wrk`
installed, requests per second under gunicorn are printed beside it. `--quick` leaves the sockets out.
"""

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench.bare.app import create_bare_app
from bench.in_process import call, cpu_microseconds
from bench.shelf import make_shelf
from bench.sockets import Server, has_wrk, start_seconds
from bench.targets import Target, targets
from shop import create_app
from shop.catalogue.memory import Memory
from shop.storefront.rendering import KEPT_PAGES, PAGES

MAX_START_SECONDS, MAX_MEGABYTES = 1.2, 160


def main() -> int:
    """Print the figures; 1 when a gate does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="CPU time in this process only, no servers")
    parser.add_argument("--products", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        database = Path(folder) / "shop.db"
        make_shelf(database, options.products)
        settings = shop_settings(Path(folder), database)
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):  # the log is written all the same
            held = in_process(database, settings)
        if not options.quick:
            held = over_sockets(database, settings) and held
    return 0 if held else 1


def shop_settings(folder: Path, database: Path) -> dict[str, str]:
    """Ours with all features on, as a shop would run it."""
    return {
        "SHOP_MODE": "test",
        "SHOP_DATABASE_URL": f"sqlite:///{database}",
        "SHOP_SECRET_KEYS": "only-for-the-benchmark-0123456789abcdef",
        "SHOP_JOBS_URL": f"sqlite:///{folder}/jobs.db",
        "SHOP_MEDIA_DIR": f"{folder}/media",
        "SHOP_MODELS_DIR": f"{folder}/models",
        "SHOP_BASE_URL": "http://127.0.0.1",
    }


def in_process(database: Path, settings: dict[str, str]) -> bool:
    """CPU ratios and SQL statements of each page."""
    shop = create_app(settings)
    bare = create_bare_app(str(database)).wsgi_app
    count = statement_counter(shop.extensions["tsubo"].engine)
    held = True
    print(
        f"{'CPU per request':<24} {'bare us':>8} {'ours us':>8} {'ratio':>6} {'gate':>5} {'goal':>5}  SQL first, warm"
    )
    for target in targets(database):
        first, warm = count(shop.wsgi_app, target)
        for kept, words in ((0, ", all new"), (KEPT_PAGES, "")):
            if kept == 0 and target.method == "POST":
                continue
            shop.extensions[PAGES] = Memory(kept)  # 0: every page is rendered, as if its content had just changed
            spent = cpu_microseconds({"bare": bare, "ours": shop.wsgi_app}, target)
            ratio = spent["bare"] / spent["ours"]
            ok = ratio >= target.gate and first <= target.max_statements
            held = held and ok
            print(
                f"{target.name + words:<24} {spent['bare']:>8.0f} {spent['ours']:>8.0f} {ratio:>6.2f} "
                f"{target.gate:>5} {target.goal:>5}  {first}, {warm} {'' if ok else 'GATE MISSED'}"
            )
    return held


def statement_counter(engine: Any) -> Callable[[Any, Target], tuple[int, int]]:
    """Counts the statements of a page's first and second call."""
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, sql, *_rest: seen.append(sql))

    def count(app: Any, target: Target) -> tuple[int, int]:
        counts = []
        for _ in range(2):
            seen.clear()
            call(app, target, 0)
            counts.append(sum(not sql.startswith("BEGIN") for sql in seen))
        return counts[0], counts[1]

    return count


def over_sockets(database: Path, settings: dict[str, str]) -> bool:
    """Requests per second at 8 connections, memory of two workers, cold start."""
    environment = {**os.environ, **settings, "BENCH_DATABASE": str(database)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed shop is compiled: the first start sees to that
    servers = {"bare": "bench.bare.app:app()", "ours": "wsgi:app"}
    starts = {
        name: min(start_seconds(module, environment) for _ in range(4)) for name, module in reversed(servers.items())
    }
    seconds = starts["ours"]
    held = seconds <= MAX_START_SECONDS
    print(f"cold start to the first page: {seconds:.2f} s (at most {MAX_START_SECONDS}; bare {starts['bare']:.2f} s)")
    if not has_wrk():
        print("wrk is not installed: no requests per second")
        return held
    print(f"{'page':<12} {'bare/s':>8} {'ours/s':>8} {'ratio':>6}  p99 ms bare/ours, CPU ms bare/ours, errors at 64")
    for target in targets(database):
        figures = {}
        for name, module in servers.items():
            with Server(module, environment) as server:
                figures[name] = server.load(target, connections=8)
                figures[name].errors = server.load(target, connections=64).errors
                megabytes = server.megabytes()
        bare, ours = figures["bare"], figures["ours"]
        print(
            f"{target.name:<12} {bare.per_second:>8.0f} {ours.per_second:>8.0f} "
            f"{ours.per_second / bare.per_second:>6.2f}  {bare.p99:.1f}/{ours.p99:.1f}, "
            f"{bare.cpu_ms:.2f}/{ours.cpu_ms:.2f}, {ours.errors}"
        )
        held = held and ours.errors == 0
    print(f"memory of the master and two workers after that: {megabytes:.0f} MB (at most {MAX_MEGABYTES})")
    return held and megabytes <= MAX_MEGABYTES


if __name__ == "__main__":
    sys.exit(main())
