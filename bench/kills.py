"""kill -9 a web process, again and again, at random moments and at each named fail point, while people buy.

    python -m bench.kills [--kills 200] [--database sqlite|postgresql|both] [--seed 1]

One in three kills is by fail points, which the process meets by itself; the others come at random moments. Buyers whose
request was cut send the same form again; one in ten walks away before paying, one in ten never comes back from the
payment page, and a part of the webhooks is lost. In the end reconcile runs twice, two hours later by the clock, and
the judge compares the shop's books with the provider's ledger.
"""

import argparse
import os
import random
import signal
import subprocess
import time
import urllib.error
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from http.client import HTTPException
from itertools import count
from pathlib import Path

from bench.crowd import Crowd
from bench.whole_shop import WholeShop, kinds, load_average, to_the_button, wait_for, whole_shop
from shop import create_app
from shop.clock import utc_now
from shop.payments import flow
from shop.payments.reconcile import reconcile_all
from shop.payments.web_desk import web_desk
from tests.plain_browser import Browser

UNITS, BUYERS, THREADS = 5_000, 6, 6
FAILPOINTS = (
    "before_order_commit",
    "before_open_payment",
    "after_open_payment",
    "after_record_page",
    "before_settle_commit",
    "after_settle_commit",
    "before_webhook_commit",
    "after_webhook_commit",
)
CUT = (OSError, HTTPException, urllib.error.URLError)
PATIENCE_SECONDS = 90


class Buyers(Crowd):
    """People who go on buying."""

    def __init__(self, shop: WholeShop, chance: random.Random) -> None:
        super().__init__(BUYERS)
        self.shop, self.seen = shop, Counter[str]()
        self._numbers, self._chance = count(1), chance

    def come(self, thread: int) -> None:
        """Buy as somebody new; what a kill cuts is counted."""
        try:
            self._buy(f"buyer{next(self._numbers)}@shop.example")
        except CUT:
            self.seen["requests cut"] += 1
            time.sleep(0.1)
        except LookupError:  # a page without the form: the process came back in between
            self.seen["started over"] += 1

    def _buy(self, email: str) -> None:
        browser = to_the_button(self.shop, email)
        self._until_answered(browser, "/checkout/place")
        self.seen["orders"] += 1
        luck = self._chance.random()
        if "/pay/" not in browser.address or luck < 0.1:
            self.seen["walked away"] += 1
            return
        with suppress(*CUT):
            browser.submit("/pay")  # the way back leads through the shop, which may be dead
        self.seen["paid"] += 1
        if luck > 0.2 and browser.trail[-1].startswith(self.shop.provider):
            self.seen["came back later"] += 1

    def _until_answered(self, browser: Browser, action: str) -> None:
        """Press the same button until a page comes, as people do."""
        for _ in range(20):
            try:
                browser.submit(action)
            except CUT:
                self.seen["requests cut"] += 1
                time.sleep(0.2)
                continue
            if browser.status < 500:
                return
            self.seen[f"answers {browser.status}"] += 1
            time.sleep(0.2)


def workers_of(web: subprocess.Popen[bytes]) -> list[int]:
    """The processes that serve, children of our own gunicorn."""
    listed = Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text(encoding="ascii")
    return [int(pid) for pid in listed.split()]


def next_worker(web: subprocess.Popen[bytes], after: list[int]) -> list[int]:
    """Wait for a process that was not there before. Raises SystemExit after a while."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        now = workers_of(web)
        if now and now != after:
            return now
        time.sleep(0.02)
    return after


def random_kills(shop: WholeShop, wanted: int, chance: random.Random) -> tuple[int, list[float]]:
    """Kill the serving process so often, each time some moments after it came up; returns how long it was away."""
    web = shop.start_web(1, THREADS)
    away = []
    for _ in range(wanted):
        time.sleep(chance.uniform(0.05, 1.0))
        victims = workers_of(web)
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        next_worker(web, victims)
        wait_for(f"{shop.address}/readyz")
        away.append(time.monotonic() - began)
    shop.stop(web)
    return len(away), away


def kills_by_failpoint(shop: WholeShop, name: str, wanted: int) -> int:
    """A server that dies whenever it comes to that place, until it died so often; returns how often it did."""
    web = shop.start_web(1, THREADS, SHOP_FAILPOINT=name)
    died, serving = 0, workers_of(web)
    while died < wanted:
        followers = next_worker(web, serving)
        if followers == serving:
            break
        died, serving = died + 1, followers
    shop.stop(web)
    return died


def catch_up(shop: WholeShop) -> tuple[list[str], list[str]]:
    """Two hours later reconcile runs twice: what the first one repaired, and what the second one still finds."""
    shop.control("faults", "DELETE")
    shop.control("advance", seconds=2 * 3600)
    app = create_app(shop.settings())
    with app.app_context():
        later, since = utc_now() + timedelta(hours=2), utc_now() - timedelta(days=1)
        first = reconcile_all(web_desk(), since=since, now=later)
        while flow.expire_due(web_desk(), now=later):
            pass
        second = reconcile_all(web_desk(), since=since, now=later)
    app.extensions["tsubo"].engine.dispose()
    return list(first.repaired), [*second.repaired, *(second.lines()[1:])]


def measure(kind: str, wanted: int, seed: int) -> None:
    """All kills on one database, and the verdict."""
    chance = random.Random(seed)
    each = max(1, wanted // 3 // len(FAILPOINTS))
    with whole_shop(kind) as shop:
        shop.put_on_shelf(UNITS)
        shop.control("faults", kind="lose", every=5)
        web = shop.start_web(1, THREADS)
        with Buyers(shop, chance) as crowd:
            shop.stop(web)
            by_name = {name: kills_by_failpoint(shop, name, each) for name in FAILPOINTS}
            at_random, away = random_kills(shop, wanted - sum(by_name.values()), chance)
        repaired, left = catch_up(shop)
        totals, units = shop.control("ledger")["totals"], shop.levels()
        wrong = shop.wrong(UNITS)
    print(f"{kind}: {sum(by_name.values()) + at_random} kills ({at_random} at random)")
    print("  ", ", ".join(f"{name} {died}" for name, died in by_name.items()))
    print("  ", ", ".join(f"{what} {seen}" for what, seen in sorted(crowd.seen.items())))
    print(f"   away {sorted(away)[len(away) // 2]:.2f} s in the middle, {max(away):.2f} s at most")
    print(f"   sessions {totals['sessions']}, charges {totals['charges']}, left/held/sold {units}")
    print(f"   repaired by reconcile {len(repaired)}, left for a second run {left}")
    print(f"   the judge finds {len(wrong)} things wrong", *wrong[:10], sep="\n     ", flush=True)


def main() -> None:
    """Kill on one database or on both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"load at the start: {load_average()}")
    for kind in kinds(options.database):
        measure(kind, options.kills, options.seed)
    print(f"load at the end: {load_average()}")


if __name__ == "__main__":
    main()
