"""Saving products and counting statements, for the tests of the catalogue."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from shop.catalogue.cards import ShopWindow
from shop.catalogue.models import Product
from shop.catalogue.service import save_product
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY, make_stock, make_values

Save = Callable[..., Product]


@pytest.fixture
def window() -> ShopWindow:
    return ShopWindow("USD", "/products/", "/pictures/", "/media/")


@pytest.fixture
def save(session: Session) -> Save:
    """Save a product as a merchant would, with `available` units of each variant."""

    def save_values(sku: str = "MAT01", *, available: int = 10, **fields: Any) -> Product:
        product = save_product(session, make_values(sku, **fields), currency="USD", standards=CLAIMS_ONLY, now=NOW)
        for variant in product.variants:
            make_stock(session, variant.sku, available=available)
        return product

    return save_values


@pytest.fixture
def statements(engine: Engine) -> Callable[[], Any]:
    """`with statements() as seen:` collects the SQL that runs inside."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        yield seen
        event.remove(engine, "before_cursor_execute", note)

    return collect
