"""Orders: the list and its JSON, one order with its history, cancelling, notes and mails."""

from flask import Response, jsonify, request
from wtforms import Form

from shop.audit import service as audit
from shop.clock import utc_now
from shop.documents import service as documents
from shop.errors import Conflict, NotFound
from shop.keys import new_token
from shop.mail import log as mail_log
from shop.mail.letterhead import Letterhead
from shop.merchant.order_forms import CancelForm, NoteForm
from shop.merchant.order_list import RETURN_WORDS, STATE_WORDS, read_filter
from shop.merchant.order_reading import mails_of, orders_as_values, refunded_sums
from shop.merchant.pages import blueprint, me, merchant_page, see, token_meta
from shop.merchant.parcel_form import ship_form
from shop.merchant.refund_rules import delivery_paid, line_shares, refund_of_return
from shop.money import Money
from shop.orders import fulfilment, mails, withdrawals
from shop.orders import service as orders
from shop.orders.carriers import carriers
from shop.orders.models import Order
from shop.orders.return_rules import REASON_WORDS, goods_of
from shop.orders.states import OrderState
from shop.payments import refunds
from shop.payments.attention import find_attention
from shop.pricing.countries import country_name
from shop.web import config, db, no_store, shop_url, transaction


@blueprint.get("/orders", endpoint="orders")
def order_list() -> Response:
    """Search, filters and pages in the address, newest first."""
    wanted = read_filter(request.args)
    found = orders.list_orders(db(), wanted.filter)
    next_url = None
    if found.next_before_id is not None:
        next_url = wanted.address(shop_url("merchant.orders"), before=found.next_before_id)
    return merchant_page(
        "orders.html",
        found=found,
        wanted=wanted,
        words=STATE_WORDS,
        refunded=refunded_sums(db(), [row.id for row in found.rows]),
        next_url=next_url,
        section="orders",
    )


@blueprint.get("/orders.json")
def orders_json() -> Response:
    """The same list for machines: numbers, lines, states and amounts, and nobody's name or address."""
    found = orders.list_orders(db(), read_filter(request.args).filter)
    listed = orders_as_values(db(), [row.id for row in found.rows])
    return no_store(jsonify(orders=listed, count=found.count, next_before=found.next_before_id))


@blueprint.get("/orders/<number>")
def order(number: str) -> Response:
    """One order."""
    return order_page(orders.get_order(db(), number))


@blueprint.post("/orders/<number>/cancel")
def order_cancel(number: str) -> Response:
    """Call off a placed order that has not left: its goods go back on the shelf. Money is refunded separately."""
    found = orders.get_order(db(), number)
    form = CancelForm(request.form, meta=token_meta())
    if not form.validate():
        return order_page(found, 422, cancel_form=form)
    reason, now = " ".join((form.reason.data or "").split()), utc_now()
    with transaction() as session:
        if orders.get_by_id(session, found.id).state is OrderState.PENDING:
            raise Conflict("This order still waits for its payment. It is called off by itself when none comes.")
        orders.cancel(session, found.id, actor=me().actor, now=now, note=f"cancelled by the shop: {reason}")
        whole = orders.get_by_id(session, found.id)
        mails.write(session, whole, mails.CANCELLED, letterhead=Letterhead.from_config(config()), now=now)
        audit.record(
            session,
            actor=me().actor,
            action="order.cancelled",
            subject=f"order:{whole.number}",
            changes={"state": ["placed", "cancelled"]},
            now=now,
        )
    return see("order", number=found.number, done="cancelled")


@blueprint.post("/orders/<number>/note")
def order_note(number: str) -> Response:
    """Keep a remark in the order's history; customers never see it."""
    found = orders.get_order(db(), number)
    form = NoteForm(request.form, meta=token_meta())
    if not form.validate():
        return order_page(found, 422, note_form=form)
    now = utc_now()
    with transaction() as session:
        orders.record(session, found.id, subject="note", note=(form.note.data or "").strip(), actor=me().actor, now=now)
        audit.record(
            session, actor=me().actor, action="order.noted", subject=f"order:{found.number}", changes={}, now=now
        )
    return see("order", number=found.number, done="noted")


@blueprint.post("/orders/<number>/mails/<int:mail_id>/again")
def order_mail_again(number: str, mail_id: int) -> Response:
    """Send a mail about the order once more, word for word; one that has not left is tried now."""
    found = orders.get_order(db(), number)
    now = utc_now()
    with transaction() as session:
        mail = next((mail for mail in mails_of(session, found.id) if mail.id == mail_id), None)
        if mail is None:
            raise NotFound("There is no such mail.")
        mail_log.send_again(session, mail, now=now)
        orders.record(session, found.id, subject="mail", note=f"{mail.kind} again", actor=me().actor, now=now)
        audit.record(
            session,
            actor=me().actor,
            action="order.mail_again",
            subject=f"order:{found.number}",
            changes={"kind": mail.kind},
            now=now,
        )
    return see("order", number=found.number, done="mailed")


def order_page(order: Order, http_status: int = 200, **forms: Form) -> Response:
    """The page of an order; `forms` are those with errors."""
    return merchant_page(
        "order.html",
        http_status,
        order=order,
        subtotal=Money(order.subtotal_minor, order.currency),
        discount=Money(order.discount_minor, order.currency),
        shipping=Money(order.shipping_minor, order.currency),
        tax=Money(order.tax_minor, order.currency),
        shares=line_shares(order),
        delivery=delivery_paid(order),
        attention=find_attention(db(), order),
        declared=withdrawals.declared(order),
        refundable=refunds.refundable(db(), order),
        is_paid_back=0 < order.total_minor <= refunded_sums(db(), [order.id]).get(order.id, 0),
        refunds=[(kept, Money(kept.amount_minor, kept.currency)) for kept in refunds.refunds_of(db(), order.id)],
        papers=documents.papers_of(db(), order.id),
        mails=mails_of(db(), order.id),
        words=STATE_WORDS,
        parcels=fulfilment.parcels_of(order, carriers(config())),
        carriers=carriers(config()).names,
        ship_form=forms.get("ship_form") or _ship_form(order),
        cancel_form=forms.get("cancel_form") or CancelForm(meta=token_meta()),
        return_form=forms.get("return_form"),
        return_words=RETURN_WORDS,
        country=country_name(order.country, config().locale),
        reason_words=REASON_WORDS,
        goods_of=goods_of,
        refund_of_return=refund_of_return,
        note_form=forms.get("note_form") or NoteForm(meta=token_meta()),
        form=next(iter(forms.values()), None),
        done=request.args.get("done"),
        section="orders",
    )


def _ship_form(order: Order) -> Form:
    """The next parcel, as it would be sent without a change."""
    return ship_form(order, fulfilment.suggested(order), meta=token_meta(), data={"form_token": new_token()})
