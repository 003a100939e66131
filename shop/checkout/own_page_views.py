"""Paying in a page of the shop, where the merchant chose so: the provider's fields in it, and a way to its own page."""

from flask import Response

from shop.checkout.held_words import held_words
from shop.checkout.payment_views import blueprint
from shop.clock import utc_now
from shop.csrf import require_same_origin
from shop.errors import Conflict, NotFound
from shop.gateway import GatewayRefused, GatewayUnavailable
from shop.headers import payment_page_permissions, payment_page_policy
from shop.keys import new_token
from shop.orders import service as orders
from shop.orders.held import held_until
from shop.orders.models import Order
from shop.orders.states import OrderState
from shop.payments import flow, switching
from shop.payments import service as payments
from shop.payments.rules import Addresses
from shop.payments.states import AttemptState
from shop.payments.web_desk import web_desk
from shop.web import config, db, external_url, gateway, no_store, page, see_other, shop_url

__all__ = ["blueprint"]


@blueprint.get("/checkout/pay/<token>")
def own_page(token: str) -> Response:
    """The provider's fields. What they speak of is asked for each time: a page that was paid leads to the order."""
    order = _order(token)
    attempt = payments.live_attempt(db(), order.id) if order.state is OrderState.PENDING else None
    if attempt is None:
        return no_store(see_other(shop_url("order.page", token=token)))
    if attempt.state is not AttemptState.OPEN or attempt.session_id is None:
        return no_store(see_other(shop_url("checkout.wait", token=token)))
    order_id, address = order.id, attempt.page_url or ""
    held = held_words(held_until(db(), order_id), now=utc_now(), locale=config().locale)
    facts = gateway().find_payment(attempt.session_id)
    if facts is None or facts.status != "open":
        if facts is not None:
            flow.settle_facts(web_desk(), order_id, facts, now=utc_now(), actor="customer")
        return no_store(see_other(shop_url("order.page", token=token)))
    if not facts.client_secret:
        return no_store(see_other(address))
    nonce = new_token()
    answer = page(
        "checkout/pay.html",
        order=order,
        token=token,
        held=held,
        nonce=nonce,
        secret=facts.client_secret,
        publishable_key=config().stripe_publishable_key,
        script=config().stripe_js_url,
    )
    answer.headers["Content-Security-Policy"] = payment_page_policy(config(), nonce)
    answer.headers["Permissions-Policy"] = payment_page_permissions(config())
    answer.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"  # a bank may open a window of its own
    return no_store(answer)


@blueprint.post("/checkout/pay/<token>/hosted")
def to_hosted_page(token: str) -> Response:
    """Close the page of the shop and go on to the provider's own; an order paid meanwhile is shown instead."""
    require_same_origin()
    order = _order(token)
    addresses = Addresses(
        external_url("checkout.come_back", token=token), external_url("checkout.give_up", token=token)
    )
    try:
        return see_other(switching.to_hosted_page(web_desk(), order.id, addresses, now=utc_now()))
    except Conflict:
        return no_store(see_other(shop_url("order.page", token=token)))
    except (GatewayUnavailable, GatewayRefused) as error:
        answer = page("checkout/pay_silent.html", error.status, token=token, sentence=str(error))
        return no_store(answer)


def _order(token: str) -> Order:
    order = orders.find_by_token(db(), token)
    if order is None:
        raise NotFound
    return order
