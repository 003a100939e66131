"""The cart's pages: add, change, remove and put back, choose a country; totals before any personal data."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from shop import cookies
from shop.cart import service as cart
from shop.cart.code import keep_code
from shop.cart.lookups import name_of
from shop.cart.models import Cart
from shop.cart.prices import accept_shown
from shop.cart.rules import CartLineView, CartView, read_quantity, read_sku
from shop.catalogue.window import shop_window
from shop.checkout.held_words import held_words
from shop.checkout.kept import kept_details
from shop.clock import utc_now
from shop.csrf import ProtectedForm, require_same_origin
from shop.errors import BadInput, Forbidden
from shop.learning import noting
from shop.orders import service as orders
from shop.payments.held import cart_held_until
from shop.pricing import service as pricing
from shop.pricing.countries import country_name
from shop.pricing.rules import Zones
from shop.promotions.rules import CodeRefused, normal_code
from shop.promotions.words import sentence
from shop.quiz.visitor import exclusion_for_visitor
from shop.storefront.cart_forms import AddForm, CodeForm, DeliveryForm, LineForm
from shop.storefront.goes_with import suggested
from shop.throttle import throttle, throttle_posts
from shop.web import config, db, no_store, page, see_other, shop_url, transaction

blueprint = Blueprint("cart", __name__)
SECONDS_A_DAY = 86_400
CODE_TRIES = "15/10 minutes;60/day"
_TOLD = {
    "left": "You left the payment page. Nothing was charged, and your cart is as it was.",
    "over": "The time to pay was over. Nothing was charged; please check your cart and order again.",
    "short": "Something in your cart is no longer there in this number. Nothing was ordered; see the notes below.",
}


@blueprint.before_request
def limit_posts() -> None:
    """Nobody fills hundreds of carts a minute."""
    throttle_posts("cart", config().cart_posts_per_minute)


@blueprint.get("/cart", endpoint="page")
def page_of_cart() -> Response:
    """The cart."""
    return _cart_page()


@blueprint.post("/cart/add")
def add() -> Response:
    """Put a product in, unless the visitor's own answers speak against it: then say so first (R31, R32)."""
    require_same_origin()
    form = AddForm(request.form)
    sku, quantity = read_sku(form.sku.data), read_quantity(request.form.get("quantity", "1"))
    if form.for_somebody_else.data != "yes" and cookies.read(cookies.ANSWERS) is not None:
        name = name_of(db(), sku)
        reason = speaks_against(sku) if name else None
        if reason is not None:
            return no_store(page("cart/excluded.html", 409, reason=reason, name=name, sku=sku, quantity=quantity))
    return _put_in(sku, quantity, then=shop_url("cart.added", sku=sku))


@blueprint.get("/cart/added/<sku>")
def added(sku: str) -> Response:
    """Name what was put in, with the ways on."""
    found = cart.find_line(db(), cookies.read(cookies.CART), read_sku(sku), utc_now())
    if found is None:
        return see_other(shop_url("cart.page"))
    name, pieces = found
    return no_store(page("cart/added.html", name=name, pieces=pieces, companions=suggested([sku])))


@blueprint.post("/cart/update")
def update() -> Response:
    """Set a line's quantity; 0 removes it."""
    form = _line_form()
    sku = read_sku(form.sku.data)
    try:
        quantity = read_quantity(form.quantity.data, lowest=0)
    except BadInput as error:
        return _cart_page(422, wrong={sku: str(error)}, typed=form.quantity.data or "")
    if quantity == 0:
        return _take_out(sku)
    with transaction() as session:
        cart.set_quantity(session, _token(), sku, quantity, terms=_terms(), now=utc_now())
        accept_shown(session, _token(), form.prices.data or "", terms=_terms(), now=utc_now())
    return see_other(shop_url("cart.page"))


@blueprint.post("/cart/remove")
def remove() -> Response:
    """Take a line out; the cart page offers to put it back."""
    return _take_out(read_sku(_line_form().sku.data))


@blueprint.post("/cart/undo")
def undo() -> Response:
    """Put back what was just taken out."""
    form = _line_form()
    return _put_in(read_sku(form.sku.data), read_quantity(form.quantity.data), then=shop_url("cart.page"))


@blueprint.post("/cart/delivery")
def delivery() -> Response:
    """Choose country, state and way of delivery."""
    form = DeliveryForm(request.form, meta={"csrf_context": _token()})
    _check(form)
    wanted = cart.Delivery(form.country.data or "", form.region.data or None, form.method.data)
    with transaction() as session:
        cart.choose_delivery(session, _token(), wanted, zones=zones(), terms=_terms(), now=utc_now())
    return see_other(shop_url("cart.page") + "#delivery")


@blueprint.post("/cart/code")
def use_code() -> Response:
    """Keep a code that takes something off; any other gets its own sentence and is not kept."""
    form = CodeForm(request.form, meta={"csrf_context": _token()})
    _check(form)
    throttle("promotion-code", CODE_TRIES)  # codes are short: nobody may try thousands
    try:
        _keep_code(normal_code(form.code.data) or "-")
    except CodeRefused as refused:
        form.code.errors = [sentence(refused.refusal, config().locale)]
        return _cart_page(422, code_form=form)
    return see_other(shop_url("cart.page") + "#code")


