"""The cart by mail: asked for with an address that is used once, opened by a signed link that shows before it acts."""

from flask import Blueprint, Response, request
from itsdangerous import BadSignature
from wtforms import StringField

from shop import cookies
from shop.cart import saved
from shop.cart import service as cart
from shop.cart.models import Cart
from shop.cart.rules import CartTerms
from shop.cart.saved import SavedLine
from shop.clock import utc_now
from shop.csrf import ProtectedForm, require_same_origin
from shop.email_address import customer_of, is_email, normal_email
from shop.errors import Forbidden, NotFound
from shop.keys import fingerprint
from shop.mail.letterhead import Letterhead
from shop.storefront.cart_views import SECONDS_A_DAY, contents_of, speaks_against, zones
from shop.throttle import throttle
from shop.web import config, db, external_url, no_store, page, runtime, see_other, shop_url, transaction

blueprint = Blueprint("saved_cart", __name__)
PURPOSE = "saved-cart"
SENDERS, RECIPIENTS = "6/hour;20/day", "3/day"


class MailCartForm(ProtectedForm):
    """Where the cart is mailed to."""

    email = StringField("E-mail address")


@blueprint.get("/cart/mail")
def ask() -> Response:
    """The form, or that the mail is on its way."""
    token, basket = _basket()
    if token is None or basket is None:
        return see_other(shop_url("cart.page"))
    return _ask_page(MailCartForm(meta={"csrf_context": token}), basket)


@blueprint.post("/cart/mail")
def send() -> Response:
    """Mail the cart to the address; the answer is the same whoever it belongs to."""
    token, basket = _basket()
    if token is None or basket is None:
        return see_other(shop_url("cart.page"))
    form = MailCartForm(request.form, meta={"csrf_context": token})
    form.validate()
    if form.errors.get("csrf_token"):
        raise Forbidden
    email = normal_email(form.email.data or "")
    if not is_email(email):
        form.email.errors = ["Enter an e-mail address in the form name@example.com."]
        return _ask_page(form, basket, 422)
    throttle("saved-cart", SENDERS)
    throttle("saved-cart-to", RECIPIENTS, subject=fingerprint(customer_of(email)))
    now, lines = utc_now(), contents_of(db(), basket, utc_now()).lines
    post = saved.Post(email, Letterhead.from_config(config()), _link)
    with transaction() as session:
        saved.save(session, lines, post, terms=_terms(), now=now)
    return see_other(shop_url("saved_cart.ask", sent="1"))


@blueprint.get("/cart/saved/<token>")
def show(token: str) -> Response:
    """Each line as it is today, and the button that puts them into the cart; afterwards what lies in it."""
    lines = _plan(_read(token))
    answer = page("cart/saved.html", lines=lines, is_done=all(line.is_back for line in lines))
    return _for_one(answer)


@blueprint.post("/cart/saved/<token>")
def put_back(token: str) -> Response:
    """Put back what can be put back. Twice is once: a line in both carts keeps the larger number."""
    require_same_origin()
    inner, now = _read(token), utc_now()
    with transaction() as session:
        mine = cookies.read(cookies.CART)
        mine = saved.put_back(session, _plan(inner), mine, terms=_terms(), now=now)
    answer = see_other(shop_url("saved_cart.show", token=token))
    if mine is not None:
        cookies.write(answer, cookies.CART, mine, max_age_seconds=config().cart_days * SECONDS_A_DAY)
    return _for_one(answer)


def _basket() -> tuple[str | None, Cart | None]:
    """The visitor's cart, if something lies in it."""
    token, now = cookies.read(cookies.CART), utc_now()
    has_goods = cart.count_units(db(), token, now) > 0
    return token, cart.find_cart(db(), token, now) if has_goods else None


def _ask_page(form: MailCartForm, basket: Cart, http_status: int = 200) -> Response:
    words = {"form": form, "lines": contents_of(db(), basket, utc_now()).lines, "consent": saved.CONSENT_TEXT}
    return no_store(
        page("cart/mail.html", http_status, is_sent=request.args.get("sent") == "1", days=config().cart_days, **words)
    )


def _plan(inner: str) -> tuple[SavedLine, ...]:
    now = utc_now()
    kept, basket = saved.get_saved(db(), inner, now), cart.find_cart(db(), cookies.read(cookies.CART), now)
    return saved.plan(db(), kept, basket, terms=_terms(), against=speaks_against)


def _link(inner: str) -> str:
    token = runtime().keyring.links(PURPOSE).dumps(inner)
    return external_url("saved_cart.show", token=token if isinstance(token, str) else token.decode())


def _read(token: str) -> str:
    try:
        return str(runtime().keyring.links(PURPOSE).loads(token, max_age=config().cart_days * SECONDS_A_DAY))
    except BadSignature as error:
        raise NotFound("This link is not complete, or too old: the cart it opened is gone.") from error


def _terms() -> CartTerms:
    return cart.terms_of(zones(), config().cart_days)


def _for_one(answer: Response) -> Response:
    """The address is one visitor's: it goes into no cache and along to no other page."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    return no_store(answer)
