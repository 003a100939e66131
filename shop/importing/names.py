"""Other products that the rows of a file name: each must be in the shop already, or in the same file."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from shop.catalogue.rules import shown
from shop.catalogue.service import known_products
from shop.importing.reading import RowProblem
from shop.importing.rules import ReadRow

FIX = "Correct the SKU, or put that product into the file too."


def unknown_names(session: Session, rows: Sequence[ReadRow]) -> list[RowProblem]:
    """A problem for each product that is named and is nowhere."""
    named = {sku for row in rows for sku in row.values.goes_with}
    known = known_products(session, named) | {row.values.sku for row in rows}
    return [
        RowProblem(row.number, "goes_with", "SKUs of products", shown(sku), FIX)
        for row in rows
        for sku in row.values.goes_with
        if sku not in known
    ]
