"""What is typed on the page of an order."""

from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp

from shop.csrf import ProtectedForm


class CancelForm(ProtectedForm):
    """Why an order is called off."""

    reason = StringField("Why it is cancelled", [DataRequired("Say why: it is kept with the order."), Length(max=200)])


class NoteForm(ProtectedForm):
    """A remark for the people who run the shop."""

    note = TextAreaField("Note", [DataRequired("Write the note first."), Length(max=1000)])


class RefundForm(ProtectedForm):
    """How much goes back and why. `form_token` makes a double click one refund; `picked` names lines and units.

    `return_id` is the return that ends with it, "" when it is for none.
    """

    amount = StringField("Amount", [DataRequired("Enter the amount to send back."), Length(max=20)])
    reason = StringField("Reason", [DataRequired("Say why: it is kept with the order."), Length(max=200)])
    restock = BooleanField("Put the goods that are refunded back on the shelf")
    not_sent = BooleanField("These pieces are not sent any more")
    picked = HiddenField()
    return_id = HiddenField(validators=[Regexp(r"\A[0-9]{0,9}\Z", message="This refund belongs to no return.")])
    form_token = HiddenField(validators=[DataRequired(), Length(min=16, max=64)])
