"""Webhook deliveries: planned when an event happens, tried until somebody answers 2xx or patience ends."""

import http.client
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from demo.stripe_server.answers import Json
from demo.stripe_server.faults import Faults
from demo.stripe_server.signatures import Post, webhook_headers
from demo.stripe_server.store import Store, new_id

RETRY_DELAYS = (0.5, 2.0, 5.0, 15.0)
SHUFFLE_GAP = 0.03  # seconds between shuffled events, so that even several threads send them in reverse


class Outbox:
    """The deliveries of one account's events to one endpoint."""

    def __init__(self, store: Store, faults: Faults, *, secret: str, post: Post | None, clock: Callable[[], float],
                 retry_delays: Sequence[float] = RETRY_DELAYS) -> None:  # fmt: skip
        self.secret, self.post = secret, post
        self._store, self._faults, self._clock, self._retry_delays = store, faults, clock, retry_delays
        self._sending: set[str] = set()
        self._shuffle_ends, self._shuffled = 0.0, 0
        self._waiting = {row["id"]: row for row in store.oldest_first("delivery") if row["status"] == "pending"}

    def plan(self, event: Json) -> None:
        """Decide when and how often `event` is delivered. Called under the store's lock."""
        faults = self._faults.of_event(event["type"])
        due = self._clock() + (faults["late"].seconds if "late" in faults else 0)
        if "shuffle" in faults:
            due = self._shuffled_time(faults["shuffle"].seconds)
        for _ in range(faults["duplicate"].copies if "duplicate" in faults else 1):
            self._add(event, due, lost="lose" in faults, skew=faults["skew"].seconds if "skew" in faults else 0)

    def plan_again(self, events: Iterable[Json]) -> int:
        planned = [self._add(event, self._clock(), lost=False, skew=0) for event in events]
        return len(planned)

    def deliver_due(self, post: Post | None = None) -> int:
        """Try every delivery that is due, in this thread. Returns how many were tried."""
        taken = self._take_due() if post or self.post else []
        for delivery in taken:
            self._try(delivery, post)
        return len(taken)

    def keep_delivering(self, stopped: threading.Event, *, threads: int, tick: Callable[[], None]) -> None:
        """Deliver until `stopped` is set; `tick` runs on every round (it lets sessions expire)."""
        with ThreadPoolExecutor(threads, "webhook") as pool:
            while not stopped.wait(0.02):
                tick()
                for delivery in self._take_due() if self.post else ():
                    pool.submit(self._try, delivery, None)

    def forget(self) -> None:
        self._waiting.clear()
        self._shuffle_ends = 0.0

    def _add(self, event: Json, due: float, *, lost: bool, skew: float) -> Json:
        delivery: Json = {"id": new_id("whd_"), "event": event["id"], "type": event["type"], "due": due, "skew": skew,
                          "status": "lost" if lost else "pending", "attempts": []}  # fmt: skip
        self._store.put("delivery", delivery)
        if not lost:
            self._waiting[delivery["id"]] = delivery
        return delivery

    def _shuffled_time(self, seconds: float) -> float:
        now = self._clock()
        if now >= self._shuffle_ends:
            self._shuffle_ends, self._shuffled = now + seconds, 0
        self._shuffled += 1
        return max(now, self._shuffle_ends - self._shuffled * SHUFFLE_GAP)

    def _take_due(self) -> list[Json]:
        with self._store.lock:
            now = self._clock()
            ready = [row for row in self._waiting.values() if row["due"] <= now and row["id"] not in self._sending]
            self._sending.update(row["id"] for row in ready)
        return sorted(ready, key=lambda row: float(row["due"]))

    def _try(self, delivery: Json, post: Post | None) -> None:
        event = self._store.find("event", delivery["event"])
        send = post or self.post
        if event is None or send is None:  # forgotten by a reset in between
            return
        body = json.dumps(event, indent=2).encode()
        stamp = self._clock()
        try:
            status = send(body, webhook_headers(body, self.secret, timestamp=int(stamp + delivery["skew"])))
        except (OSError, http.client.HTTPException):  # nobody there: a failed attempt like any other
            status = 0
        with self._store.lock:
            self._note(delivery, status, stamp)

    def _note(self, delivery: Json, status: int, stamp: float) -> None:
        self._sending.discard(delivery["id"])
        if delivery["id"] not in self._waiting:
            return
        delivery["attempts"].append({"at": stamp, "status": status})
        tries = len(delivery["attempts"])
        if 200 <= status < 300:
            delivery["status"] = "delivered"
        elif tries > len(self._retry_delays):
            delivery["status"] = "failed"
        else:
            delivery["due"] = self._clock() + self._retry_delays[tries - 1]
        if delivery["status"] != "pending":
            del self._waiting[delivery["id"]]
        self._store.put("delivery", delivery)
