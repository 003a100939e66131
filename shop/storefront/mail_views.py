"""The demo's own post box: what the shop would have sent, to be read in the browser. Only in demo mode."""

from flask import Blueprint, Response, abort, make_response

from shop.mail import service
from shop.mail.models import OutboxMail
from shop.web import config, db, no_store, page

blueprint = Blueprint("mail", __name__)
NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


@blueprint.get("/demo/mails")
def demo_mails() -> Response:
    """The newest mails that left."""
    _only_in_the_demo()
    return no_store(page("mail/list.html", mails=service.sent_mails(db())))


@blueprint.get("/demo/mails/<int:mail_id>")
def demo_mail(mail_id: int) -> Response:
    """One mail: its HTML in a frame that may do nothing, and its text."""
    return no_store(page("mail/show.html", mail=_mail(mail_id)))


@blueprint.get("/demo/mails/<int:mail_id>/html")
def demo_mail_html(mail_id: int) -> Response:
    """The HTML part alone, for the frame; it may not run anything, nor reach our pages."""
    answer = make_response(_mail(mail_id).html)
    answer.headers["Content-Security-Policy"] = NO_SCRIPTS
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return no_store(answer)


def _mail(mail_id: int) -> OutboxMail:
    _only_in_the_demo()
    mail = service.find_sent_mail(db(), mail_id) if mail_id < 2**31 else None
    if mail is None:
        abort(404)
    return mail


def _only_in_the_demo() -> None:
    if config().mode != "demo":
        abort(404)
