"""Tell me when it is back: asked on the product's page, confirmed and taken back by a link in the mail.

A link in a mail only shows a page; its buttons do the deed, because mail programs open links by themselves.
"""

from flask import Blueprint, Response, request
from itsdangerous import BadSignature

from shop.back_in_stock import service
from shop.back_in_stock.rules import CONSENT_TEXT, WAIT_AT_MOST
from shop.cart.rules import read_sku
from shop.clock import utc_now
from shop.csrf import require_same_origin
from shop.email_address import LONGEST_ADDRESS, customer_of, is_email, normal_email
from shop.errors import NotFound
from shop.keys import fingerprint
from shop.mail.letterhead import Letterhead
from shop.throttle import throttle
from shop.web import config, db, external_url, no_store, page, runtime, see_other, shop_url, transaction

blueprint = Blueprint("stock_wish", __name__, url_prefix="/back-in-stock")
PURPOSE = "back-in-stock"
PROBLEM = "Enter an e-mail address in the form name@example.com."


@blueprint.post("")
def ask() -> Response:
    """Take an address; the answer is the same whether it is known or not."""
    require_same_origin()
    throttle("back-in-stock", "5/minute;40/day")
    wanted = service.find_wanted(db(), read_sku(request.form.get("sku")))
    if wanted is None:
        raise NotFound("We do not sell this, or no longer.")
    typed = request.form.get("email", "")
    email = normal_email(typed)
    if not is_email(email):
        words = {"problem": PROBLEM, "typed": typed[:LONGEST_ADDRESS], "consent": CONSENT_TEXT}
        return no_store(page("storefront/stock_wish.html", 422, wanted=wanted, **words))
    throttle("back-in-stock-to", "5/day", subject=fingerprint(customer_of(email)))
    letterhead = Letterhead.from_config(config())
    with transaction() as session:
        service.ask(session, wanted, email, link=_link, letterhead=letterhead, now=utc_now())
    return see_other(shop_url("stock_wish.sent"))


@blueprint.get("/sent")
def sent() -> Response:
    """What happens next."""
    return page("storefront/stock_wish_sent.html")


@blueprint.get("/mine/<token>")
def mine(token: str) -> Response:
    """What the address waits for, with a button to confirm it and one to take it back."""
    wish = service.get_wish(db(), _mark(token))
    wanted = service.find_wanted(db(), wish.sku)
    return _mine_page(title=wanted.title if wanted else wish.sku, is_confirmed=wish.confirmed_at is not None)


@blueprint.post("/mine/<token>")
def decide(token: str) -> Response:
    """Confirm the address, or forget it."""
    mark, wants_out = _mark(token), request.form.get("act") == "forget"
    with transaction() as session:
        if wants_out:
            service.forget(session, mark)
        else:
            service.confirm(session, mark, utc_now())
    if wants_out:
        return _mine_page(title="", is_confirmed=False)
    return _for_one(see_other(shop_url("stock_wish.mine", token=token)))


def _mine_page(*, title: str, is_confirmed: bool) -> Response:
    """An empty title: the address is forgotten."""
    days = WAIT_AT_MOST.days
    return _for_one(page("storefront/stock_wish_mine.html", title=title, is_confirmed=is_confirmed, days=days))


def _link(mark: str) -> str:
    token = runtime().keyring.links(PURPOSE).dumps(mark)
    return external_url("stock_wish.mine", token=token if isinstance(token, str) else token.decode())


def _mark(token: str) -> str:
    try:
        return str(runtime().keyring.links(PURPOSE).loads(token, max_age=int(WAIT_AT_MOST.total_seconds())))
    except BadSignature as error:
        raise NotFound("This link is not complete, or too old.") from error


def _for_one(answer: Response) -> Response:
    """The address is one visitor's: it goes into no cache and along to no other page."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    return no_store(answer)
