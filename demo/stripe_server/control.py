"""/_control: what tests and the demo ask of the stand-in, in JSON. The package's docstring lists it."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request

from demo.stripe_server.answers import Json, Refusal
from demo.stripe_server.server import StripeServer

control = Blueprint("control", __name__, url_prefix="/_control")


@control.before_request
def refuse_browsers() -> None:
    """Only JSON, which a form on some web page cannot send without asking first."""
    if request.headers.get("Origin") or (request.method == "POST" and request.mimetype != "application/json"):
        abort(403)


@control.errorhandler(Refusal)
def refused(refusal: Refusal) -> tuple[Response, int]:
    return jsonify(error=str(refusal)), refusal.status


@control.errorhandler(ValueError)
def unusable(problem: ValueError) -> tuple[Response, int]:
    return jsonify(error=str(problem)), 400


@control.get("/ledger")
def ledger() -> Response:
    return jsonify(_server().ledger())


@control.post("/act")
def act() -> Response:
    wanted = _wanted()
    return jsonify(_server().act(str(wanted.pop("action", "")), **wanted))


@control.get("/faults")
def faults() -> Response:
    return jsonify(faults=_server().faults.as_json())


@control.post("/faults")
def add_fault() -> Response:
    _server().add_fault(**_wanted())
    return faults()


@control.delete("/faults")
def clear_faults() -> Response:
    _server().clear_faults()
    return faults()


@control.post("/redeliver")
def redeliver() -> Response:
    wanted = _wanted()
    return jsonify(planned=_server().redeliver(event=wanted.get("event"), status=wanted.get("status")))


@control.post("/advance")
def advance() -> Response:
    seconds = _wanted().get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError('Say how far: {"seconds": 1900}.')
    _server().advance(seconds)
    return jsonify(now=_server().time())


@control.post("/reset")
def reset() -> Response:
    _server().reset()
    return jsonify(now=_server().time())


def _wanted() -> Json:
    wanted: Any = request.get_json(silent=True)
    if not isinstance(wanted, dict):
        raise ValueError("Send one JSON object.")
    return wanted


def _server() -> StripeServer:
    server: StripeServer = current_app.extensions["stripe_server"]
    return server
