"""What is typed on the page of an order."""

from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from shop.csrf import ProtectedForm


class ShipForm(ProtectedForm):
    """The parcel that left."""

    carrier = StringField("Carrier", [DataRequired("Say who carries the parcel."), Length(max=60)])
    tracking_number = StringField("Tracking number (optional)", [Length(max=80)])


class NoteForm(ProtectedForm):
    """A remark for the people who run the shop."""

    note = TextAreaField("Note", [DataRequired("Write the note first."), Length(max=1000)])


class RefundForm(ProtectedForm):
    """How much goes back and why. `form_token` makes a double click one refund; `restock` names lines and units."""

    amount = StringField("Amount", [DataRequired("Enter the amount to send back."), Length(max=20)])
    reason = StringField("Reason", [DataRequired("Say why: it is kept with the order."), Length(max=200)])
    restock = BooleanField("Put the goods that are refunded back on the shelf")
    picked = HiddenField()
    form_token = HiddenField(validators=[DataRequired(), Length(min=16, max=64)])
