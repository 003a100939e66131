"""A product written as the cells of a row, and where two of them differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shop.catalogue.values import ProductValues
from shop.importing.cells import FIELD_COLUMNS, VARIANT_COLUMNS, write_money, write_parts
from shop.importing.rules import Present, ReadRow, split_evenly


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that an import would change: what the shop has, and what it would have."""

    column: str
    old: str
    new: str


def columns_for(currencies: Iterable[str]) -> list[str]:
    """The columns of a row, with a price in each of the currencies."""
    return [*FIELD_COLUMNS, *(f"price_{code.lower()}" for code in currencies), *VARIANT_COLUMNS]


def cells_of(
    values: ProductValues, currencies: Sequence[str], units: Mapping[str, int], currency: str
) -> Iterator[str]:
    """The cells of a product in the order of `columns_for`; `currency` is the shop's."""
    for column in FIELD_COLUMNS.values():
        yield column.write(getattr(values, column.field), currency)
    for code in currencies:
        prices = [write_money(variant.prices.get(code), code) for variant in values.variants]
        yield prices[0] if len(set(prices)) == 1 else "|".join(prices)
    yield "|".join(variant.option_value for variant in values.variants)
    yield "|".join(variant.sku for variant in values.variants)
    parts = [write_parts(variant.parts) for variant in values.variants]
    yield "|".join(parts) if any(parts) else ""
    yield _shelf(values, units)


def _shelf(values: ProductValues, units: Mapping[str, int]) -> str:
    """The units of its variants; a bundle has none of its own."""
    each = [None if variant.parts else units.get(variant.sku, 0) for variant in values.variants]
    shelf = [count for count in each if count is not None]
    if not shelf:
        return ""
    if shelf == split_evenly(sum(shelf), len(shelf)):
        return str(sum(shelf))
    return "|".join("" if count is None else str(count) for count in each)


def cell_changes(row: ReadRow, there: Present, *, currency: str) -> list[CellChange]:
    """The cells in which the row's product would differ from the one that is there."""
    both = (*row.values.variants, *there.values.variants)
    currencies = sorted({code for variant in both for code in variant.prices})
    old = cells_of(there.values, currencies, there.stock, currency)
    new = cells_of(row.values, currencies, {**there.stock, **row.stock}, currency)
    columns = columns_for(currencies)
    return [CellChange(*each) for each in zip(columns, old, new, strict=True) if each[1] != each[2]]
