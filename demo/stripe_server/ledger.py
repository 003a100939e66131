"""The independent count: what the provider knows happened, whatever the shop believes."""

from collections import Counter

from demo.stripe_server.answers import Json
from demo.stripe_server.store import Store

KINDS = {
    "sessions": "checkout.session", "payment_intents": "payment_intent", "charges": "charge", "refunds": "refund",
    "disputes": "dispute", "events": "event", "deliveries": "delivery", "idempotency_keys": "idempotency_key",
    "calls": "call", "tax_transactions": "tax.transaction",
}  # fmt: skip


def ledger(store: Store) -> Json:
    """Return every object, oldest first, and the totals per currency that tests compare with the shop's books."""
    rows: Json = {name: store.oldest_first(kind) for name, kind in KINDS.items()}
    charged, refunded = Counter[str](), Counter[str]()
    for charge in rows["charges"]:
        charged[charge["currency"]] += charge["amount"] * (charge["status"] == "succeeded")
        refunded[charge["currency"]] += charge["amount_refunded"]
    rows["totals"] = {
        "charged": dict(charged),
        "refunded": dict(refunded),
        "charges": sum(charge["status"] == "succeeded" for charge in rows["charges"]),
        "sessions": len(rows["sessions"]),
        "replays": sum(key["replays"] for key in rows["idempotency_keys"]),
    }
    return rows
