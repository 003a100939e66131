"""From a row of cells to the values of a product and its stock. Pure: what is there already is handed in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shop.catalogue.rules import shown, variant_sku
from shop.catalogue.values import FieldProblem, ProductValues, VariantValues
from shop.importing.cells import (
    COLUMN_OF_FIELD,
    FIELD_COLUMNS,
    NEEDED_TO_CREATE,
    WrongCell,
    is_price_column,
    price_currency,
    read_parts,
    read_price,
    read_whole,
)
from shop.importing.reading import RowProblem

MAX_STOCK = 1_000_000
SAFETY_LISTS = ("contraindications", "cautions", "allergens")
KEPT_WHEN_EMPTY = {"status", "slug", "list_position", "option_name"}


@dataclass(frozen=True, slots=True)
class Present:
    """What the shop has of a product already: its values, and the units of each variant SKU."""

    values: ProductValues
    stock: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What a row asks for. `stock` maps variant SKUs to units; SKUs that are not in it keep what they have."""

    number: int
    values: ProductValues
    stock: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StockChange:
    """A variant whose units in the file are not those on its shelf; it keeps what it has unless `is_taken`."""

    number: int
    sku: str
    old: int
    new: int
    is_taken: bool


class _Problems(Exception):
    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__()
        self.problems = list(problems)


def read_row(
    number: int, cells: Mapping[str, str], present: Present | None, *, currency: str
) -> tuple[ReadRow | None, list[RowProblem]]:
    """The row's values over those that are there, or None with the problems that stand against it.

    A column that the file does not have leaves what is there. A safety list that was emptied is not known any more.
    """
    problems: list[RowProblem] = []
    fields: dict[str, Any] = {}
    for name in cells.keys() & FIELD_COLUMNS.keys():
        column = FIELD_COLUMNS[name]
        try:
            fields[column.field] = column.read(cells[name], currency)
        except WrongCell as error:
            problems.append(RowProblem(number, name, error.expected, shown(cells[name]), error.fix))
    try:
        variants = _read_variants(number, cells, present, fields.get("sku", ""))
        if problems:
            return None, problems
        values = _merged(fields | _emptied(cells, present), variants, present)
        return ReadRow(number, values, _read_stock(number, cells, values, present)), []
    except _Problems as error:
        return None, problems + error.problems


def stock_changes(row: ReadRow, present: Present, *, set_stock: bool) -> list[StockChange]:
    """Where the row's units differ from those of variants that are there already."""
    return [
        StockChange(row.number, sku, present.stock[sku], units, set_stock)
        for sku, units in row.stock.items()
        if sku in present.stock and present.stock[sku] != units
    ]


def with_new_stock_only(row: ReadRow, present: Present) -> ReadRow:
    """The row without units for variants that are there already: what was sold since the file was made stays sold."""
    return replace(row, stock={sku: units for sku, units in row.stock.items() if sku not in present.stock})


def missing_columns(columns: Iterable[str], currency: str) -> Iterator[RowProblem]:
    """The columns that a file with new products lacks."""
    present = set(columns)
    for name in (*NEEDED_TO_CREATE, f"price_{currency.lower()}"):
        if name not in present:
            yield RowProblem(1, name, f"a column named {name}", "none", "Add it: new products cannot do without it.")


def as_row_problem(number: int, problem: FieldProblem) -> RowProblem:
    """A problem of a product's field, named by the column it came from."""
    column = COLUMN_OF_FIELD.get(problem.field, problem.field)
    return RowProblem(number, column, problem.expected, problem.found, problem.fix)


def split_evenly(units: int, parts: int) -> list[int]:
    """Units over the variants, the remainder to the first."""
    share, rest = divmod(units, parts)
    return [share + rest, *[share] * (parts - 1)]


def _merged(fields: dict[str, Any], variants: tuple[VariantValues, ...], present: Present | None) -> ProductValues:
    if present:
        told = {name: value for name, value in fields.items() if value or name not in KEPT_WHEN_EMPTY}
        return replace(present.values, **told, variants=variants)
    safety = dict.fromkeys(("contraindications", "cautions", "allergens", "powered"))
    return ProductValues(**{**safety, **fields, "variants": variants})


def _emptied(cells: Mapping[str, str], present: Present | None) -> dict[str, None]:
    """The safety lists whose cell is empty although the shop has another word on them."""
    if present is None:
        return {}
    return {name: None for name in SAFETY_LISTS if cells.get(name) == "" and getattr(present.values, name) != ()}


