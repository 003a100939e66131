"""Goods that the pages can show: saved and committed, since a page reads in a transaction of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.catalogue.models import Product
from shop.catalogue.service import save_product
from shop.db import begin_write
from tests.conftest import NOW
from tests.make import CLAIMS_ONLY, make_stock, make_values

Stock = Callable[..., Product]


@pytest.fixture
def stocked(engine: Engine) -> Stock:
    """Put a product on sale, with `available` units of each variant."""

    def put(sku: str = "MAT01", *, available: int = 10, **fields: Any) -> Product:
        with Session(engine, expire_on_commit=False) as session:
            begin_write(session)
            product = save_product(session, make_values(sku, **fields), currency="USD", standards=CLAIMS_ONLY, now=NOW)
            for variant in product.variants:
                make_stock(session, variant.sku, available=available)
            session.commit()
            return product

    return put
