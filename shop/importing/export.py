"""The whole catalogue as CSV, in the columns that the import reads: importing it again changes nothing."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from shop.catalogue.models import Price, Product
from shop.catalogue.service import values_of
from shop.catalogue.values import ProductValues
from shop.importing.cells import FIELD_COLUMNS, VARIANT_COLUMNS, guarded, write_money, write_parts
from shop.importing.rules import split_evenly
from shop.importing.service import stock_of

PAGE = 200


def export_products(session: Session, *, currency: str, currencies: Iterable[str] = ()) -> Iterator[str]:
    """The header, then one line a product, drafts and archived ones included, in the list's order.

    There is a column for each currency that the shop sells in (`currencies`) or that has a price, filled in or not.
    """
    used = session.scalars(select(Price.currency).distinct())
    columns_for = sorted({currency, *currencies, *used})
    columns = [*FIELD_COLUMNS, *(f"price_{code.lower()}" for code in columns_for), *VARIANT_COLUMNS]
    yield _line(columns)
    last: tuple[int, int] | None = None
    while True:
        page = select(Product).order_by(Product.position, Product.id).limit(PAGE)
        if last is not None:
            after = (Product.position > last[0]) | ((Product.position == last[0]) & (Product.id > last[1]))
            page = page.where(after)
        products = list(session.scalars(page.options(selectinload(Product.variants))))
        if not products:
            return
        units = stock_of(session, [variant.sku for product in products for variant in product.variants])
        for product in products:
            yield _line([guarded(cell) for cell in _cells(values_of(product), columns_for, units, currency)])
        last = (products[-1].position, products[-1].id)


def _cells(values: ProductValues, currencies: Sequence[str], units: dict[str, int], currency: str) -> Iterator[str]:
    for column in FIELD_COLUMNS.values():
        yield column.write(getattr(values, column.field), currency)
    for code in currencies:
        prices = [write_money(variant.prices.get(code), code) for variant in values.variants]
        yield prices[0] if len(set(prices)) == 1 else "|".join(prices)
    yield "|".join(variant.option_value for variant in values.variants)
    yield "|".join(variant.sku for variant in values.variants)
    parts = [write_parts(variant.parts) for variant in values.variants]
    yield "|".join(parts) if any(parts) else ""
    if all(parts):
        yield ""  # a bundle has no stock of its own
        return
    shelf = [units.get(variant.sku, 0) for variant in values.variants]
    yield str(sum(shelf)) if shelf and shelf == split_evenly(sum(shelf), len(shelf)) else "|".join(map(str, shelf))


def _line(cells: Sequence[str]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(cells)
    return written.getvalue()
