"""Webhooks as the provider in memory signs them, and how it reads them back."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

from shop.gateway import BadSignature, ProviderEvent, refuse_other_times

SECRET = "whsec_for_tests"


def signed_event(
    event_id: str, kind: str, subject_id: str, now: datetime, livemode: bool, secret: str
) -> tuple[bytes, dict[str, str]]:
    """A signed webhook: body and headers."""
    content = {
        "object": "event",
        "id": event_id,
        "type": kind,
        "api_version": "2026-10-28.endive",
        "livemode": livemode,
        "created": int(now.timestamp()),
        "data": {"object": {"id": subject_id}},
    }
    body = json.dumps(content).encode()
    stamp = int(now.timestamp())
    return body, {"Stripe-Signature": f"t={stamp},v1={_digest(body, secret, stamp)}"}


def read_signed_event(body: bytes, signature: str, now: datetime) -> ProviderEvent:
    """What a webhook says, once its signature and its time are right. Raises BadSignature."""
    stamp, _, digest = signature.removeprefix("t=").partition(",v1=")
    if not stamp.isdecimal() or not hmac.compare_digest(digest.encode(), _digest(body, SECRET, int(stamp)).encode()):
        raise BadSignature
    refuse_other_times(int(stamp), now)
    content = json.loads(body)
    return ProviderEvent(
        event_id=content["id"],
        kind=content["type"],
        subject_id=content["data"]["object"]["id"],
        api_version=content["api_version"],
        livemode=content["livemode"],
        created_at=datetime.fromtimestamp(content["created"], tz=UTC),
    )


def _digest(body: bytes, secret: str, stamp: int) -> str:
    return hmac.new(secret.encode(), b"%d.%b" % (stamp, body), hashlib.sha256).hexdigest()
