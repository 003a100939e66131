"""Types that the shop knows nothing of: a merchant may have goods of one, but a typing error is none."""

import difflib

from shop.catalogue.codes import TYPES
from shop.catalogue.rules import CODE, shown
from shop.importing.reading import RowProblem
from shop.importing.rules import Present, ReadRow

LISTED = "The types are those that the editor offers for a new product."


def lost_type(row: ReadRow, there: Present | None) -> list[RowProblem]:
    """The problem of a product that would lose its known type, and with it the least that the type excludes (R35)."""
    if there is None or there.values.type not in TYPES or not _is_new_to_us(row.values.type):
        return []
    fix = f"{_nearest(row.values.type)} The product is of type {there.values.type} now."
    return [RowProblem(row.number, "type", "a known type", shown(row.values.type), fix)]


def unknown_type(row: ReadRow, there: Present | None) -> list[str]:
    """A notice that a row brings a type of which the shop knows nothing; its goods are taken all the same."""
    kind = row.values.type
    is_told = there is not None and (there.values.type in TYPES or there.values.type == kind)
    if is_told or not _is_new_to_us(kind):
        return []
    what = f"Row {row.number}: the shop knows nothing of the type {shown(kind)}, so whom {row.values.sku} is not for"
    return [f"{what} stands in its safety fields alone. {_nearest(kind)}"]


def _is_new_to_us(kind: str) -> bool:
    return CODE.fullmatch(kind) is not None and kind not in TYPES


def _nearest(kind: str) -> str:
    near = difflib.get_close_matches(kind, TYPES, n=1)
    return f"Did you mean {near[0]}?" if near else LISTED
