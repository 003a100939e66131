"""From a placed order to its payment page, whatever the provider answers. Nothing here runs inside a transaction."""

from datetime import datetime, timedelta

from flask import Response

from shop.checkout.forms import PlaceForm
from shop.checkout.service import Placed
from shop.errors import Conflict
from shop.gateway import GatewayRefused, GatewayUnavailable, PaymentRequest
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.states import OrderState
from shop.payments import flow
from shop.payments import service as payments
from shop.payments.models import PaymentAttempt
from shop.payments.settlement import Outcome
from shop.payments.states import AttemptState
from shop.payments.web_desk import web_desk
from shop.web import config, db, no_store, page, see_other, shop_url


def pay(placed: Placed, form: PlaceForm, *, now: datetime) -> Response:
    """Open the payment page of an order that was just placed, and lead there."""
    if placed.request is None:
        return see_other(shop_url("order.page", token=placed.order_token))
    return _lead_to_page(placed.order_id, form, request=placed.request if placed.is_new else None, now=now)


def go_on_paying(order: Order, form: PlaceForm, *, now: datetime) -> Response:
    """The same click once more: to the page that is open, to the order when it is paid, or wait for the first click."""
    if order.state is OrderState.CANCELLED:
        return see_other(shop_url("checkout.review", told="over"))
    attempt = payments.live_attempt(db(), order.id) if order.state is OrderState.PENDING else None
    if attempt is None:
        return see_other(shop_url("order.page", token=order.token))
    if is_in_flight(attempt, now) and form.again.data != "yes":
        return see_other(shop_url("checkout.wait", token=order.token))
    return _lead_to_page(order.id, form, now=now)


def is_in_flight(attempt: PaymentAttempt, now: datetime) -> bool:
    """Whether the call that opens the payment page may still be under way."""
    longest = timedelta(seconds=config().provider_timeout_seconds + 3)
    return attempt.state is AttemptState.PREPARED and now < attempt.created_at + longest


def close_other_orders(cart_id: int, cart_version: int, form: PlaceForm, *, now: datetime) -> Response | None:
    """End the payment pages of this cart's earlier orders, so that no cart is paid twice.

    An answer when one of them turns out to be paid, or to wait for its money: then nothing new is ordered.
    """
    for order_id, token in [(order.id, order.token) for order in orders.open_orders_of_cart(db(), cart_id)]:
        try:
            outcome = flow.close_open_session(web_desk(), order_id, now=now, actor="customer")
        except GatewayUnavailable as error:
            return provider_silent(error, form)
        except GatewayRefused:  # the earlier page may still be open: no second order beside it
            sentence = "The page of your earlier order could not be closed. Please try again in a moment."
            return provider_silent(GatewayUnavailable(sentence), form)
        order = orders.get_by_id(db(), order_id)
        is_waiting = order.state is OrderState.PENDING and order.cart_version == cart_version
        if outcome in (Outcome.PLACED, Outcome.WAITING) or order.state is OrderState.PLACED or is_waiting:
            return see_other(shop_url("order.page", token=token))
    return None


def provider_silent(error: GatewayUnavailable, form: PlaceForm) -> Response:
    """Say that the payment page cannot be reached, with a button that sends the same call again."""
    answer = page("checkout/unavailable.html", error.status, place_form=form, sentence=str(error))
    answer.headers["Retry-After"] = str(error.retry_after_seconds)
    return no_store(answer)


def _lead_to_page(order_id: int, form: PlaceForm, *, request: PaymentRequest | None = None, now: datetime) -> Response:
    """Lead to the payment page. Of an order placed this moment the `request` is known: nothing is read again."""
    desk = web_desk()
    try:
        if request is not None:
            return see_other(flow.open_page(desk, request).url)
        return see_other(flow.payment_page(desk, order_id, now=now))
    except GatewayUnavailable as error:
        return provider_silent(error, form)
    except GatewayRefused as error:
        flow.close_open_session(desk, order_id, now=now, actor="system")
        return no_store(page("checkout/refused.html", error.status, sentence=str(error)))
    except Conflict:
        return see_other(shop_url("cart.page", told="over"))
