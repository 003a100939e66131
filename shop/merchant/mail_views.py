"""Mails: what has not left and why, what each said, sending once more, and how every kind looks."""

from flask import Response, make_response

from shop.audit import service as audit
from shop.clock import utc_now
from shop.errors import NotFound
from shop.mail import log
from shop.mail.letterhead import Letterhead
from shop.merchant.pages import blueprint, me, merchant_page, see
from shop.orders import service as orders
from shop.orders.models import Order
from shop.storefront.mail_samples import KINDS, sample_of
from shop.storefront.mail_views import harmless
from shop.web import config, db, transaction


@blueprint.get("/mails")
def mails() -> Response:
    """Mails that a server refused, and the newest ones."""
    return merchant_page(
        "mails.html",
        unsent=log.count_unsent(db()),
        failing=log.failing_mails(db()),
        newest=log.newest_mails(db()),
        section="mails",
    )


@blueprint.get("/mails/<int:mail_id>")
def mail(mail_id: int) -> Response:
    """One mail with its state, and what it says."""
    found = log.get_mail(db(), mail_id)
    order = db().get(Order, found.order_id) if found.order_id is not None else None
    return merchant_page("mail.html", mail=found, order=order, section="mails")


@blueprint.get("/mails/<int:mail_id>/html")
def mail_html(mail_id: int) -> Response:
    """The HTML part alone, for a frame in which nothing runs."""
    found = log.get_mail(db(), mail_id)
    if found.order_id is None:
        raise NotFound("What this mail says is its reader's alone.")
    return harmless(make_response(found.html))


@blueprint.post("/mails/<int:mail_id>/again")
def mail_again(mail_id: int) -> Response:
    """Try it now; one that has left and is about an order is sent once more, word for word."""
    now = utc_now()
    with transaction() as session:
        found = log.get_mail(session, mail_id)
        was = log.send_again(session, found, now=now)
        if found.order_id is not None:
            note = f"{found.kind} again"
            orders.record(session, found.order_id, subject="mail", note=note, actor=me().actor, now=now)
        audit.record(
            session,
            actor=me().actor,
            action="mail.again",
            subject=f"mail:{mail_id}",
            changes={"kind": found.kind, "was": was.value},
            now=now,
        )
    return see("mails", done=was.value)


@blueprint.get("/mails/kinds")
def mail_kinds() -> Response:
    """Every kind of mail there is."""
    return merchant_page("mail_kinds.html", kinds=KINDS, section="mails")


@blueprint.get("/mails/kinds/<kind>")
def mail_kind(kind: str) -> Response:
    """One kind, with made-up people and goods."""
    return merchant_page("mail_kind.html", sample=sample_of(kind, Letterhead.from_config(config())), section="mails")


@blueprint.get("/mails/kinds/<kind>/html")
def mail_kind_html(kind: str) -> Response:
    """Its HTML part, for the frame."""
    return harmless(make_response(sample_of(kind, Letterhead.from_config(config())).mail.html))
