"""200 buyers after 50 units, in 8 web processes of 4 threads each, on one database or both.

    python -m bench.oversell [--rounds 1] [--database sqlite|postgresql|both]

The payment stand-in keeps its own ledger and is the judge. Prints sold, refused, errors, the time to place an order.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

from sqlalchemy import text

from shop.db import make_engine
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.plain_browser import Browser

ROOT = Path(__file__).resolve().parent.parent
BUYERS, UNITS, SKU = 200, 50, "LUM01-BLACK"
ADDRESS = {
    "email": "buyer@shop.example",
    "full_name": "A Buyer",
    "line1": "1 Main Street",
    "city": "Springfield",
    "region": "IL",
    "postal_code": "62701",
    "country": "US",
}


def settings(url: str, port: int, var: Path) -> dict[str, str]:
    """The environment of the web processes."""
    provider = f"http://127.0.0.1:{port + 1}"
    return {
        **os.environ,
        "SHOP_MODE": "test",
        "SHOP_BASE_URL": f"http://127.0.0.1:{port}",
        "SHOP_DATABASE_URL": url,
        "SHOP_JOBS_URL": f"sqlite:///{var}/jobs.db",
        "SHOP_SECRET_KEYS": "a-secret-for-measurements-only-0123456789",
        "SHOP_STRIPE_SECRET_KEY": "sk_test_bench",
        "SHOP_STRIPE_API_BASE": provider,
        "SHOP_STRIPE_PAGE_ORIGIN": provider,
        "SHOP_STRIPE_WEBHOOK_SECRETS": "whsec_bench",
        "STRIPE_WEBHOOK_SECRET": "whsec_bench",
        "SHOP_LOG_FORMAT": "text",
    }


def start(env: dict[str, str], port: int) -> list[subprocess.Popen[bytes]]:
    """The stand-in and eight web processes, ready to answer."""
    stand_in = [sys.executable, "-m", "demo.stripe_server", "--port", str(port + 1)]
    stand_in += ["--webhook-url", f"http://127.0.0.1:{port}/webhooks/stripe"]
    web = [sys.executable, "-m", "gunicorn", "-w", "8", "-k", "gthread", "--threads", "4", "-b", f"127.0.0.1:{port}"]
    processes = [subprocess.Popen(command, cwd=ROOT, env=env) for command in (stand_in, [*web, "wsgi:app"])]
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
            return processes
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("the shop did not start")


def buy(base: str, seen: Counter[str], seconds: list[float], start_line: threading.Barrier) -> None:
    """One buyer: cart, address, order, pay. Counts what came of it."""
    browser = Browser()
    try:
        browser.get(f"{base}/products/noded-lumbar-seat-cushion")
        browser.submit("/cart/add", sku=SKU, quantity="1")
        browser.get("/checkout")
        browser.submit("/checkout", **ADDRESS)
        start_line.wait(timeout=180)
        began = time.perf_counter()
        browser.submit("/checkout/place")
        seconds.append(time.perf_counter() - began)
        if "/pay/" in browser.address and browser.status == 200:
            browser.submit("/pay")
            seen["sold"] += 1
        else:
            seen[f"refused with {browser.status}"] += 1
    except (LookupError, OSError, threading.BrokenBarrierError) as trouble:
        seen[f"{type(trouble).__name__} on {browser.address.split('/')[3:5]} {getattr(browser, 'status', '')}"] += 1


def run_round(base: str, url: str) -> dict[str, object]:
    """Fill the shelf, let the buyers go, and compare the database with the ledger."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE shop_stock_level SET available=0, held=0, sold=0"))
        connection.execute(text(f"UPDATE shop_stock_level SET available={UNITS} WHERE sku='{SKU}'"))
    seen: Counter[str] = Counter()
    seconds: list[float] = []
    start_line = threading.Barrier(BUYERS)
    buyers = [threading.Thread(target=buy, args=(base, seen, seconds, start_line)) for _ in range(BUYERS)]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join(timeout=300)
    time.sleep(3)
    with engine.connect() as connection:
        level = connection.execute(
            text("SELECT available, held, sold FROM shop_stock_level WHERE sku=:sku"), {"sku": SKU}
        ).one()
    engine.dispose()
    quantiles = statistics.quantiles(seconds, n=20) if len(seconds) > 1 else [0.0]
    return {"seen": dict(seen), "left, held, sold": tuple(level), "place p95 s": round(quantiles[-1], 2)}


def ledger(port: int) -> dict[str, object]:
    """The stand-in's own count of charges."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_control/ledger", timeout=30) as answer:
        totals: dict[str, object] = json.load(answer)["totals"]
        return totals


def main() -> None:
    """Run the rounds on one database or on both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--port", type=int, default=8700)
    options = parser.parse_args()
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    for offset, kind in enumerate(kinds):
        port = options.port + 10 * offset
        with tempfile.TemporaryDirectory() as folder:
            databases = SqliteDatabases(Path(folder)) if kind == "sqlite" else PostgresDatabases()
            with databases.fresh() as url:
                env = settings(url, port, Path(folder))
                subprocess.run(
                    [sys.executable, "-m", "flask", "--app", "wsgi", "shop", "load-demo"], cwd=ROOT, env=env, check=True
                )
                processes = start(env, port)
                try:
                    for number in range(1, options.rounds + 1):
                        print(kind, number, run_round(f"http://127.0.0.1:{port}", url), ledger(port + 1), flush=True)
                finally:
                    for process in processes:
                        process.terminate()
                        process.wait(timeout=20)
            if isinstance(databases, PostgresDatabases):
                databases.stop()


if __name__ == "__main__":
    main()
