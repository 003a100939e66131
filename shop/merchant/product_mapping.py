"""Between the editor's form and ProductValues: what is shown, what was typed, and where a problem is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wtforms import Field

from shop.catalogue.rules import NO_CLAIM, SAFETY_FIELDS, variant_sku
from shop.catalogue.values import FieldProblem, ProductValues, VariantValues
from shop.importing.cells import (
    COLUMN_OF_FIELD,
    FIELD_COLUMNS,
    WrongCell,
    read_parts,
    read_price,
    read_whole,
    write_money,
    write_parts,
)
from shop.merchant.product_forms import NONE, ProductForm
from shop.recommendations.knowledge import type_safety

TEXTS = (
    "title", "type", "description", "option_name", "registration_number", "coverage", "level", "set_includes", "maker",
    "eu_contact", "warnings", "care", "slug", "pressure_min", "pressure_max", "portability", "dexterity",
    "session_minutes", "length_mm", "width_mm", "weight_grams", "list_position", "tax_class",
)  # fmt: skip
TICKS = ("areas", "pain_kinds", "positions")
SAFETY_TICKS = ("contraindications", "cautions", "allergens")
MAX_UNITS = 1_000_000
_OF_ROWS = {"variants": "v0_option", "bundle_parts": "v0_parts"}
_OF_FIELDS = {"option": "variants", "sku": "variants", "parts": "bundle_parts"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form says: the product, and how many units of each new variant lie on the shelf."""

    values: ProductValues
    units: Mapping[str, int]


def shown(values: ProductValues, currencies: Iterable[str]) -> dict[str, Any]:
    """What the form's fields show for a product."""
    fields: dict[str, Any] = {"sku": values.sku, "heat": values.heat, "materials": _spoken(values.materials)}
    fields["goes_with"] = ", ".join(values.goes_with)
    for name in TEXTS:
        fields[name] = FIELD_COLUMNS[COLUMN_OF_FIELD[name]].write(getattr(values, name), "")
    for name in TICKS:
        fields[name] = list(getattr(values, name))
    for name in SAFETY_TICKS:
        known = getattr(values, name)
        fields[name] = [] if known is None else list(known) or [NONE]
    fields["powered"] = {True: "y", False: "n", None: None}[values.powered]
    for row, variant in enumerate(values.variants):
        fields |= {f"v{row}_sku": variant.sku, f"v{row}_option": variant.option_value, f"v{row}_order": str(row + 1)}
        fields[f"v{row}_parts"] = write_parts(variant.parts)
        for code in currencies:
            fields[f"v{row}_price_{code.lower()}"] = write_money(variant.prices.get(code), code)
    return fields


def suggested(product_type: str) -> dict[str, Any]:
    """What a new product of this type starts with: its safety codes, ticked."""
    least = type_safety(product_type)
    return {
        "type": product_type,
        "contraindications": list(least.contraindications),
        "cautions": list(least.cautions),
    }


def read_form(form: ProductForm, base: ProductValues | None, *, currency: str) -> Typed:
    """The product that was typed, over what is there. What cannot be read is left out, with the words at its field.

    What the form does not show (status, cost, ratings) stays as it is, whatever was sent.
    """
    fields = _read_texts(form)
    fields["materials"] = _codes_of(form.materials.data)
    fields["goes_with"] = _skus_of(form.goes_with.data)
    fields["heat"] = bool(form.heat.data)
    for name in TICKS:
        fields[name] = _in_old_order(_ticked(form[name]), getattr(base, name, None))
    for name in SAFETY_TICKS:
        told = _safety(form[name])
        fields[name] = told if told is None else _in_old_order(told, getattr(base, name, None))
    fields["powered"] = {"y": True, "n": False}.get(form.powered.data or "")
    sku = base.sku if base else (form.sku.data or "").strip()
    variants, units = _read_variants(form, sku, base, currency)
    if base is not None:
        return Typed(replace(base, **fields, variants=variants, status=None), units)
    return Typed(ProductValues(sku=sku, variants=variants, **fields), units)


def tell(form: ProductForm, problems: Iterable[FieldProblem]) -> None:
    """Put each problem's words beside the field it is about, unless that one could not be read in the first place."""
    fields = {field.name: field for field in form}
    unread = {_subject(name) for name in form.errors}
    for problem in problems:
        if problem.field in unread:
            continue
        name = _OF_ROWS.get(problem.field, problem.field)
        name = f"v0_{name}" if name.startswith("price_") else name
        field = fields.get(name, form.title)
        add_error(field, _words_of(problem, field.label.text))


def _subject(name: str) -> str:
    """What a field of the form is about, in the words of FieldProblem: v2_price_usd is about price_usd."""
    row, _, rest = name.partition("_")
    return _OF_FIELDS.get(rest, rest) if row[:1] == "v" and row[1:].isdigit() else name


