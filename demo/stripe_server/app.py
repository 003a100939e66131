"""The HTTP face: Stripe's API, the payment page and the control addresses in one small Flask app."""

import socket

from flask import Blueprint, Flask, Response, abort, current_app, request

from demo.stripe_server import control, elements, pages
from demo.stripe_server.answers import Answer
from demo.stripe_server.server import StripeServer

LOCAL_NAMES = ("127.0.0.1", "localhost")
CUT = Response(status=502)  # what a server without a socket of its own shows instead of a closed connection

api = Blueprint("api", __name__)


def create_app(server: StripeServer) -> Flask:
    """Return a WSGI app over this server. It answers on loopback names only."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    app.extensions["stripe_server"] = server
    app.before_request(_refuse_foreign_names)
    for blueprint in (api, pages.pages, elements.elements, control.control):
        app.register_blueprint(blueprint)
    return app


@api.route("/v1/<path:_rest>", methods=["GET", "POST", "DELETE"])
def call(_rest: str) -> Response:
    server: StripeServer = current_app.extensions["stripe_server"]
    url = f"{request.path}?{request.query_string.decode()}"
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer = server.handle(request.method, url, headers, request.get_data(as_text=True))
    return _cut_connection() if answer.cut else _response(answer)


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers))


def _cut_connection() -> Response:
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    return CUT


def _refuse_foreign_names() -> None:
    """A page elsewhere on the web must not drive the stand-in through a visitor's browser (DNS rebinding)."""
    if request.host.rsplit(":", 1)[0] not in LOCAL_NAMES:
        abort(403)
