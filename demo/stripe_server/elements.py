"""The stand-in for Stripe.js: one script with the calls of a Checkout elements page, and what that script asks."""

from flask import Blueprint, Response, abort, current_app, jsonify, request

from demo.stripe_server import sessions
from demo.stripe_server.answers import Json, Refusal
from demo.stripe_server.server import StripeServer

elements = Blueprint("elements", __name__)
WAYS = {"pay": ("pay",), "decline": ("decline",), "secure": ("challenge", "approve"), "unproven": ("challenge", "fail"),
        "later": ("pay_later",)}  # fmt: skip


@elements.after_request
def let_shops_ask(response: Response) -> Response:
    """The script runs in the shop's page, which is another origin."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


@elements.get("/endive/stripe.js")
def script() -> Response:
    """The script. It draws plain choices: what the buyer's card, or the buyer's bank, does."""
    return current_app.send_static_file("elements.js")


@elements.get("/elements/<secret>")
def look(secret: str) -> Response:
    """The session as the script may see it."""
    session = _session(secret)
    if session["status"] != "open":
        return jsonify(error=f"This Checkout Session is {session['status']}.")
    return jsonify(status=session["status"], currency=session["currency"], total=session["amount_total"])


@elements.post("/elements/<secret>")
def confirm(secret: str) -> Response:
    """Do what the chosen card does; says where to go on to, or why it did not work."""
    session, way = _session(secret), WAYS.get(request.form.get("way", ""))
    if way is None:
        abort(400)
    try:
        for action in way:
            session = _server().act(action, session=session["id"])
    except Refusal as refusal:
        return jsonify(error=str(refusal))
    if session["status"] == "complete":
        return jsonify(go_to=sessions.return_address(session))
    intent = _server().store.find("payment_intent", session["payment_intent"] or "")
    return jsonify(error=intent["last_payment_error"]["message"] if intent else "It did not work.")


def _session(secret: str) -> Json:
    server = _server()
    server.expire_due()
    with server.store.lock:
        session = server.store.find(sessions.KIND, secret.partition("_secret_")[0])
    if session is None or not session["client_secret"] or session["client_secret"] != secret:
        abort(404)
    return session


def _server() -> StripeServer:
    server: StripeServer = current_app.extensions["stripe_server"]
    return server
