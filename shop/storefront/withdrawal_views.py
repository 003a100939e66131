"""Withdrawing from an order by its unguessable link: "Withdraw from contract here", then "Confirm withdrawal" (R42).

No question of why, none about health. The link is what opens the form, as it opens the order.
"""

from typing import Any

from flask import Response, request
from wtforms import Field, HiddenField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from shop.checkout.forms import clean, filled, short
from shop.clock import utc_now
from shop.csrf import ShopForm, require_same_origin
from shop.email_address import is_email, one_spelling
from shop.errors import NotFound
from shop.keys import new_token
from shop.mail.letterhead import Letterhead
from shop.orders import service as orders
from shop.orders import withdrawals
from shop.orders.models import Order, OrderLine
from shop.orders.return_rules import can_be_withdrawn
from shop.storefront.order_views import blueprint
from shop.throttle import throttle
from shop.web import config, db, no_store, page, see_other, shop_url, transaction

__all__ = ["blueprint"]

LONGEST_NOTE = 1000


class WithdrawalForm(ShopForm):
    """Who withdraws, and from which lines. A line of several pieces gets a field of its own, see `form_for`."""

    offered: frozenset[int] = frozenset()

    lines = SelectMultipleField(
        "What do you withdraw from?",
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    full_name = StringField("Full name", [filled("Enter your full name.", 120)], [clean])
    email = StringField(
        "E-mail address for the confirmation", [filled("Enter your e-mail address.", 254)], [clean, one_spelling]
    )
    note = TextAreaField("Anything we should know (optional)", [short(LONGEST_NOTE)])
    form_token = HiddenField(validators=[Length(max=64)])  # without one it is still a declaration: nothing is refused

    def validate_lines(self, field: Field) -> None:
        """At least one, and only of this order."""
        if not field.data or not self.offered.issuperset(field.data):
            raise ValidationError("Choose at least one product.")

    def validate_email(self, field: Field) -> None:
        """One that can be written to: the confirmation goes there."""
        if not is_email(field.data or ""):
            raise ValidationError("Enter an e-mail address such as name@example.com.")

    def several(self, line_id: int) -> Field | None:
        """The field for how many pieces of the line, when there are several."""
        return self._fields.get(_pieces_name(line_id))

    def declaration(self) -> withdrawals.Declaration:
        """What was declared, once it is valid."""
        pieces = {}
        for line_id in self.lines.data or ():
            several = self.several(line_id)
            pieces[line_id] = 1 if several is None else int(several.data)
        return withdrawals.Declaration(
            full_name=self.full_name.data or "",
            email=self.email.data or "",
            note=(self.note.data or "").strip(),
            pieces=pieces,
            form_token=self.form_token.data or "",
        )


@blueprint.get("/order/<token>/withdraw")
def withdraw(token: str) -> Response:
    """The form, filled in as far as the order knows."""
    order = _order(token)
    lines = withdrawals.open_lines(order)
    if not lines:
        return see_other(shop_url("order.page", token=token))
    form = form_for(order, full_name=order.full_name, email=order.email, form_token=new_token())
    form.lines.data = [line.id for line in lines] if len(lines) == 1 else []
    return _form_page(order, form)


@blueprint.post("/order/<token>/withdraw")
def withdraw_now(token: str) -> Response:
    """Keep the declaration and confirm it by mail; a second click finds it there."""
    require_same_origin()
    throttle("withdraw", "10/minute")
    order = _order(token)
    typed_token = request.form.get("form_token") or None
    is_known = typed_token is not None and any(each.form_token == typed_token for each in order.withdrawals)
    if is_known or not withdrawals.open_lines(order):
        return see_other(shop_url("order.page", token=token))
    form = form_for(order, request.form)
    if not form.validate():
        return _form_page(order, form, 422)
    with transaction() as session:
        letterhead = Letterhead.from_config(config())
        withdrawals.withdraw(session, order.id, form.declaration(), letterhead=letterhead, now=utc_now())
    return see_other(shop_url("order.page", token=token, told="withdrawn"))


def form_for(order: Order, typed: Any = None, **known: str) -> WithdrawalForm:
    """The form for what can be withdrawn from, with what was typed or else what is known."""
    lines, most = withdrawals.open_lines(order), can_be_withdrawn(order)
    fields = {
        _pieces_name(line_id): IntegerField(
            f"How many of the {units}?",
            [NumberRange(1, units, f"Enter a whole number from 1 to {units}.")],
            default=units,
            widget=TextInput(),
        )
        for line_id, units in most.items()
        if units > 1
    }
    form: WithdrawalForm = type("WithdrawalFormOfLines", (WithdrawalForm,), fields)(typed, data=known)
    form.offered = frozenset(line.id for line in lines)
    form.lines.choices = [(line.id, _title(line)) for line in lines]
    return form


def _pieces_name(line_id: int) -> str:
    return f"pieces_{line_id}"


def _title(line: OrderLine) -> str:
    return line.name


def _order(token: str) -> Order:
    order = orders.find_by_token(db(), token)
    if order is None:
        raise NotFound
    return order


def _form_page(order: Order, form: WithdrawalForm, http_status: int = 200) -> Response:
    return no_store(page("order/withdraw.html", http_status, order=order, form=form))
