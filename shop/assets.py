"""Style sheet and static files: CSS parts joined at start, addresses with a digest that may be kept for ever."""

import hashlib
import re
from functools import cache

from flask import Blueprint, Response

from shop import paths
from shop.web import shop_url

FOREVER = "public, max-age=31536000, immutable"


def _without_spacing(css: bytes) -> bytes:
    """The style sheet without comments and needless white space; strings with braces do not occur in ours."""
    bare = re.sub(rb"/\*.*?\*/", b"", css, flags=re.DOTALL)
    return re.sub(rb"\s*([{};,])\s*|(?<=:)\s+", rb"\1", bare).strip()


@cache
def stylesheet() -> tuple[str, bytes]:
    """The digest and the bytes of all CSS parts, in the order of their names."""
    parts = sorted((paths.static() / "css").glob("*.css"))
    body = _without_spacing(b"\n".join(part.read_bytes() for part in parts))
    return hashlib.sha256(body).hexdigest()[:12], body


@cache
def _digest(file_name: str) -> str:
    return hashlib.sha256((paths.static() / file_name).read_bytes()).hexdigest()[:12]


def shop_stylesheet() -> str:
    """The address of the joined style sheet."""
    return shop_url("stylesheet", digest=stylesheet()[0])


def shop_static(file_name: str) -> str:
    """The address of a static file, with its digest."""
    return shop_url("static", filename=file_name, v=_digest(file_name))


def _send_stylesheet(digest: str) -> Response:
    known, body = stylesheet()
    answer = Response(body, mimetype="text/css")
    answer.headers["Cache-Control"] = FOREVER if digest == known else "no-cache"
    return answer


def register_assets(blueprint: Blueprint) -> None:
    """Add the style sheet's route."""
    blueprint.add_url_rule("/tsubo-<digest>.css", "stylesheet", _send_stylesheet)
