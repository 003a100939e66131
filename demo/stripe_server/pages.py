"""The payment page: plain forms that do what a buyer and the buyer's bank can do."""

from itertools import islice
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from demo.stripe_server import sessions
from demo.stripe_server.account import Account
from demo.stripe_server.acts import SESSION_ACTS
from demo.stripe_server.answers import Json, Refusal
from demo.stripe_server.money import readable
from demo.stripe_server.payments import is_awaited
from demo.stripe_server.server import StripeServer

pages = Blueprint("pages", __name__)
BUTTONS = SESSION_ACTS.keys() - {"expire"}
SHOWN = 20


@pages.get("/")
def index() -> str:
    """Who opens the bare address learns what this is, and sees the latest payments."""
    server = _server()
    server.expire_due()
    with server.store.lock:
        latest = [
            {**session, "total": readable(session["amount_total"], session["currency"])}
            for session in islice(server.store.newest_first(sessions.KIND), SHOWN)
        ]
    return render_template("index.html", sessions=latest)


@pages.get("/pay/<session_id>")
def pay(session_id: str) -> Response:
    return _page(session_id)


@pages.post("/pay/<session_id>/<action>")
def press(session_id: str, action: str) -> AnyResponse:
    """Do what the button says. Whoever has paid goes back to the shop; everyone else sees the page again."""
    if action not in BUTTONS:
        abort(404)
    server = _server()
    try:
        session = server.act(action, session=session_id)
    except Refusal as refusal:
        if refusal.status == 404:
            abort(404)
        return redirect(url_for("pages.pay", session_id=session_id), 303)  # a second click: the page says how it stands
    if session["status"] == "complete" and action not in ("arrive", "bounce"):
        return redirect(sessions.return_address(session), 303)
    return redirect(url_for("pages.pay", session_id=session_id), 303)


def _page(session_id: str) -> Response:
    server = _server()
    server.expire_due()
    with server.store.lock:
        session = server.store.find(sessions.KIND, session_id)
        if session is None or session["ui_mode"] != "hosted_page":
            abort(404)
        body = render_template(
            f"{_template(server.account, session)}.html",
            session=session,
            lines=[_line(line) for line in sessions.line_items(server.account, session_id)],
            total=readable(session["amount_total"], session["currency"]),
            problem=_problem(server.account, session),
            back=sessions.return_address(session),
            awaited=is_awaited(server.account, session),
        )
    return _guarded(Response(body), session)


def _template(account: Account, session: Json) -> str:
    if session["status"] != "open":
        return str(session["status"])
    intent = account.store.find("payment_intent", session["payment_intent"] or "")
    return "challenge" if intent and intent["status"] == "requires_action" else "open"


def _problem(account: Account, session: Json) -> str | None:
    intent = account.store.find("payment_intent", session["payment_intent"] or "")
    return intent["last_payment_error"]["message"] if intent and intent["last_payment_error"] else None


def _line(line: Json) -> Json:
    return {
        "name": line["description"],
        "quantity": line["quantity"],
        "total": readable(line["amount_total"], line["currency"]),
    }


def _guarded(response: Response, session: Json) -> Response:
    """Add the headers. A browser checks form-action on the redirect too, so it names the shop's own origins."""
    shop = {_origin(session[name]) for name in ("success_url", "cancel_url") if session[name]}
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; img-src data:; form-action 'self' {' '.join(sorted(shop))}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _server() -> StripeServer:
    server: StripeServer = current_app.extensions["stripe_server"]
    return server
