"""Which column of an uploaded file goes where, and what each row would change, as the dry run shows it."""

from dataclasses import dataclass
from itertools import takewhile

from shop.importing.cells import FIELD_COLUMNS, VARIANT_COLUMNS, price_currency
from shop.importing.reading import UnreadableFile, read_sheet
from shop.importing.rules import ReadRow
from shop.importing.service import ImportPlan
from shop.importing.writing import CellChange, cell_changes

MOST_CELLS, MOST_LETTERS, LETTERS_BEFORE = 12, 80, 20

_IN_ITS_UNIT = {"length_cm": "length in cm", "width_cm": "width in cm", "weight_g": "weight in grams"}
_PLURAL = {
    "bundle_parts": "what a bundle is made of",
    "variants": "names of the variants",
    "variant_skus": "SKUs of the variants",
    "stock": "units on the shelf",
}


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that would change a product: the first cells that differ, cut to a length, and how many more do."""

    row: ReadRow
    cells: tuple[CellChange, ...]
    more: int


def describe_updates(plan: ImportPlan, *, currency: str, most: int) -> list[ChangedRow]:
    """The first `most` products that would change, each with what changes."""
    described = []
    for row in plan.updates[:most]:
        changes = cell_changes(row, plan.before[row.values.sku], currency=currency)
        told = tuple(_cut(each) for each in changes[:MOST_CELLS])
        described.append(ChangedRow(row, told, len(changes) - len(told)))
    return described


def _cut(change: CellChange) -> CellChange:
    """The change with long texts cut to where they begin to differ."""
    old, new = (" ".join(text.split()) for text in (change.old, change.new))
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    start = 0 if max(len(old), len(new)) <= MOST_LETTERS else max(0, same - LETTERS_BEFORE)
    return CellChange(change.column, _part(old, start), _part(new, start))


def _part(text: str, start: int) -> str:
    end = start + MOST_LETTERS
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


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
    if name in _IN_ITS_UNIT:
        return _IN_ITS_UNIT[name]
    if name in FIELD_COLUMNS:
        return FIELD_COLUMNS[name].field.replace("_minor", "").replace("_", " ")
    if name in VARIANT_COLUMNS:
        return _PLURAL[name]
    currency = price_currency(name)
    return f"price in {currency}" if currency else ""
