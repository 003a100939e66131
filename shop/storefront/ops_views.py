"""Addresses for an operator: is it alive, is it ready, what does it count."""

import hmac

from flask import Blueprint, Response, request
from sqlalchemy import text

from shop.clock import utc_now
from shop.errors import NotFound
from shop.observe import metrics
from shop.storefront.ops_counts import count_rows
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
    from shop import schema  # late: Alembic is 8 MB that no page needs

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
    count_rows(metrics(), db(), now=utc_now())
    return no_store(Response(metrics().text(), mimetype="text/plain; version=0.0.4"))
