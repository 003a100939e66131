"""The demo's own post box: what the shop would have sent, to be read in the browser. Only in demo mode."""

from flask import Blueprint, Response, abort, make_response

from shop.mail import service
from shop.mail.letterhead import Letterhead
from shop.mail.models import OutboxMail
from shop.storefront.mail_samples import KINDS, Sample, sample_of
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
    return harmless(make_response(_mail(mail_id).html))


@blueprint.get("/demo/mail-kinds")
def demo_mail_kinds() -> Response:
    """Every kind of mail there is, whether the demo has sent one or not."""
    _only_in_the_demo()
    return no_store(page("mail/kinds.html", kinds=KINDS))


@blueprint.get("/demo/mail-kinds/<kind>")
def demo_mail_kind(kind: str) -> Response:
    """One kind, with made-up people and goods."""
    return no_store(page("mail/kind.html", sample=_sample(kind)))


@blueprint.get("/demo/mail-kinds/<kind>/html")
def demo_mail_kind_html(kind: str) -> Response:
    """Its HTML part, for the frame."""
    return harmless(make_response(_sample(kind).mail.html))


def harmless(answer: Response) -> Response:
    """A mail's HTML as it may stand in a frame: it runs nothing and reaches none of our pages."""
    answer.headers["Content-Security-Policy"] = NO_SCRIPTS
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return no_store(answer)


def _sample(kind: str) -> Sample:
    _only_in_the_demo()
    return sample_of(kind, Letterhead.from_config(config()))


def _mail(mail_id: int) -> OutboxMail:
    _only_in_the_demo()
    mail = service.find_sent_mail(db(), mail_id) if mail_id < 2**31 else None
    if mail is None:
        abort(404)
    return mail


def _only_in_the_demo() -> None:
    if config().mode != "demo":
        abort(404)
