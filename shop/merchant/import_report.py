"""Which column of an uploaded file goes where, as the dry run shows it."""

from dataclasses import dataclass

from shop.importing.cells import FIELD_COLUMNS, VARIANT_COLUMNS, price_currency
from shop.importing.reading import UnreadableFile, read_sheet

_PLURAL = {
    "bundle_parts": "what a bundle is made of",
    "variants": "names of the variants",
    "variant_skus": "SKUs of the variants",
    "stock": "units on the shelf",
}


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """One column of the file and what it fills, in words; empty when nobody knows it."""

    name: str
    fills: str


def describe_columns(content: bytes) -> tuple[ColumnUse, ...]:
    """The columns of the file in their order; none when it cannot be read."""
    try:
        sheet = read_sheet(content)
    except UnreadableFile:
        return ()
    return tuple(ColumnUse(name, _fills(name)) for name in sheet.columns)


def _fills(name: str) -> str:
    if name in FIELD_COLUMNS:
        return FIELD_COLUMNS[name].field.replace("_minor", "").replace("_", " ")
    if name in VARIANT_COLUMNS:
        return _PLURAL[name]
    currency = price_currency(name)
    return f"price in {currency}" if currency else ""
