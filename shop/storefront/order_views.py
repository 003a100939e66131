"""A customer's order page, by its unguessable link; and the way there for somebody who knows number and address."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from wtforms import StringField

from shop.checkout.held_words import held_words
from shop.clock import utc_now
from shop.csrf import ShopForm, require_same_origin
from shop.dates import format_moment
from shop.documents import service as documents
from shop.documents.rules import recipient
from shop.errors import NotFound
from shop.money import Money
from shop.orders import fulfilment, withdrawals
from shop.orders import service as orders
from shop.orders.carriers import carriers
from shop.orders.held import held_until
from shop.orders.models import Order
from shop.orders.progress import progress_of
from shop.orders.return_rules import can_come_back, returns_shown
from shop.orders.states import OrderState
from shop.payments import service as payments
from shop.payments.refunds import refunds_of
from shop.payments.states import RefundState
from shop.pricing import service as pricing
from shop.pricing.rules import Quote
from shop.throttle import throttle
from shop.web import config, db, no_store, page, see_other, shop_url

blueprint = Blueprint("order", __name__)
NOT_FOUND = (
    "We found no order with this number and e-mail address. Please check both: they are in the mail we sent you."
)
_WITHDRAWN = {
    "kind": "ok",
    "text": "We have your withdrawal. A confirmation with date and time is on its way to you by mail.",
}
_RETURNING = {"kind": "ok", "text": "We have your wish to send something back, and write to you."}


class LookupForm(ShopForm):
    """Number and e-mail address of an order."""

    number = StringField("Order number")
    email = StringField("E-mail address")


@blueprint.get("/order")
def lookup() -> Response:
    """The form that leads to an order."""
    return no_store(page("order/lookup.html", form=LookupForm(), sentence=None))


@blueprint.post("/order")
def look_up() -> Response:
    """Lead to the order, or say the same sentence whichever of the two is wrong."""
    require_same_origin()
    throttle("order-lookup", "10/minute")
    form = LookupForm(request.form)
    found = orders.lookup(db(), form.number.data or "", form.email.data or "")
    if found is None:
        return no_store(page("order/lookup.html", 422, form=form, sentence=NOT_FOUND))
    return see_other(shop_url("order.page", token=found.token))


@blueprint.get("/order/<token>", endpoint="page")
def page_of_order(token: str) -> Response:
    """Steps with dates, what happens next, lines and totals. Printable."""
    order = orders.find_by_token(db(), token)
    if order is None:
        raise NotFound
    zone = pricing.zones(config()).find(order.country)
    words: dict[str, Any] = {
        "order": order,
        "progress": progress_of(order),
        "quote": _quote(order, zone.tax_name if zone else "Tax"),
        "address": recipient(order, config().locale),
        "pay_url": _pay_url(order),
        "held": _held(order),
        "refunds": _refunds(order),
        "papers": documents.papers_of(db(), order.id),
        "day": _day,
        "parcels": fulfilment.parcels_of(order, carriers(config())),
        "to_come": fulfilment.still_to_come(order) if order.state is OrderState.PLACED else [],
        "can_withdraw": bool(withdrawals.open_lines(order)),
        "declared": withdrawals.declared(order),
        "can_send_back": bool(can_come_back(order)),
        "returning": returns_shown(order),
        "messages": _messages(order, request.args.get("told", "")),
    }
    return no_store(page("order/order.html", **words))


def _messages(order: Order, told: str) -> list[dict[str, str]]:
    if told == "withdrawn" and order.withdrawals:
        return [_WITHDRAWN]
    return [_RETURNING] if told == "return" and order.returns else []


def _quote(order: Order, tax_name: str) -> Quote:
    """The order's amounts in the shape that the totals are shown from."""
    tax_of_lines = sum(line.tax_minor for line in order.lines)
    return Quote(
        currency=order.currency,
        tax_inclusive=order.tax_inclusive,
        tax_name=tax_name,
        lines=(),
        subtotal=Money(order.subtotal_minor, order.currency),
        discount=Money(order.discount_minor, order.currency),
        shipping=Money(order.shipping_minor, order.currency),
        shipping_tax=Money(order.tax_minor - tax_of_lines, order.currency),
        tax=Money(order.tax_minor, order.currency),
        total=order.total,
    )


def _held(order: Order) -> str:
    until = held_until(db(), order.id) if order.state is OrderState.PENDING else None
    return held_words(until, now=utc_now(), locale=config().locale)


def _pay_url(order: Order) -> str | None:
    """Where a pending order can still be paid."""
    attempt = payments.live_attempt(db(), order.id) if order.state is OrderState.PENDING else None
    if attempt is None or attempt.expires_at <= utc_now():
        return None
    return attempt.page_url


def _refunds(order: Order) -> list[tuple[Money, datetime]]:
    return [
        (Money(refund.amount_minor, refund.currency), refund.created_at)
        for refund in refunds_of(db(), order.id)
        if refund.state is not RefundState.FAILED
    ]


def _day(moment: datetime) -> str:
    """A date and time as people of the shop's language write it."""
    return format_moment(moment, config().locale)
