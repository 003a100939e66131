"""Many mixed requests for some minutes: memory and open files stay, no hold is left, and the books add up.

    python -m bench.soak [--requests 50000] [--minutes 8] [--database sqlite|postgresql|both] [--visitors 4]

Two web processes, the worker and the payment stand-in. Visitors look at lists and products, search, walk the
questionnaire to its result, fill carts and leave them, order and pay, order and walk away; the merchant reads the list
of orders. The holds of those who walked away are brought to their end at once, and the worker does the rest.

A row a window: requests (a redirect belongs to the request that led to it), memory (PSS) and open files of the two web
processes and the worker together, p50 and p95 in ms as visitors saw them, answers of 500 and more, held units. Slopes
leave out the first fifth of the windows, in which caches fill. The exit code is 1 when a goal is missed: memory below
2 MB and files below 1 for 1,000 requests, no hold left, nothing the judge finds wrong, no answer 500.
"""

import argparse
import re
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.kills import workers_of
from bench.soak_visitors import Seen, Visitors, shorten_holds
from bench.whole_shop import WholeShop, kinds, load_average, whole_shop
from shop.stock.models import StockLevel, StockMovement
from tests.invariants.judge import judge_settled

WINDOWS, UNITS = 10, 20_000
MEMORY_GOAL, FILES_GOAL = 2.0, 1.0
PATIENCE_SECONDS = 240  # the worker looks each minute


@dataclass(frozen=True, slots=True)
class Window:
    """What one window showed. `middle` is the number of requests before its middle."""

    middle: float
    total: int
    megabytes: float
    files: float
    p50_ms: float
    p95_ms: float
    errors: int
    held: int

    def row(self) -> str:
        """As it is printed."""
        return (
            f"{self.total:>10,}{self.megabytes:>10.1f}{self.files:>8.0f}{self.p50_ms:>8.1f}{self.p95_ms:>8.1f}"
            f"{self.errors:>6}{self.held:>6}"
        )


HEADING = "  requests    PSS MB   files  p50 ms  p95 ms   5xx  held"


@dataclass
class Verdict:
    """What a run comes to; `missed` are the goals that it did not reach."""

    memory_slope: float
    files_slope: float
    stuck: int
    wrong: list[str]
    crashes: int

    @property
    def missed(self) -> list[str]:
        """A sentence for each goal that was missed."""
        goals = {
            f"memory grows by {self.memory_slope:.2f} MB for 1,000 requests": self.memory_slope >= MEMORY_GOAL,
            f"open files grow by {self.files_slope:.2f} for 1,000 requests": self.files_slope >= FILES_GOAL,
            f"{self.stuck} units are held for ever": self.stuck > 0,
            f"the judge finds {len(self.wrong)} things wrong": bool(self.wrong),
            f"{self.crashes} answers were 500": self.crashes > 0,
        }
        return [sentence for sentence, is_missed in goals.items() if is_missed]


def slope(windows: list[Window], what: str) -> float:
    """By how much `what` grew for each 1,000 requests, after the first fifth of the windows; 0 for too few to tell."""
    counted = windows[len(windows) // 5 :]
    if len(counted) < 2:
        return 0.0
    thousands = [window.middle / 1000 for window in counted]
    return statistics.linear_regression(thousands, [float(getattr(window, what)) for window in counted]).slope


@dataclass
class Gauges:
    """Memory and open files of the processes that serve, looked at again and again and told as the middle."""

    pids: list[int]
    megabytes: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)

    def look(self) -> None:
        """One more look. A process that is gone says so by an error: none may end during a soak."""
        rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii") for pid in self.pids]
        kilobytes = sum(int(re.findall(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[0]) for rollup in rollups)
        self.megabytes.append(kilobytes / 1024)
        self.files.append(sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self.pids))

    def middle(self) -> tuple[float, float]:
        """(MB, files) in the middle of the looks since the last time."""
        found = statistics.median(self.megabytes), statistics.median(self.files)
        self.megabytes, self.files = [], []
        return found


