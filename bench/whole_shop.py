"""A whole shop of our own for a measurement: a fresh database, the demo's goods, the payment stand-in, web processes.

Everything runs on 127.0.0.1 and ends with the block. The stand-in keeps its own ledger and is the judge.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from shop.db import make_engine
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.invariants.judge import judge, judge_settled
from tests.plain_browser import Browser

ROOT = Path(__file__).resolve().parent.parent
SKU, PAGE, SECRET = "LUM01-BLACK", "/products/noded-lumbar-seat-cushion", "whsec_bench"
ADDRESS = {
    "full_name": "A Buyer",
    "line1": "1 Main Street",
    "city": "Springfield",
    "region": "IL",
    "postal_code": "62701",
    "country": "US",
}
Row = dict[str, Any]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@dataclass
class WholeShop:
    """One running shop. `settings` are the environment of every process of it."""

    url: str
    folder: Path
    port: int = field(default_factory=free_port)
    provider_port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def provider(self) -> str:
        """Where the stand-in listens."""
        return f"http://127.0.0.1:{self.provider_port}"

    def settings(self, **changes: str) -> dict[str, str]:
        """The environment of its processes; no limit a client address, because all buyers share one."""
        return {
            **os.environ,
            "SHOP_MODE": "test",
            "SHOP_BASE_URL": self.address,
            "SHOP_DATABASE_URL": self.url,
            "SHOP_JOBS_URL": f"sqlite:///{self.folder}/jobs.db",
            "SHOP_SECRET_KEYS": "a-secret-for-measurements-only-0123456789",
            "SHOP_STRIPE_SECRET_KEY": "sk_test_bench",
            "SHOP_STRIPE_API_BASE": self.provider,
            "SHOP_STRIPE_PAGE_ORIGIN": self.provider,
            "SHOP_STRIPE_WEBHOOK_SECRETS": SECRET,
            "SHOP_ORDERS_PER_ADDRESS_AND_HOUR": "0",
            "SHOP_CART_POSTS_PER_MINUTE": "0",
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "SHOP_LOG_FORMAT": "text",
            **changes,
        }

    def load_demo(self) -> None:
        """Put the demo's goods on its shelves."""
        self.command("load-demo")

    def command(self, *words: str, **changes: str) -> None:
        """Run one of the shop's own commands to its end."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "shop", *words]
        subprocess.run(command, cwd=ROOT, env=self.settings(**changes), check=True, stdout=subprocess.DEVNULL)

    def start_provider(self) -> None:
        """The payment stand-in, which sends its events to the shop."""
        command = [sys.executable, "-m", "demo.stripe_server", "--port", str(self.provider_port)]
        self._start([*command, "--webhook-url", f"{self.address}/webhooks/stripe"], self.settings())
        wait_for(f"{self.provider}/_control/faults")

    def start_web(self, workers: int, threads: int, **changes: str) -> subprocess.Popen[bytes]:
        """gunicorn, ready to answer."""
        command = [sys.executable, "-m", "gunicorn", "-w", str(workers), "-k", "gthread", "--threads", str(threads)]
        started = self._start(
            [*command, "-b", f"127.0.0.1:{self.port}", "--log-level", "critical", "wsgi:app"], self.settings(**changes)
        )
        wait_for(f"{self.address}/readyz")
        return started

    def start_worker(self) -> subprocess.Popen[bytes]:
        """The process that runs the jobs, each on its schedule."""
        return self._start([sys.executable, "-m", "flask", "--app", "wsgi", "shop", "worker"], self.settings())

    def _start(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / "output.txt").open("ab") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        self.processes.append(process)
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """End one of its processes."""
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.processes.remove(process)

    def control(self, what: str, method: str | None = None, /, **content: object) -> Any:
        """Ask or tell the stand-in something."""
        data = json.dumps(content).encode() if content else None
        wanted = urllib.request.Request(f"{self.provider}/_control/{what}", data, method=method)
        wanted.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(wanted, timeout=60) as answer:
            return json.load(answer)

    def engine(self) -> Engine:
        """Its database, to look at."""
        return make_engine(self.url)

    def put_on_shelf(self, units: int, *, is_first: bool = True) -> None:
        """So many more of the one thing that is bought; the first time there is nothing else."""
        engine = self.engine()
        with engine.begin() as connection:
            if is_first:
                connection.execute(text("UPDATE shop_stock_level SET available = 0, held = 0, sold = 0"))
                connection.execute(text("DELETE FROM shop_stock_movement"))
            more = text("UPDATE shop_stock_level SET available = available + :units WHERE sku = :sku")
            connection.execute(more, {"units": units, "sku": SKU})
        engine.dispose()

    def levels(self) -> tuple[int, int, int]:
        """Units of the thing that is bought: (left, held, sold)."""
        engine = self.engine()
        with engine.connect() as connection:
            wanted = text("SELECT available, held, sold FROM shop_stock_level WHERE sku = :sku")
            left, held, sold = connection.execute(wanted, {"sku": SKU}).one()
        engine.dispose()
        return left, held, sold

    def wrong(self, units: int, *, settled: bool = True) -> list[str]:
        """What the judge says: `units` were on the shelf before the first sale."""
        engine, found = self.engine(), judge_settled if settled else judge
        with Session(engine) as session:
            said = found(session, self.control("ledger"), {SKU: units})
        engine.dispose()
        return said


@contextmanager
def whole_shop(kind: str) -> Iterator[WholeShop]:
    """A shop with its goods and its provider on a fresh database of that kind; the caller starts its web processes."""
    with tempfile.TemporaryDirectory() as folder:
        databases = SqliteDatabases(Path(folder)) if kind == "sqlite" else PostgresDatabases()
        with databases.fresh() as url:
            shop = WholeShop(url, Path(folder))
            try:
                shop.load_demo()
                shop.start_provider()
                yield shop
            finally:
                for process in list(shop.processes):
                    shop.stop(process)
        if isinstance(databases, PostgresDatabases):
            databases.stop()


def wait_for(address: str, seconds: float = 60) -> None:
    """Wait until something answers there with 200. Raises SystemExit."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise SystemExit(f"nothing answers at {address}")


def to_the_button(shop: WholeShop, email: str) -> Browser:
    """A browser whose cart, address and check are done: what is left is to order."""
    browser = Browser()
    browser.get(f"{shop.address}{PAGE}")
    browser.submit("/cart/add", sku=SKU, quantity="1")
    browser.get("/checkout")
    browser.submit("/checkout", email=email, **ADDRESS)
    return browser


def load_average() -> str:
    """How busy the machine is, to be printed beside every figure."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg()) + f" on {os.cpu_count()} cores"


def kinds(wanted: str) -> list[str]:
    """The databases that "sqlite", "postgresql" or "both" means."""
    return ["sqlite", "postgresql"] if wanted == "both" else [wanted]
