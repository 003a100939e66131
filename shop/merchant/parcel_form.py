"""The parcel that leaves: its pieces, its carrier and its number."""

from collections.abc import Mapping
from typing import Any, cast

from wtforms import Field, HiddenField, IntegerField, StringField
from wtforms.validators import DataRequired, Length, NumberRange, Regexp
from wtforms.widgets import TextInput

from shop.csrf import ProtectedForm
from shop.orders.fulfilment import Parcel
from shop.orders.models import Order, OrderLine


class ShipForm(ProtectedForm):
    """Carrier and number; each line that has pieces left gets a field of its own, see `ship_form`."""

    offered: tuple[int, ...] = ()

    carrier = StringField("Carrier", [DataRequired("Say who carries the parcel."), Length(max=60)])
    tracking_number = StringField(
        "Tracking number (optional)",
        [Length(max=80), Regexp(r"^[^\x00-\x1f\x7f]*$", message="Enter the number as it stands on the parcel.")],
    )
    form_token = HiddenField(validators=[Length(max=64)])

    def pieces(self) -> list[Field]:
        """The fields of the pieces, in the order of the lines."""
        return [self[_name(line_id)] for line_id in self.offered]

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Each field by itself, and at least one piece."""
        is_valid = super().validate(extra_validators)
        if is_valid and self.offered and not any(field.data for field in self.pieces()):
            cast(list[str], self.pieces()[0].errors).append("Choose at least one piece for the parcel.")
            return False
        return is_valid

    def parcel(self) -> Parcel:
        """The parcel, once it is valid."""
        return Parcel(
            " ".join((self.carrier.data or "").split()),
            "".join((self.tracking_number.data or "").split()),
            {line_id: int(self[_name(line_id)].data or 0) for line_id in self.offered},
            self.form_token.data or "",
        )


def ship_form(order: Order, suggested: Mapping[int, int], typed: Any = None, **options: Any) -> ShipForm:
    """The form for what is left of an order, with what was typed or else the pieces that are suggested."""
    left = [line for line in order.lines if line.to_ship]
    fields = {
        _name(line.id): IntegerField(
            f"{_title(line)}: how many of {line.to_ship}?",
            [NumberRange(0, line.to_ship, f"Enter a whole number from 0 to {line.to_ship}.")],
            default=suggested.get(line.id, 0),
            widget=TextInput(),
        )
        for line in left
    }
    form: ShipForm = type("ShipFormOfLines", (ShipForm,), fields)(typed, **options)
    form.offered = tuple(line.id for line in left)
    return form


def _name(line_id: int) -> str:
    return f"pieces_{line_id}"


def _title(line: OrderLine) -> str:
    return line.name
