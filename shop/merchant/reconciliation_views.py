"""What the provider says, what the orders say, and the difference; a button where a click may repair it."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import Response, request

from shop.audit import service as audit
from shop.clock import utc_now
from shop.errors import BadInput, Conflict
from shop.gateway import GatewayRefused, GatewayUnavailable
from shop.merchant.order_list import STATE_WORDS
from shop.merchant.pages import blueprint, me, merchant_page, see
from shop.payments.comparison import Comparison, compare, moment_of
from shop.payments.differences import DIFFERENCE_WORDS
from shop.payments.repair import repair_dispute, repair_payment
from shop.payments.web_desk import web_desk
from shop.web import shop_url, transaction

SPANS = (1, 3, 7, 30, 90)
USUAL_DAYS = 7
_DONE = {
    "placed": "It is settled: the order is placed and paid.",
    "refunds": "The refunds are the same on both sides now.",
    "dispute": "The dispute stands in the order's history now.",
    "refunding": "The goods were gone, so the money is on its way back.",
    "needs_attention": "What was paid is not what was asked: the order waits for you.",
    "cancelled": "The payment page ended unpaid: the order is called off and its goods are free.",
    "failed": "The money did not come: the order is called off and its goods are free.",
    "waiting": "The order waits for a slow payment: the provider tells us when it comes.",
}


@blueprint.get("/reconciliation")
def reconciliation() -> Response:
    """One page of payments of the last days, compared. The provider is asked while no lock is held."""
    return _page()


@blueprint.post("/reconciliation/repair", endpoint="reconciliation_repair")
def repair() -> Response:
    """Bring one payment or dispute to what the provider says, compared anew; a refusal stands over the list."""
    session_id, dispute_id = (request.form.get(name, "").strip()[:120] for name in ("session", "dispute"))
    if bool(session_id) == bool(dispute_id):
        raise BadInput("Name one payment or one dispute.")
    now = utc_now()
    try:
        if session_id:
            number, outcome = repair_payment(web_desk(), session_id, actor=me().actor, now=now)
            subject = f"order:{number}"
        else:
            repair_dispute(web_desk(), dispute_id, now=now)
            subject, outcome = f"dispute:{dispute_id}", "dispute"
    except Conflict as refusal:
        return _page(409, refusal=str(refusal))
    except (GatewayUnavailable, GatewayRefused) as trouble:
        return _silent(trouble)
    with transaction() as session:
        changes = {"outcome": outcome}
        audit.record(session, actor=me().actor, action="payment.repaired", subject=subject, changes=changes, now=now)
    return see("reconciliation", days=_days(), done=outcome)


def _page(http_status: int = 200, *, refusal: str = "") -> Response:
    now, days = utc_now(), _days()
    after, until = request.args.get("after", "")[:120], moment_of(request.args.get("until", ""))
    try:
        found = compare(web_desk(), since=now - timedelta(days=days), now=now, older_than=after, until=until)
    except (GatewayUnavailable, GatewayRefused) as trouble:
        return _silent(trouble)
    return merchant_page(
        "reconciliation.html",
        http_status,
        found=found,
        days=days,
        spans=SPANS,
        kinds=DIFFERENCE_WORDS,
        words=STATE_WORDS,
        refusal=refusal,
        done=_DONE.get(request.args.get("done", "")),
        next_url=_next_url(found, days, now),
        section="orders",
    )


def _next_url(found: Comparison, days: int, now: datetime) -> str:
    if not found.older_than:
        return ""
    until = str(int((found.until or now).timestamp()))
    query = urlencode({"days": str(days), "after": found.older_than, "until": until})
    return f"{shop_url('merchant.reconciliation')}?{query}"


def _silent(trouble: GatewayUnavailable | GatewayRefused) -> Response:
    answer = merchant_page("reconciliation_silent.html", trouble.status, days=_days(), section="orders")
    if isinstance(trouble, GatewayUnavailable):
        answer.headers["Retry-After"] = str(trouble.retry_after_seconds)
    return answer


def _days() -> int:
    typed = request.values.get("days", "")
    return int(typed) if typed in {str(span) for span in SPANS} else USUAL_DAYS
