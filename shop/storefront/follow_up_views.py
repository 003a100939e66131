"""The one question after two weeks: a mark from 0 to 10 for each thing, or "I returned it". By its link alone.

The link shows a page; its buttons do the deed, because mail programs open links by themselves. They need no form
token: whoever holds the signed link may do what it says, and nobody else can guess it.
"""

from typing import Any

from flask import Blueprint, Response, request
from wtforms import BooleanField, RadioField

from shop.csrf import ShopForm
from shop.follow_up import service as follow_up
from shop.follow_up.links import read_link
from shop.follow_up.service import Answer
from shop.learning.rules import BEST_MARK
from shop.orders.models import Order, OrderLine
from shop.throttle import throttle
from shop.web import db, no_store, page, runtime, see_other, shop_url, transaction

blueprint = Blueprint("follow_up", __name__)
MARKS = {str(mark): str(mark) for mark in range(BEST_MARK + 1)}


class LineForm(ShopForm):
    """What may be said of one line of the order."""

    mark = RadioField("How much did it help? 0: not at all. 10: very much.", choices=MARKS, validate_choice=False)
    returned = BooleanField("I sent it back, or I am going to")

    def answer(self) -> Answer:
        """What was ticked; a mark that is none of ours counts as none."""
        return Answer(int(self.mark.data) if self.mark.data in MARKS else None, bool(self.returned.data))


@blueprint.get("/asked/<token>")
def question(token: str) -> Response:
    """Ask, naming the things as the order does."""
    order = _order(token)
    asked = [(line, _form(line)) for line in order.lines if line.shipped]
    words: dict[str, Any] = {"asked": asked, "title_of": follow_up.line_title, "token": token}
    return _for_one(page("order/follow_up.html", done=request.args.get("done"), **words))


@blueprint.post("/asked/<token>")
def answer(token: str) -> Response:
    """Note the answers where there is a row for them, and nowhere else."""
    throttle("asked", "30/minute")
    order = _order(token)
    answers = {line.id: _form(line, request.form).answer() for line in order.lines}
    with transaction() as session:
        follow_up.answer(session, order, answers)
    return _for_one(see_other(shop_url("follow_up.question", token=token, done="answered")))


@blueprint.post("/asked/<token>/never")
def never(token: str) -> Response:
    """Ask this address about no other order either."""
    throttle("asked", "30/minute")
    email = _order(token).email
    with transaction() as session:
        follow_up.never_ask(session, email)
    return _for_one(see_other(shop_url("follow_up.question", token=token, done="never")))


def _order(token: str) -> Order:
    return follow_up.get_order(db(), read_link(runtime().keyring, token))


def _form(line: OrderLine, typed: Any = None) -> LineForm:
    return LineForm(typed, prefix=f"line-{line.id}-")


def _for_one(answer: Response) -> Response:
    """The address is one customer's: it goes into no cache and along to no other page."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    return no_store(answer)
