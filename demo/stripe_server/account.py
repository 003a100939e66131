"""One merchant's account at the stand-in: its ledger, its clock, and the events it tells the world."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from stripe import api_version  # the version the installed library speaks

from demo.stripe_server.answers import Json, missing
from demo.stripe_server.outbox import Outbox
from demo.stripe_server.shapes import shape
from demo.stripe_server.store import Store, new_id

API_VERSION = api_version


@dataclass
class Account:
    """What every operation works on. Operations run under `store.lock`."""

    store: Store
    outbox: Outbox
    clock: Callable[[], float]
    address: str = "http://127.0.0.1:12111"
    request: Json = field(default_factory=dict)
    refunds_start_pending: bool = False

    def now(self) -> int:
        return int(self.clock())

    def keep(self, content: Json) -> Json:
        self.store.put(content["object"], content)
        return content

    def get(self, kind: str, object_id: str, *, param: str = "id") -> Json:
        """Return the object or refuse as Stripe does with 404."""
        found = self.store.find(kind, object_id)
        if found is None:
            raise missing(kind.replace(".", " "), object_id, param)
        return found

    def emit(self, event_type: str, about: Json) -> None:
        """Record an event with `about` as it is now, and plan its webhook."""
        event = shape(
            "event",
            id=new_id("evt_"),
            type=event_type,
            api_version=API_VERSION,
            created=self.now(),
            data={"object": json.loads(json.dumps(about))},
            pending_webhooks=1,
            request={"id": self.request.get("id"), "idempotency_key": self.request.get("idempotency_key")},
        )
        self.keep(event)
        self.outbox.plan(event)