def _words_of(problem: FieldProblem, label: str) -> str:
    """The problem as it reads beside its field."""
    if problem.expected == NO_CLAIM:
        return f"{problem.found} {problem.fix}."
    if problem.field in SAFETY_FIELDS and problem.found == "nothing":
        return f"“{label}” needs an answer before the product can be published, if only that nothing applies."
    return problem.sentence


def add_error(field: Field, words: str) -> None:
    """Put words beside a field, once."""
    if words not in field.errors:
        field.errors = [*field.errors, words]


def _read_texts(form: ProductForm) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in TEXTS:
        text = str(form[name].data or "").strip().replace("\r\n", "\n")
        try:
            fields[name] = FIELD_COLUMNS[COLUMN_OF_FIELD[name]].read(text, "")
        except WrongCell as error:
            add_error(form[name], f"Expected {error.expected}. {error.fix}")
    return fields


def _spoken(codes: tuple[str, ...]) -> str:
    return ", ".join(code.replace("_", " ") for code in codes)


def _codes_of(text: str | None) -> tuple[str, ...]:
    parts = (" ".join(part.split()) for part in (text or "").replace("|", ",").split(","))
    return tuple(dict.fromkeys(part.lower().replace(" ", "_") for part in parts if part))


def _skus_of(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((text or "").replace(",", " ").replace("|", " ").split()))


def _ticked(field: Field) -> tuple[str, ...]:
    return tuple(dict.fromkeys(field.data or ()))


def _in_old_order(ticked: tuple[str, ...], old: tuple[str, ...] | None) -> tuple[str, ...]:
    """The ticked codes with those that were there first, so that an order alone is no change."""
    kept = tuple(code for code in old or () if code in ticked)
    return (*kept, *(code for code in ticked if code not in kept))


def _safety(field: Field) -> tuple[str, ...] | None:
    ticked = _ticked(field)
    if NONE in ticked and len(ticked) > 1:
        add_error(field, "Tick either what applies or that nothing does, not both.")
        return None
    return () if ticked == (NONE,) else ticked or None


def _read_variants(
    form: ProductForm, product_sku: str, base: ProductValues | None, currency: str
) -> tuple[tuple[VariantValues, ...], dict[str, int]]:
    known = {variant.sku for variant in base.variants} if base else set()
    found: list[tuple[int, VariantValues]] = []
    units: dict[str, int] = {}
    for number, row in enumerate(form.row_fields()):
        if row["remove"].data or not _is_used(row):
            continue
        option = " ".join(str(row["option"].data or "").split())
        sku = (row["sku"].data or "").strip() or variant_sku(product_sku, option)
        prices = _read_prices(row, form.currencies, currency)
        place = _read_number(row["order"])
        parts = _read_parts(row["parts"])
        values = VariantValues(option_value=option, prices=prices, sku=sku, parts=parts)
        found.append((place or 1000 + number, values))
        if sku not in known and (count := _read_number(row["units"])):
            units[sku] = count
            if parts:
                add_error(row["units"], "A bundle has no units of its own: there are as many as its parts allow.")
    if not found:
        add_error(form["v0_option"], "Fill in at least one variant with its price. A lone one needs no colour or size.")
    found.sort(key=lambda pair: pair[0])
    return tuple(variant for _, variant in found), units


def _is_used(row: Mapping[str, Field]) -> bool:
    return any(str(field.data or "").strip() for name, field in row.items() if name not in ("order", "remove", "units"))


def _read_prices(row: Mapping[str, Field], currencies: Iterable[str], needed: str) -> dict[str, int]:
    prices: dict[str, int] = {}
    for code in currencies:
        field = row[f"price_{code.lower()}"]
        try:
            minor = read_price(str(field.data or "").strip(), code)
        except WrongCell as error:
            add_error(field, f"Expected {error.expected}. {error.fix}")
            continue
        if minor is not None:
            prices[code] = minor
        elif code == needed:
            add_error(field, f"Enter a price in {code}.")
    return prices


def _read_parts(field: Field) -> tuple[tuple[str, int], ...]:
    try:
        return read_parts(str(field.data or "").strip())
    except WrongCell as error:
        add_error(field, f"Expected {error.expected}. {error.fix}")
        return ()


def _read_number(field: Field) -> int | None:
    try:
        number = read_whole(str(field.data or "").strip())
    except WrongCell as error:
        add_error(field, f"Expected {error.expected}. {error.fix}")
        return None
    if number is not None and number > MAX_UNITS:
        add_error(field, f"Enter {MAX_UNITS} at the most.")
        return None
    return number