@blueprint.post("/cart/code/remove")
def remove_code() -> Response:
    """Take the code away."""
    _check(CodeForm(request.form, meta={"csrf_context": _token()}))
    with transaction() as session:
        keep_code(session, _token(), "", terms=_terms(), now=utc_now())
    return see_other(shop_url("cart.page") + "#code")


def _keep_code(code: str) -> None:
    """Keep the code when it holds for this cart now. Raises CodeRefused, and then nothing was changed."""
    now, token = utc_now(), _token()
    with transaction() as session:
        keep_code(session, token, code, terms=_terms(), now=now)
        basket = cart.find_cart(session, token, now)
        refusal = contents_of(session, basket, now).promotion.refusal if basket is not None else None
        if refusal is not None:
            raise CodeRefused(refusal)


def contents_of(session: Session, basket: Cart, now: datetime) -> CartView:
    """The cart with what its own unpaid order holds, for the address that was typed at checkout if there was one."""
    held, typed = orders.held_for_cart(session, basket.id), kept_details()
    return cart.view(session, basket, zones(), held, now=now, email=typed.email if typed is not None else "")


def _put_in(sku: str, quantity: int, *, then: str) -> Response:
    with transaction() as session:
        put = cart.add(session, cookies.read(cookies.CART), sku, quantity, terms=_terms(), now=utc_now())
    if cookies.read(cookies.ANSWERS) is not None:
        noting.added(sku, now=utc_now())
    answer = see_other(then)
    cookies.write(answer, cookies.CART, put.token, max_age_seconds=config().cart_days * SECONDS_A_DAY)
    return answer


def _take_out(sku: str) -> Response:
    with transaction() as session:
        pieces = cart.remove(session, _token(), sku, terms=_terms(), now=utc_now())
    return see_other(shop_url("cart.page", removed=sku, pieces=pieces))


def _cart_page(
    http_status: int = 200,
    *,
    wrong: dict[str, str] | None = None,
    typed: str = "",
    code_form: CodeForm | None = None,
) -> Response:
    now, token = utc_now(), cookies.read(cookies.CART)
    found = cart.find_cart(db(), token, now)
    if found is None or token is None:
        return no_store(page("cart/cart.html", http_status, cart=None, removed=None))
    contents = contents_of(db(), found, now)
    refusal = contents.promotion.refusal
    words: dict[str, Any] = {
        "cart": contents,
        "line_form": LineForm(meta={"csrf_context": token}),
        "removed": _removed(),
        "wrong": wrong or {},
        "typed": typed,
        "code_form": code_form or CodeForm(meta={"csrf_context": token}),
        "code_sentence": sentence(refusal, config().locale) if refusal is not None else "",
        "messages": _messages(),
        "held": held_words(cart_held_until(db(), found.id), now=now, locale=config().locale),
    }
    if contents.lines:
        form = DeliveryForm(meta={"csrf_context": token})
        words["delivery_form"] = form.offer(zones(), contents, config().locale)
        words["country"] = country_name(contents.place.country, config().locale)
        words["companions"] = suggested([line.sku for line in contents.lines], contents.quote.currency)
        words["rows"] = [
            {"line": line, "picture_url": _picture_url(line), "speaks_against": speaks_against(line.sku)}
            for line in contents.lines
        ]
    return no_store(page("cart/cart.html", http_status, **words))


def _messages() -> list[dict[str, str]]:
    """What the visitor is told when another page sent them here."""
    told = _TOLD.get(request.args.get("told", ""))
    return [{"kind": "warning", "text": told}] if told else []


def _removed() -> dict[str, Any] | None:
    """What was just taken out, so that it can be put back."""
    try:
        sku, pieces = read_sku(request.args.get("removed")), read_quantity(request.args.get("pieces"))
    except BadInput:
        return None
    name = name_of(db(), sku)
    return None if name is None else {"sku": sku, "pieces": pieces, "name": name}


def speaks_against(sku: str) -> str | None:
    """Why the visitor's own answers exclude a product; None without answers."""
    if cookies.read(cookies.ANSWERS) is None:
        return None
    excluded = exclusion_for_visitor(db(), sku)
    return None if excluded is None else excluded.sentence


def _picture_url(line: CartLineView) -> str:
    window = shop_window()
    if line.picture_file is not None:
        return window.media_url + line.picture_file
    return f"{window.picture_url}{line.sku}.svg"  # in the colour that was chosen


def _line_form() -> LineForm:
    form = LineForm(request.form, meta={"csrf_context": _token()})
    _check(form)
    return form


def _check(form: ProtectedForm) -> None:
    """Refuse a form whose token is not this cart's."""
    form.validate()
    if form.errors.get("csrf_token"):
        raise Forbidden


def _token() -> str:
    """The secret of the visitor's cart, which its forms are bound to."""
    token = cookies.read(cookies.CART)
    if not token:
        raise Forbidden("This form belongs to no cart: it was open for too long, or cookies are switched off.")
    return token


def zones() -> Zones:
    """Where the current shop delivers."""
    return pricing.zones(config())


def _terms() -> cart.CartTerms:
    return cart.terms_of(zones(), config().cart_days)
