"""Guest checkout: details, check, order. What comes after the payment page lies in `payment_views`."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from shop import cookies
from shop.cart import service as cart
from shop.cart.models import Cart
from shop.cart.rules import CartView
from shop.checkout import kept
from shop.checkout import service as checkout
from shop.checkout.forms import DetailsForm, PlaceForm
from shop.checkout.paying import close_other_orders, go_on_paying, pay
from shop.checkout.rules import CheckoutDetails, is_below_minimum
from shop.checkout.tax_asking import with_asked_tax
from shop.clock import utc_now
from shop.csrf import ProtectedForm
from shop.errors import Forbidden, OutOfStock, TooMany
from shop.failpoints import failpoint
from shop.follow_up import service as follow_up
from shop.learning import noting
from shop.orders import service as orders
from shop.orders.hoarding import TooManyOpen
from shop.orders.states import OrderState
from shop.payments.web_desk import web_desk
from shop.pricing import service as pricing
from shop.pricing.countries import country_name, town_line
from shop.promotions import service as promotions
from shop.promotions.rules import Sale
from shop.promotions.words import offer_sentence, sentence
from shop.throttle import throttle
from shop.web import config, db, external_url, no_store, page, runtime, see_other, shop_url, transaction

blueprint = Blueprint("checkout", __name__)
PURPOSE = "checkout-token"
_TOLD = {
    "changed": "Your cart or a price changed meanwhile. Nothing was ordered yet: please check it again.",
    "over": "The earlier payment page was closed, and nothing was charged. Please check and order again.",
    "open": "There are several unpaid orders for this e-mail address already, and they hold their goods. Nothing was "
    "ordered now. Please pay one of them, or wait: unpaid orders end by themselves within the hour.",
    "crowd": "Very many orders came from your network just now, so nothing was ordered. Please try again later.",
}


@blueprint.get("/checkout")
def details() -> Response:
    """Step 1: contact, address, delivery."""
    contents = _contents()
    if contents is None or not contents.can_check_out:
        return see_other(shop_url("cart.page"))
    runtime().gateway.warm_up()  # while the address is typed
    form = DetailsForm(meta={"csrf_context": _secret()}).fill(kept.kept_details(), contents.place)
    return _details_page(form, contents)


@blueprint.post("/checkout")
def keep_details() -> Response:
    """Check what was typed; all of it is kept when something is wrong."""
    form = DetailsForm(request.form, meta={"csrf_context": _secret()})
    contents = _contents()
    if contents is None or not contents.can_check_out:
        return see_other(shop_url("cart.page"))
    form.offer(pricing.zones(config()), config().locale, contents)
    is_valid = form.validate()
    _refuse_foreign(form)
    if not is_valid:
        return _details_page(form, contents, 422)
    typed = form.details()
    _choose_delivery(contents, cart.Delivery(typed.country, typed.region or None, form.method.data))
    answer = see_other(shop_url("checkout.review"))
    kept.keep(answer, typed, offer=form.offer_seen())
    return answer


@blueprint.get("/checkout/review")
def review() -> Response:
    """Step 2: everything once more, each with a way to change it, and the button that orders."""
    contents, typed = _contents(), kept.kept_details()
    if contents is None or not contents.can_check_out:
        return see_other(shop_url("cart.page"))
    if typed is None or not _is_same_place(contents, typed):
        return see_other(shop_url("checkout.details"))
    contents, _ = with_asked_tax(contents, typed)
    form = PlaceForm(meta={"csrf_context": _secret()})
    form.checkout_token.data = runtime().keyring.mac(PURPOSE, checkout.intent_text(db(), contents, typed))
    told = _TOLD.get(request.args.get("told", ""))
    words: dict[str, Any] = {
        "cart": contents,
        "details": typed,
        "address": _address_rows(typed),
        "place_form": form,
        "is_too_small": is_below_minimum(contents.quote.total),
        "code_sentence": _code_sentence(contents),
        "offer_sentence": _offer_sentence(contents, typed),
        "messages": [{"kind": "warning", "text": told}] if told else [],
    }
    return no_store(page("checkout/review.html", **words))


@blueprint.post("/checkout/place")
def place() -> Response:
    """Order what was checked, once, and go to the payment page."""
    now, form = utc_now(), PlaceForm(request.form, meta={"csrf_context": _secret()})
    form.validate()
    _refuse_foreign(form)
    basket = _basket()
    if basket is None:
        return see_other(shop_url("cart.page"))
    throttle("place-order", "30/minute", subject=str(basket.id))
    earlier = orders.find_by_checkout_token(db(), form.token())
    if earlier is not None and earlier.cart_id == basket.id:
        return go_on_paying(earlier, form, now=now)
    if _is_crowd():
        return see_other(shop_url("checkout.review", told="crowd"))
    return _place(basket.id, form, now)


def _place(cart_id: int, form: PlaceForm, now: datetime) -> Response:
    """Order, when what was checked is still what there is; else lead back to where it can be checked."""
    contents, typed = _contents(), kept.kept_details()
    if contents is None or typed is None:
        return see_other(shop_url("checkout.details"))
    contents, taxed = with_asked_tax(contents, typed)
    if not runtime().keyring.is_mac(PURPOSE, checkout.intent_text(db(), contents, typed), form.token()):
        return see_other(shop_url("checkout.review", told="changed"))
    other = close_other_orders(cart_id, contents.version, form, now=now)
    if other is None and not contents.can_check_out:
        other = see_other(shop_url("cart.page", told="short"))  # said at once: nobody waits for a lock to hear it
    if other is not None:
        return other
    intent = checkout.Intent(form.token(), contents.version, contents.quote.total, taxed)
    try:
        with transaction() as session:
            placed = checkout.place_order(session, cart_id, typed, intent=intent, terms=_terms(), now=now)
            if form.ask_later.data:
                follow_up.may_be_asked(session, placed.order_id)
            failpoint("before_order_commit", config().failpoint)
    except (checkout.NotAvailable, OutOfStock):
        return see_other(shop_url("cart.page", told="short"))
    except checkout.CartChanged:
        told = "changed"
    except TooManyOpen:
        told = "open"
    else:
        _let_outcomes_be_noted(placed.order_id, now)
        return pay(placed, form, now=now)
    return see_other(shop_url("checkout.review", told=told))


def _let_outcomes_be_noted(order_id: int, now: datetime) -> None:
    """For a visit that agreed to learning: its log learns a keyed digest of each line. The order learns nothing."""
    if cookies.read(cookies.ANSWERS) is not None:
        order = orders.get_by_id(db(), order_id)
        lines = {line.id: line.sku for line in order.lines}
        noting.ordered(lines, is_paid=order.state is OrderState.PLACED, now=now)


def _is_crowd() -> bool:
    """Whether one client address orders more than a whole building would."""
    most = config().orders_per_address_and_hour
    try:
        throttle("orders-address", f"{most}/hour" if most else "")
    except TooMany:
        return True
    return False


def _details_page(form: DetailsForm, contents: CartView, http_status: int = 200) -> Response:
    form.offer(pricing.zones(config()), config().locale, contents)
    form.seen_offer.data = form.seen_offer.data or str(contents.promotion.offer_id or "")
    words = {"form": form, "cart": contents, "code_sentence": _code_sentence(contents)}
    return no_store(page("checkout/details.html", http_status, **words))


def _code_sentence(contents: CartView) -> str:
    """Why the code on the cart takes nothing off; "" when it does, or there is none."""
    refusal = contents.promotion.refusal
    return "" if refusal is None else sentence(refusal, config().locale)


def _offer_sentence(contents: CartView, typed: CheckoutDetails) -> str:
    """Why an offer that was shown with the details is not taken off any more; "" when it is, or there was none."""
    shown = kept.kept_offer()
    if shown == contents.promotion.offer_id:
        return ""
    sale = Sale(contents.place, contents.items, utc_now())
    refusal = promotions.fell_away(db(), shown, sale, cart_id=contents.cart_id, email=typed.email)
    return "" if refusal is None else offer_sentence(refusal, config().locale)


def _basket() -> Cart | None:
    return cart.find_cart(db(), cookies.read(cookies.CART), utc_now())


def _contents() -> CartView | None:
    """The visitor's cart as it is, what their own unpaid order holds included."""
    basket = _basket()
    if basket is None:
        return None
    held, typed = orders.held_for_cart(db(), basket.id), kept.kept_details()
    email = typed.email if typed is not None else ""
    return cart.view(db(), basket, pricing.zones(config()), held, now=utc_now(), email=email)


