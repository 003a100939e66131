"""Asking to send something back, by the order's unguessable link: which pieces and, if they like, why.

No question about anybody's health. Withdrawing (R42) is the other way, and stays open beside this one.
"""

from collections.abc import Mapping
from typing import Any, cast

from flask import Response, request
from wtforms import Field, HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import TextInput

from shop.checkout.forms import short
from shop.clock import utc_now
from shop.csrf import ShopForm, require_same_origin
from shop.errors import NotFound
from shop.keys import new_token
from shop.mail.letterhead import Letterhead
from shop.orders import return_requests
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.return_requests import ReturnWish
from shop.orders.return_rules import REASON_WORDS, can_come_back
from shop.orders.states import ReturnReason
from shop.storefront.withdrawal_views import blueprint
from shop.throttle import throttle
from shop.web import config, db, no_store, page, see_other, shop_url, transaction

__all__ = ["blueprint"]

LONGEST_NOTE = 1000


class ReturnForm(ShopForm):
    """Why and what; each line that can come back gets a field of its own, see `form_for`."""

    offered: tuple[int, ...] = ()

    reason = RadioField(
        "Why does it come back? (optional)",
        [Optional()],
        choices={reason.value: words for reason, words in REASON_WORDS.items()},
    )
    note = TextAreaField("Anything we should know (optional)", [short(LONGEST_NOTE)])
    form_token = HiddenField(validators=[Length(min=16, max=64)])

    def pieces(self) -> list[Field]:
        """The fields of the pieces, in the order of the lines."""
        return [self[_name(line_id)] for line_id in self.offered]

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Each field by itself, and at least one piece."""
        is_valid = super().validate(extra_validators)
        if is_valid and not any(field.data for field in self.pieces()):
            cast(list[str], self.pieces()[0].errors).append("Choose at least one piece.")
            return False
        return is_valid

    def wish(self) -> ReturnWish:
        """What is asked for, once it is valid."""
        return ReturnWish(
            reason=ReturnReason(self.reason.data or ReturnReason.NO_REASON),
            pieces={line_id: int(self[_name(line_id)].data or 0) for line_id in self.offered},
            note=(self.note.data or "").strip(),
            form_token=self.form_token.data or "",
        )


@blueprint.get("/order/<token>/return", endpoint="send_back")
def form_page(token: str) -> Response:
    """The form; an order of which nothing can come back leads to its page."""
    order = _order(token)
    if not can_come_back(order):
        return see_other(shop_url("order.page", token=token))
    return _form_page(order, form_for(order, data={"form_token": new_token()}))


@blueprint.post("/order/<token>/return", endpoint="send_back_now")
def ask(token: str) -> Response:
    """Keep what was asked; a second click finds it there."""
    require_same_origin()
    throttle("return", "10/minute")
    order = _order(token)
    done = see_other(shop_url("order.page", token=token, told="return"))
    typed_token = request.form.get("form_token", "")
    if not can_come_back(order) or any(each.form_token == typed_token for each in order.returns):
        return done
    form = form_for(order, request.form)
    if not form.validate():
        return _form_page(order, form, 422)
    with transaction() as session:
        letterhead = Letterhead.from_config(config())
        return_requests.ask(session, order.id, form.wish(), letterhead=letterhead, now=utc_now())
    return done


def form_for(order: Order, typed: Any = None, **known: Any) -> ReturnForm:
    """The form for what can come back, with what was typed or else what is known."""
    most = can_come_back(order)
    lines = {line.id: line for line in order.lines}
    fields = {
        _name(line_id): IntegerField(
            lines[line_id].name,
            [NumberRange(0, units, f"Enter a whole number from 0 to {units}.")],
            default=0,
            widget=TextInput(),
            description=f"How many of {units}?",
        )
        for line_id, units in most.items()
    }
    form: ReturnForm = type("ReturnFormOfLines", (ReturnForm,), fields)(typed, **known)
    form.offered = tuple(most)
    return form


def _name(line_id: int) -> str:
    return f"pieces_{line_id}"


def _order(token: str) -> Order:
    order = orders.find_by_token(db(), token)
    if order is None:
        raise NotFound
    return order


def _form_page(order: Order, form: ReturnForm, http_status: int = 200) -> Response:
    return no_store(page("order/return.html", http_status, order=order, form=form))
