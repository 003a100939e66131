"""200 buyers after 50 units, in 8 web processes of 4 threads each, on one database or both.

    python -m bench.oversell [--rounds 20] [--database sqlite|postgresql|both]

The payment stand-in keeps its own ledger and is the judge. A row a round: sold, refused, errors, units left, held and
sold, charges, the time to place an order. At the end the judge says whether anything is wrong.
"""

import argparse
import statistics
import threading
import time
from collections import Counter

from bench.whole_shop import WholeShop, kinds, load_average, to_the_button, whole_shop

BUYERS, UNITS = 200, 50
HEAD = "database    round  sold  refused  errors  left/held/sold  charges  p95 s"


def buy(shop: WholeShop, name: str, seen: Counter[str], seconds: list[float], start_line: threading.Barrier) -> None:
    """One buyer: cart, address, order, pay. Counts what came of it."""
    try:
        browser = to_the_button(shop, f"{name}@shop.example")
        start_line.wait(timeout=240)
        began = time.perf_counter()
        browser.submit("/checkout/place")
        seconds.append(time.perf_counter() - began)
        if "/pay/" in browser.address and browser.status == 200:
            browser.submit("/pay")
            seen["sold"] += 1
        else:
            seen["refused" if browser.status < 500 else f"error {browser.status}"] += 1
    except (LookupError, OSError, threading.BrokenBarrierError) as trouble:
        seen[f"error {type(trouble).__name__}"] += 1


def run_round(shop: WholeShop, number: int) -> tuple[Counter[str], list[float]]:
    """Let the buyers go all at once, and wait until the provider's events came."""
    seen: Counter[str] = Counter()
    seconds: list[float] = []
    start_line = threading.Barrier(BUYERS)
    names = [f"buyer{number}.{buyer}" for buyer in range(BUYERS)]
    buyers = [threading.Thread(target=buy, args=(shop, name, seen, seconds, start_line)) for name in names]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join(timeout=300)
    until = time.monotonic() + 30
    while shop.levels()[1] and time.monotonic() < until:
        time.sleep(0.5)
    return seen, seconds


def measure(kind: str, rounds: int) -> list[str]:
    """Run the rounds on one database; returns what is wrong in the end."""
    with whole_shop(kind) as shop:
        shop.start_web(8, 4)
        charges = 0
        for number in range(1, rounds + 1):
            before = shop.levels()[2] if number > 1 else 0
            shop.put_on_shelf(UNITS, is_first=number == 1)
            seen, seconds = run_round(shop, number)
            left, held, sold = shop.levels()
            charged = shop.control("ledger")["totals"]["charges"]
            errors = sum(count for what, count in seen.items() if what.startswith("error"))
            p95 = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else 0.0
            units = f"{left}/{held}/{sold - before}"
            row = f"{kind:<11}{number:>6}{seen['sold']:>6}{seen['refused']:>9}{errors:>8}{units:>16}"
            trouble = {what: count for what, count in seen.items() if what.startswith("error")}
            print(f"{row}{charged - charges:>9}{p95:>7.2f}", trouble or "", flush=True)
            charges = charged
        return shop.wrong(UNITS * rounds)


def main() -> None:
    """Run the rounds on one database or on both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    print(f"load at the start: {load_average()}\n{HEAD}")
    for kind in kinds(options.database):
        wrong = measure(kind, options.rounds)
        print(f"{kind}: the judge finds {len(wrong)} things wrong", *wrong[:10], sep="\n  ")
    print(f"load at the end: {load_average()}")


if __name__ == "__main__":
    main()
