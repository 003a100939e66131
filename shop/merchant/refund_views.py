"""Refunds: pick what goes back, look at the sum, then send it. Nothing runs twice, no lock waits for the network."""

from datetime import datetime

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.audit import service as audit
from shop.clock import utc_now
from shop.errors import BadInput, Conflict
from shop.gateway import GatewayRefused, GatewayUnavailable
from shop.keys import new_token
from shop.merchant.order_forms import RefundForm
from shop.merchant.pages import blueprint, me, merchant_page, see, token_meta
from shop.merchant.refund_plan import Choice, Plan, is_not_sent_by_itself, plan_of, unsent
from shop.merchant.refund_rules import (
    Part,
    breakdown,
    delivery_paid,
    line_shares,
    parse_picked,
    picks_delivery,
    read_picked,
    worth,
    write_picked,
)
from shop.money import Money, parse_money, to_decimal
from shop.orders import returns
from shop.orders import service as orders
from shop.orders.models import Order
from shop.payments import refunding, refunds
from shop.payments.models import Refund
from shop.payments.refunded import is_delivery_refunded, refunded_pieces
from shop.payments.refunds import RefundWish
from shop.payments.returning import name_refund
from shop.payments.states import RefundState
from shop.payments.web_desk import web_desk
from shop.provider_amounts import NotPayable, to_provider
from shop.web import db, transaction


@blueprint.get("/orders/<number>/refund")
def order_refund(number: str) -> Response:
    """Choose pieces and delivery; the amount follows, and may be typed over up to what is left."""
    order = orders.get_order(db(), number)
    left = refunds.refundable(db(), order)
    picked = read_picked(order, request.args)
    with_delivery = request.args.get("delivery") == "y"
    parts = _parts(order, picked, with_delivery=with_delivery)
    amount = min(worth(parts, order.currency) if parts else left, left, key=lambda money: money.minor)
    form = RefundForm(
        meta=token_meta(),
        data={
            "amount": f"{to_decimal(amount):f}",
            **_ticks(order, picked),
            "picked": write_picked(picked, with_delivery=with_delivery),
            "form_token": new_token(),
            "return_id": _return_id(request.args.get("return", "")),
        },
    )
    return _page(order, form)


@blueprint.post("/orders/<number>/refund", endpoint="order_refund_check")
def check_refund(number: str) -> Response:
    """Show what is about to happen; the button names the amount."""
    order = orders.get_order(db(), number)
    form = RefundForm(request.form, meta=token_meta())
    amount = _amount(form, order)
    if amount is None:
        return _page(order, form, 422)
    plan = _plan(form, order, amount)
    return _summary(order, form, amount, plan) if plan else _page(order, form, 422)


@blueprint.post("/orders/<number>/refund/send")
def order_refund_send(number: str) -> Response:
    """Send the money back: written down with its goods, sent outside of any transaction, settled."""
    order = orders.get_order(db(), number)
    form = RefundForm(request.form, meta=token_meta())
    token = form.form_token.data or ""
    kept = _kept_amount(db(), token, order.id)
    amount = kept or _amount(form, order)
    plan = _plan(form, order, amount, is_kept=kept is not None) if amount else None
    if amount is None or plan is None:
        return _page(order, form, 422)
    wish = RefundWish(
        amount,
        (form.reason.data or "").strip(),
        token,
        me().actor,
        restock=plan.shelf,
        pieces=plan.pieces,
        calls_off=plan.calls_off,
        with_delivery=plan.with_delivery,
    )
    now = utc_now()
    try:
        with transaction() as session:
            is_first = _kept_amount(session, token, order.id) is None
            if return_id := _return_id(form.return_id.data or ""):
                name_refund(session, order.id, int(return_id), token)
            written = refunds.open_refund(session, order.id, wish, now=now)
            if is_first:
                _audit(session, order, wish, written.refund_id, now)
        state = refunding.send_refund(web_desk(), written, now=now)
    except (BadInput, Conflict) as refusal:
        form.amount.errors = [str(refusal)]
        return _page(order, form, 422)
    except GatewayRefused:
        form.form_token.data = new_token()
        return _trouble(order, form, amount, is_refused=True)
    except GatewayUnavailable:
        return _trouble(order, form, amount, is_refused=False)
    if state is RefundState.FAILED:
        form.form_token.data = new_token()
        return _trouble(order, form, amount, is_refused=True)
    return see("order", number=order.number, done="refunded")


@blueprint.post("/orders/<number>/refunds/<int:refund_id>/again")
def order_refund_again(number: str, refund_id: int) -> Response:
    """Ask the provider about a refund that has no answer yet, and send it again if it never arrived."""
    order = orders.get_order(db(), number)
    if refunds.get_refund(db(), refund_id).order_id != order.id:
        raise BadInput("This refund belongs to another order.")
    now = utc_now()
    state = refunding.catch_up_refund(web_desk(), refund_id, now=now)
    with transaction() as session:
        audit.record(
            session,
            actor=me().actor,
            action="refund.sent_again",
            subject=f"order:{order.number}",
            changes={"refund": refund_id, "state": state.value},
            now=now,
        )
    return see("order", number=order.number, done="refund_again")


