"""Pictures of products: drawings made from attributes, and the merchant's uploads."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory

from shop.catalogue.drawing import DrawnThing, find_drawn_thing
from shop.errors import NotFound
from shop.illustration import CONTENT_SECURITY_POLICY, draw
from shop.web import config, db

blueprint = Blueprint("pictures", __name__)
FILE_NAME = re.compile(r"[a-z0-9-]{8,80}\.webp")
ONE_DAY = "public, max-age=86400, stale-while-revalidate=604800"


@blueprint.get("/pictures/<name>.svg")
def drawing(name: str) -> Response:
    """The drawing of a product or of one variant, named by its SKU."""
    thing = find_drawn_thing(db(), name)
    if thing is None:
        raise NotFound("There is no such picture.")
    body, digest = _drawn(thing)
    answer = Response(body, mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    answer.headers["Cache-Control"] = ONE_DAY
    answer.set_etag(digest)
    answer.make_conditional(request)  # changes the answer itself
    return answer


@lru_cache(maxsize=512)
def _drawn(thing: DrawnThing) -> tuple[bytes, str]:
    body = draw(thing.subject, colour=thing.colour).encode()
    return body, hashlib.sha256(body).hexdigest()[:24]


@blueprint.get("/media/<file_name>")
def upload(file_name: str) -> Response:
    """A merchant's picture. Its name is never used twice, so it may be kept for ever."""
    if not FILE_NAME.fullmatch(file_name):
        raise NotFound("There is no such picture.")
    folder = Path(config().media_dir).resolve()
    answer = send_from_directory(folder, file_name, mimetype="image/webp", max_age=31_536_000)
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    return answer
