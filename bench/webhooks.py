"""10,000 webhooks from 32 senders: good ones again and again, shuffled and late, and forged ones between them.

    python -m bench.webhooks [--events 10000] [--database sqlite|postgresql|both]

Of a hundred orders that were paid while every webhook was lost. Of the posts 55 in 100 are good (each event many times,
in any order), 15 signed by somebody else, 10 changed after signing, 10 signed ten minutes ago, 10 ten minutes ahead.
Good ones must be answered with 200 (one that was told 503 is sent again, as the provider does), all others with 400;
the judge looks at what each order became.
"""

import argparse
import json
import random
import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from typing import Any

from bench.whole_shop import SECRET, SKU, WholeShop, kinds, load_average, whole_shop
from demo.stripe_server import webhook_headers, webhook_to
from shop import create_app
from shop.clock import utc_now
from shop.orders.models import Order
from shop.payments import flow
from shop.payments import service as payments
from shop.payments.rules import Addresses
from shop.payments.web_desk import web_desk
from shop.web import transaction
from tests.make import make_order

ORDERS, SENDERS = 100, 32
AGAIN, TRIES = (0, 503), 6  # the provider sends again what was not answered with 200
SHARES = {"good": 55, "signed by another": 15, "changed": 10, "late": 10, "ahead": 10}
APART = {"late": -timedelta(minutes=10), "ahead": timedelta(minutes=10)}


@dataclass(frozen=True)
class Post:
    """One webhook as it will be sent."""

    sort: str
    event: dict[str, Any]


def paid_orders(shop: WholeShop, wanted: int) -> None:
    """Orders whose customers paid, and of which the shop heard nothing yet."""
    shop.control("faults", kind="lose")
    app = create_app(shop.settings())
    with app.app_context():
        for number in range(wanted):
            with transaction() as session:
                order = make_order(session, f"TS-HOOK-{number:04}", sku=SKU, placed_at=utc_now())
                request = _prepared(session, order)
            page = flow.open_page(web_desk(), request)
            shop.control("act", session=page.session_id, action="pay")
    app.extensions["tsubo"].engine.dispose()


def _prepared(session: Any, order: Order) -> Any:
    return payments.prepare_attempt(
        session,
        order,
        Addresses("http://127.0.0.1/order", "http://127.0.0.1/cart"),
        session_minutes=31,
        now=utc_now(),
    )


def posts(events: list[dict[str, Any]], wanted: int, seed: int) -> list[Post]:
    """The posts, shuffled; of the good ones each event is as often there as the others, and once at least."""
    chance, every = random.Random(seed), cycle(events)
    sorts = chance.choices(list(SHARES), weights=list(SHARES.values()), k=wanted)
    storm = [Post(sort, next(every) if sort == "good" else chance.choice(events)) for sort in sorts]
    chance.shuffle(storm)
    return storm


def send(shop: WholeShop, post: Post) -> tuple[str, int, float]:
    """Send one; returns what it was, how it was answered, and after how many seconds."""
    body = json.dumps(post.event).encode()
    stamp = utc_now() + APART.get(post.sort, timedelta(0))
    secret = "whsec_of_somebody_else" if post.sort == "signed by another" else SECRET
    headers = webhook_headers(body, secret, timestamp=int(stamp.timestamp()))
    if post.sort == "changed":
        body = body.replace(b"checkout.session.completed", b"checkout.session.expired") + b" "
    began = time.perf_counter()
    status = 0
    for tries in range(TRIES):
        with suppress(OSError):
            status = webhook_to(f"{shop.address}/webhooks/stripe")(body, headers)
        if status not in AGAIN:
            break
        time.sleep(0.2 * (tries + 1))
    return post.sort, status, time.perf_counter() - began


def measure(kind: str, wanted: int, seed: int) -> None:
    """The storm on one database, and the verdict."""
    with whole_shop(kind) as shop:
        shop.put_on_shelf(ORDERS)
        paid_orders(shop, ORDERS)
        shop.start_web(2, 8)
        storm = posts(shop.control("ledger")["events"], wanted, seed)
        answers: Counter[tuple[str, int]] = Counter()
        seconds, lock = list[float](), threading.Lock()

        def one(post: Post) -> None:
            sort, status, took = send(shop, post)
            with lock:
                answers[(sort, status)] += 1
                seconds.append(took)

        began = time.perf_counter()
        with ThreadPoolExecutor(SENDERS) as senders:
            list(senders.map(one, storm))
        spent = time.perf_counter() - began
        wrong, units = shop.wrong(ORDERS), shop.levels()
    print(f"{kind}: {wanted} posts in {spent:.0f} s, {wanted / spent:.0f} a second,", end=" ")
    print(f"p95 {statistics.quantiles(seconds, n=20)[-1] * 1000:.0f} ms")
    for (sort, status), count in sorted(answers.items()):
        print(f"   {sort:<18} answered {status}: {count:>6}")
    forged = sum(count for (sort, status), count in answers.items() if sort != "good" and status != 400)
    refused = sum(count for (sort, status), count in answers.items() if sort == "good" and status != 200)
    print(f"   forged and not refused {forged}, good and refused {refused}, left/held/sold {units}")
    print(f"   the judge finds {len(wrong)} things wrong", *wrong[:10], sep="\n     ", flush=True)


def main() -> None:
    """One storm on one database or on both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"load at the start: {load_average()}")
    for kind in kinds(options.database):
        measure(kind, options.events, options.seed)
    print(f"load at the end: {load_average()}")


if __name__ == "__main__":
    main()