def _amount(form: RefundForm, order: Order) -> Money | None:
    """The amount typed, if it can be sent back; else None with the reason at its field."""
    if not form.validate():
        return None
    left = refunds.refundable(db(), order)
    try:
        amount = parse_money(form.amount.data or "", order.currency)
    except ValueError:
        form.amount.errors = ["Enter an amount such as 12.00, and thousands without a separator."]
        return None
    if not amount or left < amount:
        form.amount.errors = [f"Enter more than 0 and up to {to_decimal(left):f} {order.currency}, which is left."]
        return None
    try:
        to_provider(amount)
    except NotPayable as error:
        form.amount.errors = [str(error)]
        return None
    return amount


def _ticks(order: Order, picked: dict[int, int]) -> dict[str, bool]:
    """What stands ticked before anybody has: see `is_not_sent_by_itself`; the shelf where the pieces can be there."""
    not_sent, nothing = is_not_sent_by_itself(order, picked), Money(0, order.currency)
    plan = plan_of(order, Choice(picked, restock=True, not_sent=not_sent), nothing, nothing)
    fits_shelf = any(picked.values()) and not plan.refusal and not returns.refusal(order, picked)
    return {"restock": fits_shelf, "not_sent": not_sent}


def _plan(form: RefundForm, order: Order, amount: Money, *, is_kept: bool = False) -> Plan | None:
    """What the refund does; None with the reason at the tick when its pieces cannot be on the shelf.

    A refund that this form has written down already (`is_kept`) stays what it was.
    """
    chosen = form.picked.data or ""
    picked, with_delivery = parse_picked(order, chosen), picks_delivery(chosen)
    parts = _parts(order, picked, with_delivery=with_delivery)
    choice = Choice(
        picked, with_delivery, bool(form.restock.data), bool(form.not_sent.data), bool(_return_id(form.return_id.data))
    )
    plan = plan_of(order, choice, amount, worth(parts, order.currency))
    refusal = (returns.refusal(order, picked) if form.restock.data else "") or plan.refusal
    if refusal and not is_kept:
        form.restock.errors = [refusal]
        return None
    return plan


def _return_id(typed: str | None) -> str:
    return typed if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else ""


def _kept_amount(session: Session, token: str, order_id: int) -> Money | None:
    """The amount of a refund that this very form has written down already."""
    kept = session.scalar(select(Refund).where(Refund.form_token == token, Refund.order_id == order_id))
    return Money(kept.amount_minor, kept.currency) if kept else None


def _audit(session: Session, order: Order, wish: RefundWish, refund_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor=wish.actor,
        action="order.refund",
        subject=f"order:{order.number}",
        changes={"refund": refund_id, "amount_minor": wish.amount.minor, "currency": wish.amount.currency},
        now=now,
    )


def _parts(order: Order, picked: dict[int, int], *, with_delivery: bool) -> list[Part]:
    shares = line_shares(order, refunded_pieces(db(), order.id))
    is_delivery_left = with_delivery and not is_delivery_refunded(db(), order.id)
    return breakdown(order, shares, picked, with_delivery=is_delivery_left)


def _page(order: Order, form: RefundForm, http_status: int = 200) -> Response:
    chosen = form.picked.data or ""
    picked, with_delivery = parse_picked(order, chosen), picks_delivery(chosen)
    parts = _parts(order, picked, with_delivery=with_delivery)
    return merchant_page(
        "refund.html",
        http_status,
        order=order,
        form=form,
        shares=line_shares(order, refunded_pieces(db(), order.id)),
        unsent=unsent(order, picked),
        is_delivery_refunded=is_delivery_refunded(db(), order.id),
        picked=picked,
        with_delivery=with_delivery,
        delivery=delivery_paid(order),
        parts=parts,
        together=worth(parts, order.currency),
        left=refunds.refundable(db(), order),
        section="orders",
    )


def _summary(order: Order, form: RefundForm, amount: Money, plan: Plan) -> Response:
    chosen = form.picked.data or ""
    picked = parse_picked(order, chosen)
    parts = _parts(order, picked, with_delivery=picks_delivery(chosen))
    return merchant_page(
        "refund_check.html",
        order=order,
        form=form,
        amount=amount,
        plan=plan,
        goods=[(line, plan.shelf[line.id]) for line in order.lines if line.id in plan.shelf],
        unsent=unsent(order, picked),
        parts=parts,
        together=worth(parts, order.currency),
        section="orders",
    )


def _trouble(order: Order, form: RefundForm, amount: Money, *, is_refused: bool) -> Response:
    return merchant_page(
        "refund_trouble.html",
        409 if is_refused else 503,
        order=order,
        form=form,
        amount=amount,
        is_refused=is_refused,
        section="orders",
    )
