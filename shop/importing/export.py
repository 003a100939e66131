"""The whole catalogue as CSV, in the columns that the import reads: importing it again changes nothing."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from shop.catalogue.models import Price, Product
from shop.catalogue.service import values_of
from shop.importing.cells import guarded
from shop.importing.service import stock_of
from shop.importing.writing import cells_of, columns_for

PAGE = 200


def export_products(session: Session, *, currency: str, currencies: Iterable[str] = ()) -> Iterator[str]:
    """The header, then one line a product, drafts and archived ones included, in the list's order.

    There is a column for each currency that the shop sells in (`currencies`) or that has a price, filled in or not.
    """
    used = session.scalars(select(Price.currency).distinct())
    priced = sorted({currency, *currencies, *used})
    yield _line(columns_for(priced))
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
            yield _line([guarded(cell) for cell in cells_of(values_of(product), priced, units, currency)])
        last = (products[-1].position, products[-1].id)


def _line(cells: Sequence[str]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(cells)
    return written.getvalue()
