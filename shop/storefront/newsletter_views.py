"""Newsletter pages: sign-up by plain POST, confirmation, the free guide, unsubscribing.

A link in a mail only shows a page; its button does the deed, because mail programs open links by themselves. These
buttons need no form token: whoever holds the signed link may do what it says, and nobody else can guess it.
"""

from flask import Blueprint, Response, make_response, redirect, request
from itsdangerous import BadSignature

from shop.clock import utc_now
from shop.content.guide import FILE_NAME, build_guide
from shop.csrf import require_same_origin
from shop.errors import NotFound
from shop.mail.letterhead import Letterhead
from shop.newsletter import service
from shop.newsletter.rules import CONFIRM_WITHIN
from shop.throttle import throttle
from shop.web import config, db, external_url, no_store, page, runtime, shop_url, transaction

blueprint = Blueprint("newsletter", __name__, url_prefix="/newsletter")

CONFIRM, GUIDE, LEAVE = "newsletter-confirm", "newsletter-guide", "newsletter-leave"
GUIDE_DAYS = 365


@blueprint.post("")
def sign_up() -> Response:
    """Take an address; the answer is the same whether it is known or not."""
    require_same_origin()
    throttle("newsletter", "5/minute")
    throttle("newsletter-day", "40/day")
    typed = request.form.get("email", "")
    try:
        with transaction() as session:
            service.sign_up(session, typed, links=_links(), letterhead=_letterhead(), now=utc_now())
    except service.BadAddress as problem:
        return no_store(page("content/newsletter.html", problem.status, problem=str(problem), typed=typed[:254]))
    return _see(shop_url("newsletter.sent"))


@blueprint.get("/sent")
def sent() -> Response:
    """What happens next."""
    return page("content/newsletter_sent.html")


@blueprint.get("/confirm/<token>")
def confirm(token: str) -> Response:
    """Ask for one press of a button."""
    service.get_subscriber(db(), _mark(CONFIRM, token, _confirm_seconds()))
    return no_store(page("content/newsletter_confirm.html"))


@blueprint.post("/confirm/<token>", endpoint="confirmed")
def confirm_now(token: str) -> Response:
    """The address agrees; the guide is next."""
    mark = _mark(CONFIRM, token, _confirm_seconds())
    with transaction() as session:
        service.confirm(session, mark, links=_links(), letterhead=_letterhead(), now=utc_now())
    return _see(shop_url("newsletter.welcome", token=_token(GUIDE, mark)))


@blueprint.get("/welcome/<token>")
def welcome(token: str) -> Response:
    """Thanks, and the guide."""
    _mark(GUIDE, token, GUIDE_DAYS * 86400)
    return no_store(page("content/newsletter_welcome.html", token=token))


@blueprint.get("/guide/<token>")
def guide(token: str) -> Response:
    """The guide as a PDF, for those who confirmed."""
    _mark(GUIDE, token, GUIDE_DAYS * 86400)
    answer = make_response(build_guide(config().name))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return no_store(answer)


@blueprint.get("/unsubscribe/<token>")
def unsubscribe(token: str) -> Response:
    """Ask for one press of a button."""
    _mark(LEAVE, token, None)
    return no_store(page("content/newsletter_leave.html", done=False))


@blueprint.post("/unsubscribe/<token>", endpoint="unsubscribed")
def unsubscribe_now(token: str) -> Response:
    """Forget the address. Also what a mail program's own "unsubscribe" button sends."""
    mark = _mark(LEAVE, token, None)
    with transaction() as session:
        service.unsubscribe(session, mark)
    return no_store(page("content/newsletter_leave.html", done=True))


def _see(address: str) -> Response:
    return make_response(redirect(address, 303))


def _letterhead() -> Letterhead:
    return Letterhead.from_config(config())


def _confirm_seconds() -> int:
    return int(CONFIRM_WITHIN.total_seconds())


def _token(purpose: str, mark: str) -> str:
    token = runtime().keyring.links(purpose).dumps(mark)
    return token if isinstance(token, str) else token.decode()


def _mark(purpose: str, token: str, max_age_seconds: int | None) -> str:
    try:
        return str(runtime().keyring.links(purpose).loads(token, max_age=max_age_seconds))
    except BadSignature as error:
        raise NotFound("This link is not complete, or too old. You can sign up again at any time.") from error


def _links() -> service.Links:
    return service.Links(
        confirm=lambda mark: external_url("newsletter.confirm", token=_token(CONFIRM, mark)),
        guide=lambda mark: external_url("newsletter.guide", token=_token(GUIDE, mark)),
        unsubscribe=lambda mark: external_url("newsletter.unsubscribe", token=_token(LEAVE, mark)),
    )
