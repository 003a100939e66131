"""What a customer may ask for by e-mail (R8): a copy of what is kept of them, and its erasure.

The address is only ever posted, and the record of changes knows it by its fingerprint.
"""

from flask import Response, jsonify, request
from wtforms import StringField

from shop.audit import service as audit
from shop.back_in_stock import service as back_in_stock
from shop.clock import utc_now
from shop.csrf import ProtectedForm
from shop.documents import service as documents
from shop.email_address import normal_email
from shop.follow_up import service as follow_up
from shop.keys import fingerprint
from shop.mail import log as mail_log
from shop.mail.rules import is_header_safe
from shop.merchant.pages import blueprint, me, merchant_page, token_meta
from shop.newsletter import service as newsletter
from shop.orders import service as orders
from shop.web import db, no_store, transaction


class CustomerForm(ProtectedForm):
    """Whose request it is."""

    email = StringField("E-mail address of the customer")


@blueprint.route("/privacy", methods=["GET", "POST"])
def privacy() -> Response:
    """Look up what is kept of an address."""
    form = CustomerForm(request.form, meta=token_meta())
    if request.method == "GET":
        return _page(form)
    email = _email(form)
    if email is None:
        return _page(form, 422)
    found, subscriber = orders.export_customer(db(), email), newsletter.export_subscriber(db(), email)
    asked = len(back_in_stock.export_wishes(db(), email)) + len(mail_log.asked_mails(db(), email))
    return _page(form, email=email, orders=found, subscriber=subscriber, asked=asked)


@blueprint.post("/privacy/export.json")
def privacy_export() -> Response:
    """Everything that is kept of an address, as a file for its owner."""
    form = CustomerForm(request.form, meta=token_meta())
    email = _email(form)
    if email is None:
        return _page(form, 422)
    theirs = orders.export_customer(db(), email)
    kept = {
        "orders": theirs,
        "papers": documents.export_papers(db(), [str(order["number"]) for order in theirs]),
        "newsletter": newsletter.export_subscriber(db(), email),
        "waits_for": back_in_stock.export_wishes(db(), email),
        "asked_mails": mail_log.asked_mails(db(), email),
        "to_be_asked_once": follow_up.waiting_orders(db(), email),
    }
    _record("privacy.exported", email, {"orders": len(theirs)})
    answer = jsonify(kept)
    answer.headers["Content-Disposition"] = 'attachment; filename="customer.json"'
    return no_store(answer)


@blueprint.post("/privacy/erase")
def privacy_erase() -> Response:
    """Blank the personal fields of finished orders, and forget the newsletter address."""
    form = CustomerForm(request.form, meta=token_meta())
    email = _email(form)
    if email is None:
        return _page(form, 422)
    now = utc_now()
    with transaction() as session:
        follow_up.never_ask(session, email)
        erased = orders.erase_customer(session, email, now)
        had_newsletter = newsletter.erase_subscriber(session, email)
        back_in_stock.erase_wishes(session, email)
        mail_log.forget_asked_of(session, email)
        audit.record(
            session,
            actor=me().actor,
            action="privacy.erased",
            subject=_subject(email),
            changes={
                "orders": len(erased.erased_ids),
                "kept_open": list(erased.kept_open),
                "newsletter": had_newsletter,
            },
            now=now,
        )
    return merchant_page("privacy_erased.html", erased=erased, had_newsletter=had_newsletter, section="privacy")


def _page(form: CustomerForm, http_status: int = 200, **context: object) -> Response:
    return merchant_page("privacy.html", http_status, form=form, section="privacy", **context)


def _email(form: CustomerForm) -> str | None:
    """The address that was typed; also one that no mail could be sent to: an old order may have it."""
    email = (form.email.data or "").strip()
    if "@" in email[1:-1] and is_header_safe(email):
        return email
    form.email.errors = ["Enter an e-mail address in the form name@example.com."]
    return None


def _record(action: str, email: str, changes: dict[str, object]) -> None:
    with transaction() as session:
        audit.record(session, actor=me().actor, action=action, subject=_subject(email), changes=changes, now=utc_now())


def _subject(email: str) -> str:
    return f"customer:{fingerprint(normal_email(email))[:16]}"
