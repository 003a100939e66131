"""Eight ways a payment provider fails, twenty buyers each: one payment page an intention, and the catalogue stays up.

    python -m bench.faults [--buyers 20] [--database sqlite|postgresql|both]

Each buyer orders while the fault is there and presses the same button until the payment page comes or the patience is
over; then the fault ends and they press once more. A row a fault: payment pages at the provider for each intention
(exactly 1 is wanted), how buyers were answered, and how long a catalogue page took meanwhile.
"""

import argparse
import statistics
import threading
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from itertools import count

from bench.whole_shop import PAGE, WholeShop, kinds, load_average, to_the_button, whole_shop
from tests.plain_browser import Browser

UNITS, FAULT_SECONDS = 2_000, 8.0
PATIENCE = 90  # times a second apart: a failure kept for a key is outlived by the next key, after a minute
FAULTS: dict[str, dict[str, object]] = {
    "slow by 3 s": {"kind": "slow", "seconds": 3},
    "hangs for 30 s": {"kind": "slow", "seconds": 30},
    "500 each second time": {"kind": "error", "every": 2, "saved": False},
    "500 always": {"kind": "error", "saved": False},
    "500 kept for the key": {"kind": "error", "every": 3, "saved": True},
    "429": {"kind": "rate_limit"},
    "connection cut": {"kind": "cut"},
    "done, answer lost": {"kind": "lose_answer", "every": 2},
}
_numbers = count(1)


def buy(shop: WholeShop, ready: threading.Barrier, ended: threading.Event, seen: Counter[str]) -> None:
    """One buyer: everything but the button while all is well, the button while nothing is."""
    try:
        browser = to_the_button(shop, f"buyer{next(_numbers)}@shop.example")
        ready.wait(timeout=240)
        while not _has_page(browser) and not ended.is_set():
            _press(browser, seen)
            ended.wait(0.5)
        ended.wait(60)
        for _ in range(PATIENCE):
            if _has_page(browser):
                seen["page in the end"] += 1
                return
            _press(browser, seen)
            time.sleep(1)
        seen[f"no page: {browser.status} {browser.address.rsplit('/', 2)[1]}"] += 1
    except (LookupError, OSError, threading.BrokenBarrierError) as trouble:
        seen[f"gave up: {type(trouble).__name__}"] += 1


def _has_page(browser: Browser) -> bool:
    return "/pay/" in browser.address


def _press(browser: Browser, seen: Counter[str]) -> None:
    """Press "try again", or what leads on: from the cart back to the check, from a page that waits to itself."""
    with suppress(OSError):
        if any("/checkout/place" in form.action for form in browser.forms):
            browser.submit("/checkout/place")
        elif "/checkout/wait/" in browser.address:
            browser.get(browser.address)
        else:
            browser.get("/checkout/review")
            browser.submit("/checkout/place")
        seen[f"answered {browser.status}"] += browser.status >= 400


def browse(shop: WholeShop, ended: threading.Event, seconds: list[float]) -> None:
    """Somebody who only looks."""
    while not ended.is_set():
        began = time.perf_counter()
        with suppress(OSError):
            urllib.request.urlopen(f"{shop.address}{PAGE}", timeout=30).close()
        seconds.append(time.perf_counter() - began)
        ended.wait(0.05)


def run_fault(shop: WholeShop, fault: dict[str, object], wanted: int) -> tuple[Counter[str], list[float]]:
    """Buyers under one fault."""
    seen: Counter[str] = Counter()
    seconds: list[float] = []
    ready, ended = threading.Barrier(wanted + 1), threading.Event()
    buyers = [threading.Thread(target=buy, args=(shop, ready, ended, seen)) for _ in range(wanted)]
    visitor = threading.Thread(target=browse, args=(shop, ended, seconds))
    for buyer in buyers:
        buyer.start()
    shop.control("faults", path="/v1/checkout/sessions", **fault)
    ready.wait(timeout=240)
    visitor.start()
    time.sleep(FAULT_SECONDS)
    shop.control("faults", "DELETE")
    ended.set()
    for thread in (*buyers, visitor):
        thread.join(timeout=300)
    return seen, seconds


def measure(kind: str, wanted: int) -> None:
    """All faults on one database."""
    with whole_shop(kind) as shop:
        shop.put_on_shelf(UNITS)
        shop.start_web(2, 8)
        known: set[str] = set()
        for name, fault in FAULTS.items():
            seen, seconds = run_fault(shop, fault, wanted)
            rows = [row for row in shop.control("ledger")["sessions"] if row["id"] not in known]
            known |= {row["id"] for row in rows}
            pages = Counter(Counter(row["client_reference_id"] for row in rows).values())
            p95 = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else 0.0
            answers = ", ".join(f"{what} {number}" for what, number in sorted(seen.items()) if number)
            shape = ", ".join(f"{number} orders with {each}" for each, number in sorted(pages.items()))
            print(f"{kind:<11}{name:<22}{shape:<22} p95 {p95:5.2f} s   {answers}", flush=True)
        wrong = shop.wrong(UNITS, settled=False)
    print(f"{kind}: the judge finds {len(wrong)} things wrong", *wrong[:10], sep="\n  ", flush=True)


def main() -> None:
    """The faults on one database or on both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buyers", type=int, default=20)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    print(f"load at the start: {load_average()}")
    for kind in kinds(options.database):
        measure(kind, options.buyers)
    print(f"load at the end: {load_average()}")


if __name__ == "__main__":
    main()