def _read_variants(
    number: int, cells: Mapping[str, str], present: Present | None, sku: str
) -> tuple[VariantValues, ...]:
    there = present.values.variants if present else ()
    if "variants" in cells:
        options = [option.strip() for option in cells["variants"].split("|")]
    else:
        options = [variant.option_value for variant in there] or [""]
    known = {variant.option_value: variant for variant in there}
    skus = _aligned(number, "variant_skus", cells, len(options)) if cells.get("variant_skus") else [""] * len(options)
    prices: list[dict[str, int]] = [dict(known[option].prices) if option in known else {} for option in options]
    for name in cells:
        if is_price_column(name):
            _read_prices(number, name, cells, prices)
    parts = [known[option].parts if option in known else () for option in options]
    if "bundle_parts" in cells:
        parts = _read_bundle(number, cells, len(options))
    return tuple(
        VariantValues(
            option_value=option,
            prices=prices[place],
            parts=parts[place],
            sku=skus[place] or (known[option].sku if option in known else variant_sku(sku, option)),
        )
        for place, option in enumerate(options)
    )


def _read_bundle(number: int, cells: Mapping[str, str], count: int) -> list[tuple[tuple[str, int], ...]]:
    text = cells["bundle_parts"]
    each = _aligned(number, "bundle_parts", cells, count) if "|" in text else [text] * count
    try:
        return [read_parts(part) for part in each]
    except WrongCell as error:
        raise _Problems([RowProblem(number, "bundle_parts", error.expected, shown(text), error.fix)]) from error


def _read_prices(number: int, name: str, cells: Mapping[str, str], prices: list[dict[str, int]]) -> None:
    currency = price_currency(name)
    assert currency is not None
    parts = _aligned(number, name, cells, len(prices)) if "|" in cells[name] else [cells[name]] * len(prices)
    for place, part in enumerate(parts):
        try:
            minor = read_price(part, currency)
        except WrongCell as error:
            raise _Problems([RowProblem(number, name, error.expected, shown(part), error.fix)]) from error
        prices[place].pop(currency, None)
        if minor is not None:
            prices[place][currency] = minor


def _read_stock(
    number: int, cells: Mapping[str, str], values: ProductValues, present: Present | None
) -> dict[str, int]:
    text = cells.get("stock", "")
    if not text:
        return {}
    goods = [variant.sku for variant in values.variants if not variant.parts]
    if "|" in text:
        return _read_each(number, cells, values)
    (whole,) = _read_units(number, cells, 1)
    if not goods and not whole:
        return {}
    if not goods:
        raise _no_units(number, text)
    there = {sku: present.stock.get(sku, 0) for sku in goods} if present else {}
    if present and sum(there.values()) == whole:
        return there  # the total is right: how it is spread over the variants stays
    return dict(zip(goods, split_evenly(whole or 0, len(goods)), strict=True))


def _read_each(number: int, cells: Mapping[str, str], values: ProductValues) -> dict[str, int]:
    """The units of each variant; a bundle's part of the cell is empty, or 0 as in files of earlier releases."""
    units = dict[str, int]()
    counts = _read_units(number, cells, len(values.variants))
    for variant, count in zip(values.variants, counts, strict=True):
        if variant.parts and count:
            raise _no_units(number, cells["stock"])
        if not variant.parts and count is None:
            raise _wrong_units(number, cells["stock"])
        if not variant.parts and count is not None:
            units[variant.sku] = count
    return units


def _read_units(number: int, cells: Mapping[str, str], parts: int) -> list[int | None]:
    """The numbers in the stock's cell; an empty part is None."""
    try:
        units = [read_whole(part) for part in _aligned(number, "stock", cells, parts)]
    except WrongCell as error:
        raise _Problems([RowProblem(number, "stock", error.expected, shown(cells["stock"]), error.fix)]) from error
    if any(part is not None and part > MAX_STOCK for part in units):
        raise _wrong_units(number, cells["stock"])
    return units


def _wrong_units(number: int, text: str) -> _Problems:
    expected = f"units from 0 to {MAX_STOCK}"
    return _Problems([RowProblem(number, "stock", expected, shown(text), "Correct the number.")])


def _no_units(number: int, text: str) -> _Problems:
    fix = "Leave it empty for a bundle: there are as many as its parts allow."
    return _Problems([RowProblem(number, "stock", "no units for a bundle", shown(text), fix)])


def _aligned(number: int, name: str, cells: Mapping[str, str], wanted: int) -> list[str]:
    parts = [part.strip() for part in cells[name].split("|")]
    if len(parts) != wanted:
        fix = "Give one value for each variant, or a single one for all."
        raise _Problems([RowProblem(number, name, f"{wanted} values between |", f"{len(parts)} values", fix)])
    return parts
