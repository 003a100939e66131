"""The stand-in itself: one account, its faults and its keys, and how a call goes through them."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from demo.stripe_server import acts, ledger, params, sessions
from demo.stripe_server.account import API_VERSION, Account
from demo.stripe_server.answers import Answer, BadParameter, Json, Refusal, ServerFailure, json_answer
from demo.stripe_server.faults import Fault, Faults
from demo.stripe_server.idempotency import Keys
from demo.stripe_server.lists import expanded
from demo.stripe_server.outbox import RETRY_DELAYS, Outbox
from demo.stripe_server.routes import find_route
from demo.stripe_server.signatures import Post
from demo.stripe_server.store import Store, new_id

SIGNED_WITH = "whsec_demo"  # signs play money only


class StripeServer:
    """See the package's docstring for what it does. Threads may share one."""

    def __init__(self, *, webhook_secret: str = SIGNED_WITH, post: Post | None = None, state: Path | None = None,
                 clock: Callable[[], float] = time.time,
                 retry_delays: Sequence[float] = RETRY_DELAYS) -> None:  # fmt: skip
        self._clock, self._ahead = clock, 0.0
        self.stopping = threading.Event()
        self.store, self.faults = Store(state), Faults()
        self.outbox = Outbox(self.store, self.faults, secret=webhook_secret, post=post, clock=self.time,
                             retry_delays=retry_delays)  # fmt: skip
        self.account = Account(self.store, self.outbox, self.time)
        self._keys = Keys(self.store)
        self._swept_at = 0

    def time(self) -> float:
        return self._clock() + self._ahead

    def handle(self, method: str, url: str, headers: dict[str, str], body: str = "") -> Answer:
        """Answer one API call. Header names in lower case."""
        path, query = urlsplit(url).path, urlsplit(url).query
        call: Json = {"id": new_id("req_"), "at": self.time(), "method": method, "path": path,
                      "idempotency_key": headers.get("idempotency-key") if method == "POST" else None}  # fmt: skip
        faults = self.faults.of_call(method, path)
        try:
            _check_headers(headers)
            answer = self._through_faults(call, faults, body if method == "POST" else query)
        except Refusal as refusal:
            answer = refusal.answer()
        if "lose_answer" in faults:
            answer = Answer(answer.status, b"", cut=True)
        with self.store.lock:
            self.store.put("call", {**call, "status": answer.status, "cut": answer.cut, "faults": sorted(faults)})
        return Answer(answer.status, answer.body, {**answer.headers, "Request-Id": call["id"],
                                                   "Stripe-Version": API_VERSION}, answer.cut)  # fmt: skip

    def act(self, action: str, **subject: str) -> Json:
        """Do what a button of the payment page or the provider's staff would do. See `acts`."""
        with self.store.lock:
            self.expire_due()
            self.account.request = {}
            return acts.act(self.account, action, **subject)

    def deliver_due(self, post: Post | None = None) -> int:
        return self.outbox.deliver_due(post)

    def redeliver(self, *, event: str | None = None, status: str | None = None) -> int:
        """Send events once more: one, or those with a delivery of this status, or all. Returns how many."""
        with self.store.lock:
            planned = [row for row in self.store.oldest_first("delivery") if status in (None, row["status"])]
            wanted = {row["event"] for row in planned if event in (None, row["event"])}
            return self.outbox.plan_again(row for row in self.store.oldest_first("event") if row["id"] in wanted)

    def add_fault(self, **fault: Any) -> Fault:
        return self.faults.add(**fault)

    def clear_faults(self) -> None:
        self.faults.clear()

    def advance(self, seconds: float) -> None:
        """Move the clock on: sessions expire and late webhooks become due."""
        with self.store.lock:
            self._ahead += seconds
            self.expire_due()

    def expire_due(self) -> None:
        with self.store.lock:
            if self.account.now() != self._swept_at:  # once a second is enough
                self._swept_at = self.account.now()
                sessions.expire_due(self.account)

    def ledger(self) -> Json:
        """Return a copy of everything counted."""
        with self.store.lock:
            copy: Json = json.loads(json.dumps(ledger.ledger(self.store)))
        return copy

    def reset(self) -> None:
        with self.store.lock:
            self.store.reset()
            self.outbox.forget()
            self.faults.clear()
            self._ahead, self._swept_at = 0.0, 0

    def _through_faults(self, call: Json, faults: dict[str, Fault], text: str) -> Answer:
        if "rate_limit" in faults:
            raise Refusal("Too many requests hit the stand-in too quickly.", status=429, code="rate_limit")
        if "cut" in faults:
            return Answer(0, b"", cut=True)
        if call["idempotency_key"] is None:
            return self._answer(call, faults, text)[0]
        request = {"method": call["method"], "path": call["path"], "body": text}
        kept = self._keys.begin(call["idempotency_key"], now=self.account.now(), **request)
        if kept is not None:
            call["replayed"] = True
            return kept
        remembered = None
        try:
            answer, remember = self._answer(call, faults, text)
            remembered = answer if remember else None
        finally:
            self._keys.end(call["idempotency_key"], remembered, now=self.account.now(), **request)
        return answer

    def _answer(self, call: Json, faults: dict[str, Fault], text: str) -> tuple[Answer, bool]:
        """Return the answer, and whether an idempotency key remembers it."""
        if "slow" in faults:
            self.stopping.wait(faults["slow"].seconds)
        if "error" in faults:
            return _failure(faults["error"]), faults["error"].saved
        try:
            return json_answer(200, self._work(call, faults, text)), True
        except BadParameter as refusal:
            return refusal.answer(), False
        except Refusal as refusal:
            return refusal.answer(), True

    def _work(self, call: Json, faults: dict[str, Fault], text: str) -> Json:
        route, object_id = find_route(call["method"], call["path"])
        checked = params.check(params.decode(text), route.typed_params)
        with self.store.lock:
            self.expire_due()
            self.account.request = {"id": call["id"], "idempotency_key": call["idempotency_key"]}
            self.account.refunds_start_pending = "pending_refund" in faults
            content = route.work(self.account, checked, object_id, call["path"])
            return expanded(self.account, content, checked.get("expand", ()))


def _failure(fault: Fault) -> Answer:
    answer = ServerFailure(fault.status).answer()
    retry = "false" if fault.saved else "true"  # a saved failure comes again under the same key
    return Answer(answer.status, answer.body, {**answer.headers, "Stripe-Should-Retry": retry})


def _check_headers(headers: dict[str, str]) -> None:
    key = headers.get("authorization", "").removeprefix("Bearer ").strip()
    if not key.startswith("sk_test_"):
        said = "A live key never belongs here: use sk_test_..." if "_live_" in key else "Invalid API Key provided."
        raise Refusal(f"{said} (Send it as 'Authorization: Bearer sk_test_...'.)", status=401)
    version = headers.get("stripe-version", API_VERSION)
    if version != API_VERSION:
        raise Refusal(f"The stand-in speaks the API version {API_VERSION} only, not {version}.")
