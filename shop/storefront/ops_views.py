"""Addresses for an operator: is it alive, is it ready, what does it count."""

import hmac

from flask import Blueprint, Response, request
from sqlalchemy import Select, func, select, text

from shop.errors import NotFound
from shop.mail.models import OutboxMail
from shop.observe import metrics
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState
from shop.web import config, db, no_store, runtime

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
def health() -> Response:
    """200 while the process answers."""
    return no_store(Response("ok\n", mimetype="text/plain"))


@blueprint.get("/readyz")
def ready() -> Response:
    """200 when the database answers and stands at the release that this code wants, else 503."""
    db().execute(text("SELECT 1"))
    from shop import schema  # noqa: PLC0415  # Alembic is 8 MB that no page needs

    wanted, found = schema.head_revision(), schema.current_revision(runtime().engine)
    if wanted != found:
        return no_store(Response(f"the database is at {found}, not {wanted}\n", 503, mimetype="text/plain"))
    return no_store(Response("ready\n", mimetype="text/plain"))


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """Prometheus metrics, for those who send `Authorization: Bearer SHOP_METRICS_TOKEN`; without a token nobody."""
    token = config().metrics_token
    given = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise NotFound
    counted = metrics()
    counted.outbox_waiting.set(_count(select(func.count()).where(OutboxMail.sent_at.is_(None))))
    counted.orders_pending.set(_count(select(func.count()).where(Order.state == OrderState.PENDING)))
    counted.needs_attention.set(_count(select(func.count()).where(Order.payment_state == PaymentState.NEEDS_ATTENTION)))
    return no_store(Response(counted.text(), mimetype="text/plain; version=0.0.4"))


def _count(statement: Select[int]) -> int:
    return db().scalar(statement) or 0
