"""Other products that the rows of a file name: each must be in the shop already, or in the same file."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from shop.catalogue.bundles import known_parts, part_problems
from shop.catalogue.rules import shown
from shop.catalogue.service import known_products
from shop.catalogue.values import ProductValues
from shop.importing.reading import RowProblem
from shop.importing.rules import ReadRow

FIX = "Correct the SKU, or put that product into the file too."


def unknown_names(session: Session, rows: Sequence[ReadRow]) -> list[RowProblem]:
    """A problem for each product or part that is named and is nowhere, and for bundles within bundles.

    `rows` are all of the file that would be written: asked once nothing else stands against it.
    """
    return [*_unknown_companions(session, rows), *_wrong_parts(session, rows)]


def parts_first(rows: Sequence[ReadRow]) -> list[ReadRow]:
    """The rows as they can be saved: bundles after the things they are made of."""
    return sorted(rows, key=lambda row: (is_bundle(row.values), row.number))


def is_bundle(values: ProductValues) -> bool:
    """Whether any of its variants is made of others."""
    return any(variant.parts for variant in values.variants)


def _unknown_companions(session: Session, rows: Sequence[ReadRow]) -> Iterator[RowProblem]:
    named = {sku for row in rows for sku in row.values.goes_with}
    known = known_products(session, named) | {row.values.sku for row in rows}
    for row in rows:
        for sku in row.values.goes_with:
            if sku not in known:
                yield RowProblem(row.number, "goes_with", "SKUs of products", shown(sku), FIX)


def _wrong_parts(session: Session, rows: Sequence[ReadRow]) -> Iterator[RowProblem]:
    bundles = [row for row in rows if is_bundle(row.values)]
    if not bundles:
        return
    named = [sku for row in bundles for variant in row.values.variants for sku, _ in variant.parts]
    in_file = {variant.sku: bool(variant.parts) for row in rows for variant in row.values.variants}
    known = known_parts(session, named) | in_file
    for row in bundles:
        for problem in part_problems(row.values, known):
            yield RowProblem(row.number, problem.field, problem.expected, problem.found, problem.fix)