def watch(shop: WholeShop, seen: Seen, gauges: Gauges, *, requests: int, minutes: float) -> list[Window]:
    """Print a row a window, until so many requests were answered or the time is over."""
    began, windows = time.monotonic(), list[Window]()
    first = seen.total
    while seen.total - first < requests and time.monotonic() - began < minutes * 60:
        opened, before, errors = time.monotonic(), seen.total, server_errors(seen)
        while seen.in_window < requests / WINDOWS and time.monotonic() - opened < minutes * 60 / WINDOWS:
            time.sleep(0.25)
            gauges.look()
        megabytes, files = gauges.middle()
        cuts = statistics.quantiles([1000 * seconds for seconds in seen.close_window()] or [0.0, 0.0], n=20)
        middle, failed = (before + seen.total) / 2, server_errors(seen) - errors
        window = Window(middle, seen.total, megabytes, files, cuts[9], cuts[18], failed, shop.levels()[1])
        print(window.row(), flush=True)
        windows.append(window)
    return windows


def server_errors(seen: Seen) -> int:
    """Answers of 500 and more."""
    return sum(number for status, number in seen.answers.items() if status >= 500)


def wait_for_holds(shop: WholeShop) -> int:
    """Let the time of whatever is held be over; returns how many units are held after the worker's rounds."""
    engine, until = shop.engine(), time.monotonic() + PATIENCE_SECONDS
    while (held := shop.levels()[1]) and time.monotonic() < until:
        shorten_holds(engine)
        time.sleep(2)
    engine.dispose()
    return held


def judged(shop: WholeShop, starts: dict[str, int]) -> list[str]:
    """What the judge says when all is over."""
    engine = shop.engine()
    with Session(engine) as session:
        said = judge_settled(session, shop.control("ledger"), starts)
    engine.dispose()
    return said


def starts_of(shop: WholeShop) -> dict[str, int]:
    """The units of each SKU before the first sale, for a shop that sold nothing yet, without those that were booked."""
    engine = shop.engine()
    with Session(engine) as session:
        booked = select(StockMovement.sku, func.sum(StockMovement.change)).group_by(StockMovement.sku)
        moved: dict[str, int] = {sku: int(change) for sku, change in session.execute(booked)}
        levels = session.execute(select(StockLevel.sku, StockLevel.available)).all()
    engine.dispose()
    return {sku: available - moved.get(sku, 0) for sku, available in levels}


def measure(kind: str, requests: int, minutes: float, threads: int) -> Verdict:
    """One soak on one database, printed as it goes."""
    seen = Seen()
    with whole_shop(kind) as shop:
        shop.put_on_shelf(UNITS, is_first=False)
        starts, web, worker = starts_of(shop), shop.start_web(2, 4), shop.start_worker()
        gauges = Gauges([*workers_of(web), worker.pid])
        print(f"{kind}: two web processes and a worker\n{HEADING}", flush=True)
        with Visitors(shop, seen, threads):
            windows = watch(shop, seen, gauges, requests=requests, minutes=minutes)
        stuck = wait_for_holds(shop)
        wrong, units = judged(shop, starts), shop.levels()
    verdict = Verdict(slope(windows, "megabytes"), slope(windows, "files"), stuck, wrong, seen.answers[500])
    print("  ", ", ".join(f"{what} {number}" for what, number in sorted(seen.done.items())))
    print("   answers", ", ".join(f"{status}: {number}" for status, number in sorted(seen.answers.items())))
    print(f"   slopes for 1,000 requests: {verdict.memory_slope:.2f} MB, {verdict.files_slope:.2f} files")
    print(f"   held for ever {stuck}, left/held/sold {units}")
    print(f"   the judge finds {len(wrong)} things wrong", *wrong[:10], sep="\n     ", flush=True)
    return verdict


def main() -> int:
    """A soak on one database or on both; 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--visitors", type=int, default=4)
    options = parser.parse_args()
    print(f"load at the start: {load_average()}")
    missed = []
    for kind in kinds(options.database):
        verdict = measure(kind, options.requests, options.minutes, options.visitors)
        missed += [f"{kind}: {sentence}" for sentence in verdict.missed]
    print(f"load at the end: {load_average()}")
    print(*(missed or ["every goal is reached"]), sep="\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