def _choose_delivery(contents: CartView, wanted: cart.Delivery) -> None:
    """Note another country or way of delivery in the cart; nothing is written when they are the same."""
    place = contents.place
    if contents.is_country_chosen and (place.country, place.region, place.method.code) == (
        wanted.country,
        wanted.region,
        wanted.method,
    ):
        return
    zones = pricing.zones(config())
    terms = cart.terms_of(zones, config().cart_days)
    with transaction() as session:
        cart.choose_delivery(session, cookies.read(cookies.CART), wanted, zones=zones, terms=terms, now=utc_now())


def _is_same_place(contents: CartView, typed: CheckoutDetails) -> bool:
    return (contents.place.country, contents.place.region or "") == (typed.country, typed.region)


def _address_rows(typed: CheckoutDetails) -> list[str]:
    """The address as it is written on the parcel, without empty lines."""
    town = town_line(typed.country, typed.city, typed.region, typed.postal_code)
    country = country_name(typed.country, config().locale)
    return [row for row in (typed.full_name, typed.line1, typed.line2, town, country) if row]


def _terms() -> checkout.Terms:
    desk = web_desk()
    return checkout.Terms(
        zones=pricing.zones(config()),
        letterhead=desk.letterhead,
        urls=checkout.Urls(
            success=lambda token: external_url("checkout.come_back", token=token),
            cancel=lambda token: external_url("checkout.give_up", token=token),
            own_page=(lambda token: external_url("checkout.own_page", token=token)) if is_paid_here() else None,
        ),
        session_minutes=desk.session_minutes,
        hold_minutes=desk.hold_minutes,
        open_orders_per_email=config().open_orders_per_email,
    )


def is_paid_here() -> bool:
    """Whether the merchant chose to take payments in a page of the shop."""
    return config().payment_ui == "elements"


def _secret() -> str:
    """The secret of the visitor's cart, which the forms are bound to."""
    return cookies.read(cookies.CART) or ""


def _refuse_foreign(form: ProtectedForm) -> None:
    if not _secret() or form.errors.get("csrf_token"):
        raise Forbidden
