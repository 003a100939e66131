"""Who changed what and when."""

from urllib.parse import urlencode

from flask import Response, request

from shop.audit.service import AuditFilter, known_actions, list_events
from shop.merchant.pages import blueprint, merchant_page
from shop.merchant.paging import page_number
from shop.web import db, shop_url


@blueprint.get("/audit")
def audit() -> Response:
    """The record with its filters in the address, newest first."""
    typed = {name: request.args.get(name, "").strip()[:120] for name in ("actor", "action", "subject")}
    wanted = AuditFilter(**typed, page=page_number(request.args.get("page", "")))
    kept = {name: text for name, text in typed.items() if text}
    base = shop_url("merchant.audit")
    return merchant_page(
        "audit.html",
        found=list_events(db(), wanted),
        wanted=wanted,
        is_narrowed=bool(kept),
        actions=known_actions(db()),
        url_for_page=lambda number: f"{base}?{urlencode({**kept, 'page': str(number)})}",
        section="audit",
    )
