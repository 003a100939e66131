"""The product editor's form: fields named after ProductValues, and one row of fields for each variant."""

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from wtforms import (
    BooleanField,
    Field,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from shop.catalogue import codes
from shop.csrf import ProtectedForm
from shop.recommendations.knowledge import kind_wordings

NONE = "none"
"""The tick that says "nothing applies", so that an empty list differs from one that nobody has filled in."""
MAX_ROWS = 60
BLANK_ROWS = 2
Choices = dict[str, str]


def _with_empty(named: Any, empty: str = "Not stated") -> Choices:
    return {"": empty} | {str(code): words for code, words in named}


class TicksField(SelectMultipleField):
    """Checkboxes. What may be ticked is decided by the catalogue's rules, not here."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, choices: Choices, **options: Any) -> None:
        super().__init__(label, choices=choices, validate_choice=False, **options)


def _pick(label: str, choices: Choices) -> SelectField:
    return SelectField(label, choices=choices, validate_choice=False, default="")


class ProductForm(ProtectedForm):
    """Everything of a product that a merchant may set here. Status, cost and ratings are not among it."""

    version = HiddenField()
    sku = StringField("SKU of the product")
    title = StringField("Title")
    type = _pick("Type", _with_empty(codes.TYPES.items(), "Choose a type"))
    description = TextAreaField("Description")
    option_name = StringField("What the variants differ in (optional)")
    contraindications = TicksField(
        "Not for anybody when …", codes.HEALTH | {NONE: "Nothing applies: nobody is excluded"}
    )
    cautions = TicksField(
        "With care, and after asking a doctor, when …", codes.HEALTH | {NONE: "Nothing applies: no cautions"}
    )
    allergens = TicksField("It contains", codes.ALLERGENS | {NONE: "None of these"})
    powered = RadioField("Does it use electricity?", choices={"y": "Yes", "n": "No"}, validate_choice=False)
    registration_number = StringField("Registration or clearance number (electrical stimulators only)")
    heat = BooleanField("It gets warm")
    areas = TicksField("Where it is used", codes.AREAS)
    pain_kinds = TicksField("What it is made for (never shown as a claim)", dict(kind_wordings()))
    positions = TicksField("How it is used", codes.POSITIONS)
    pressure_min = _pick("Mildest it can feel", _with_empty(codes.FIRMNESS.items()))
    pressure_max = _pick("Firmest it can feel", _with_empty(codes.FIRMNESS.items()))
    coverage = _pick("Reach", _with_empty(codes.COVERAGE.items()))
    portability = _pick("To carry", _with_empty(codes.PORTABILITY.items()))
    dexterity = _pick("Strength of hands it needs", _with_empty(codes.DEXTERITY.items()))
    level = _pick("Experience", _with_empty(codes.LEVELS.items()))
    session_minutes = StringField("Length of a session in minutes")
    tax_class = StringField("Class of tax")
    length_mm = StringField("Length in cm")
    width_mm = StringField("Width in cm")
    weight_grams = StringField("Weight in grams")
    materials = StringField("Materials, with commas between")
    set_includes = StringField("What is in the set")
    goes_with = StringField("Goes well with")
    maker = StringField("Maker, with postal address")
    eu_contact = StringField("Responsible person in the EU, with address")
    warnings = TextAreaField("Warnings in the box")
    care = TextAreaField("Care")
    slug = StringField("Last part of its address")
    list_position = StringField("Place in the list (small numbers first)")

    rows: int
    currencies: tuple[str, ...]

    def row_fields(self) -> Iterator[dict[str, Field]]:
        """The fields of each variant row: sku, option, order, remove, units, and one price a currency."""
        for row in range(self.rows):
            yield {name: self[f"v{row}_{name}"] for name in row_names(self.currencies)}


class PictureForm(ProtectedForm):
    """One picture to upload, with the words for those who do not see it."""

    picture = FileField("Picture")
    alt = StringField("What it shows, in a few words")


class StockForm(ProtectedForm):
    """A change of the stock of one variant, and why."""

    sku = HiddenField()
    change = StringField("Units in, or out with a minus")
    reason = StringField("Why")


def row_names(currencies: tuple[str, ...]) -> tuple[str, ...]:
    """What a variant row has, apart from its number."""
    return ("sku", "option", "order", "remove", "units", "parts", *(f"price_{code.lower()}" for code in currencies))


@cache
def product_form(rows: int, currencies: tuple[str, ...]) -> type[ProductForm]:
    """The form class with that many variant rows, each with a price in every currency."""
    fields: dict[str, Any] = {}
    for row in range(rows):
        fields |= {
            f"v{row}_sku": StringField("SKU of the variant"),
            f"v{row}_option": StringField("Colour or size"),
            f"v{row}_order": StringField("Place"),
            f"v{row}_remove": BooleanField("Take away"),
            f"v{row}_units": StringField("Units on the shelf"),
            f"v{row}_parts": StringField("Made of (a bundle)"),
        }
        for code in currencies:
            fields[f"v{row}_price_{code.lower()}"] = StringField(f"Price in {code}")
    made = type("EditorForm", (ProductForm,), {**fields, "rows": rows, "currencies": currencies})
    return cast(type[ProductForm], made)
