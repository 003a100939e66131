"""The provider's webhook: signed bytes in, a status out. No cookie, no form, nothing said to a stranger."""

import structlog
from flask import Blueprint, Response, request

from shop.clock import utc_now
from shop.errors import Unavailable
from shop.gateway import BadSignature, GatewayRefused
from shop.observe import metrics
from shop.payments import webhook
from shop.payments.web_desk import web_desk
from shop.web import runtime

blueprint = Blueprint("payments", __name__)
log = structlog.get_logger("shop.payments")
MOST_BYTES = 256 * 1024


@blueprint.post("/webhooks/stripe")
def stripe_webhook() -> Response:
    """200 once an event is stored with its effect, 400 for one nobody signed, 503 to be asked again."""
    request.max_content_length = MOST_BYTES
    now = utc_now()
    body = request.get_data(cache=False)  # the very bytes that were signed
    try:
        event = runtime().gateway.read_event(body, request.headers.get("Stripe-Signature", ""), now)
    except BadSignature as refusal:
        metrics().webhooks_refused.labels(refusal.reason).inc()
        log.warning("webhook_refused", reason=refusal.reason)
        return Response(status=400)
    try:
        webhook.handle(web_desk(), event, now=now)
    except GatewayRefused as refusal:
        raise Unavailable from refusal
    return Response(status=200)
