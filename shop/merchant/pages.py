"""The merchant's blueprint. Whatever is added to it needs a live staff session, and a form token for every change."""

import re
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import structlog
from flask import Blueprint, Response, g, make_response, redirect, request

from shop import cookies
from shop.clock import utc_now
from shop.csrf import ProtectedForm
from shop.errors import Forbidden
from shop.keys import new_token
from shop.merchant.record_words import WORDS
from shop.staff import service as staff
from shop.staff.rules import ABSOLUTE
from shop.web import config, db, no_store, page, runtime, shop_url, transaction

blueprint = Blueprint("merchant", __name__, url_prefix="/merchant")
log = structlog.get_logger("shop.merchant")

WITHOUT_SESSION = {"sign_in", "sign_in_code"}
BEFORE_ENROLMENT = {"second_factor", "second_factor_on", "sign_out"}
"""What somebody may do who must have a second factor and has none yet."""
SHOWS_STALE_FORMS = {"product_new", "product_edit"}
"""Long forms: a stale token is told beside what was typed. All other changes are refused before their view runs."""
READS = ("GET", "HEAD", "OPTIONS")
HOST_ACTOR = "merchant:host"
SAFE_PATH = re.compile(r"/[A-Za-z0-9_./?=&%+,~-]*")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is signed in. `actor` is what the records say; the rest is empty under a host's own sign-in."""

    actor: str
    member_id: int = 0
    email: str = ""
    has_factor: bool = False


class ActionForm(ProtectedForm):
    """A button: nothing but the token."""


def me() -> Identity:
    """Who is signed in on this request."""
    return cast(Identity, g.merchant)


def binding() -> str:
    """The value that form tokens are bound to: the staff cookie, made now when the browser has none."""
    if "merchant_binding" not in g:
        sent = cookies.read(cookies.STAFF)
        g.merchant_binding, g.merchant_binding_is_new = (sent, False) if sent else (new_token(), True)
    return cast(str, g.merchant_binding)


def token_meta() -> dict[str, str]:
    """The `meta` of every form of ours."""
    return {"csrf_context": binding()}


def merchant_page(template: str, http_status: int = 200, **context: Any) -> Response:
    """A page of `templates/shop/merchant/`, kept by no cache."""
    context.setdefault("sign_out_form", ActionForm(meta=token_meta()))
    context.setdefault("can_sign_out", runtime().is_merchant is None)
    context.setdefault("token_form", context["sign_out_form"])
    context |= WORDS
    return no_store(page(f"merchant/{template}", http_status, **context))


def see(endpoint: str, **values: Any) -> Response:
    """Go on to another page of the merchant's."""
    return see_path(shop_url(f"merchant.{endpoint}", **values))


def see_path(path: str) -> Response:
    """Go on to a path of ours."""
    return no_store(make_response(redirect(path, 303)))


def safe_next(wanted: str) -> str:
    """The path somebody wanted before they had to sign in, if it is one of the merchant's pages; else the first."""
    home = shop_url("merchant.home")
    is_ours = wanted == home or wanted.startswith((f"{home}/", f"{home}?"))
    if is_ours and SAFE_PATH.fullmatch(wanted) and "//" not in wanted and ".." not in wanted:
        return wanted
    return home


@blueprint.before_request
def require_staff() -> Response | None:
    """Let nobody through who is not signed in, and no change without the token of this session's forms."""
    endpoint = (request.endpoint or "").rsplit(".", 1)[-1]
    if request.method not in READS and request.headers.get("Sec-Fetch-Site", "same-origin") not in (
        "same-origin",
        "none",
    ):
        raise Forbidden
    if endpoint not in WITHOUT_SESSION:
        found = _find_identity()
        if found is None:
            return _without_session()
        g.merchant = found
        if _must_enrol(found) and endpoint not in BEFORE_ENROLMENT:
            return _to_enrolment()
    if request.method not in READS and endpoint not in SHOWS_STALE_FORMS:
        require_token()
    return None


def _must_enrol(who: Identity) -> bool:
    """Whether the shop requires a second factor and this person has none yet."""
    return bool(who.member_id) and config().requires_second_factor and not who.has_factor


def _to_enrolment() -> Response:
    if request.method in READS:
        return see("second_factor")
    raise Forbidden("Nothing was changed: this shop asks for a second factor first. Set it up, then send it again.")


def require_token() -> None:
    """Refuse a form that this session's pages did not carry. Raises Forbidden."""
    if not ActionForm(request.form, meta=token_meta()).validate():
        raise Forbidden


def _find_identity() -> Identity | None:
    host = runtime().is_merchant
    if host is not None:
        return Identity(HOST_ACTOR) if host() else None
    token, now = cookies.read(cookies.STAFF), utc_now()
    found = staff.find_session(db(), token, now=now)
    if found is None or token is None:
        return None
    member = found.member
    identity = Identity(f"merchant:{member.email}"[:80], member.id, member.email, member.has_factor)
    if staff.is_touch_due(found, now):
        with transaction() as session:
            staff.touch(session, token, now=now)
    return identity


def _without_session() -> Response:
    if runtime().is_merchant is not None:
        raise Forbidden("These pages are for the people who run the shop. Please sign in to the site first.")
    if request.method not in READS:
        raise Forbidden("You are not signed in any more, so nothing was changed. Sign in, then send it again.")
    wanted = request.path + (f"?{request.query_string.decode('latin-1')}" if request.query_string else "")
    wanted = safe_next(wanted)
    address = shop_url("merchant.sign_in")
    if wanted != shop_url("merchant.home"):
        address = f"{address}?{urlencode({'next': wanted})}"
    return see_path(address)


@blueprint.after_request
def keep_binding(response: Response) -> Response:
    """Hand out the cookie that this page's forms are bound to; keep every answer out of caches."""
    if g.get("merchant_binding_is_new", False):
        cookies.write(response, cookies.STAFF, binding(), max_age_seconds=int(ABSOLUTE.total_seconds()))
    return no_store(response)
