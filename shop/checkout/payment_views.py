"""Back from the payment page, and the page in between while the provider has not answered yet."""

import structlog
from flask import Response

from shop import cookies
from shop.checkout import kept
from shop.checkout.forms import PlaceForm
from shop.checkout.held_words import held_words
from shop.checkout.paying import is_in_flight
from shop.checkout.views import blueprint
from shop.clock import utc_now
from shop.errors import NotFound
from shop.gateway import GatewayRefused, GatewayUnavailable
from shop.orders import service as orders
from shop.orders.held import held_until
from shop.orders.models import Order
from shop.orders.states import OrderState
from shop.payments import flow
from shop.payments import service as payments
from shop.payments.states import AttemptState
from shop.payments.web_desk import web_desk
from shop.web import config, db, no_store, page, see_other, shop_url

__all__ = ["blueprint"]
log = structlog.get_logger("shop.checkout")


@blueprint.get("/checkout/return/<token>")
def come_back(token: str) -> Response:
    """The customer returns: settle what the provider says, then show the order. Harmless when called again."""
    _order(token)
    try:
        flow.settle_from_return(web_desk(), token, now=utc_now())
    except (GatewayUnavailable, GatewayRefused) as error:
        log.warning("not_settled_on_return", code=error.code)  # the webhook or a job settles it
    answer = no_store(see_other(shop_url("order.page", token=token)))
    kept.forget(answer)
    return answer


@blueprint.get("/checkout/cancel/<token>")
def give_up(token: str) -> Response:
    """The customer left the payment page: nothing changes, and the same page opens again on the next click."""
    if _order(token).state is not OrderState.PENDING:
        return see_other(shop_url("order.page", token=token))
    return see_other(shop_url("cart.page", told="left"))


@blueprint.get("/checkout/wait/<token>")
def wait(token: str) -> Response:
    """Another click is opening the payment page: lead there when it is open, in the end offer to try again."""
    order, now = _order(token), utc_now()
    attempt = payments.live_attempt(db(), order.id) if order.state is OrderState.PENDING else None
    if attempt is None:
        return see_other(shop_url("order.page", token=token))
    if attempt.state is AttemptState.OPEN and attempt.page_url and attempt.expires_at > now:
        return see_other(attempt.page_url)
    form = PlaceForm(meta={"csrf_context": cookies.read(cookies.CART) or ""})
    form.checkout_token.data = order.checkout_token
    held = held_words(held_until(db(), order.id), now=now, locale=config().locale)
    is_underway = is_in_flight(attempt, now)
    return no_store(page("checkout/wait.html", place_form=form, token=token, is_in_flight=is_underway, held=held))


def _order(token: str) -> Order:
    order = orders.find_by_token(db(), token)
    if order is None:
        raise NotFound
    return order
