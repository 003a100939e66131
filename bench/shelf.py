"""A shop of 1,000 products for the page benchmarks: the demo goods again and again, under other names."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import schema
from shop.catalogue.models import Product
from shop.catalogue.rules import Standards, TypeSafety
from shop.catalogue.service import save_product, values_of
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import ProductValues
from shop.db import begin_write, make_engine
from shop.importing.demo import load_demo
from shop.stock.models import StockLevel

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LINES = ("Aster", "Birch", "Clover", "Dune", "Elm", "Fern", "Grove", "Heath", "Iris", "Juniper", "Kelp", "Larch")


CHECKED_ALREADY = Standards(lint=lambda _text: (), safety_of=lambda _type: TypeSafety())
"""Checking the texts of a thousand copies takes longer than the benchmark."""


def make_shelf(path: Path, products: int = 1_000) -> None:
    """Fill a new SQLite shop at `path`."""
    engine = make_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    with Session(engine) as session:
        begin_write(session)
        load_demo(session, currency="USD", standards=CHECKED_ALREADY, now=NOW)
        originals = [
            values_of(product)
            for product in session.scalars(select(Product).where(Product.status == ProductStatus.PUBLISHED))
        ]
        for number in count():
            if number >= products - len(originals):
                break
            _add(session, originals[number % len(originals)], number, len(originals))
        session.commit()
    engine.dispose()


def _add(session: Session, original: ProductValues, number: int, step: int) -> None:
    line = LINES[(number // step) % len(LINES)] + ("" if number < step * len(LINES) else " II")
    sku = f"{original.sku}-{number}"
    variants = tuple(
        replace(
            variant,
            sku=f"{variant.sku}-{number}",
            prices={code: minor + number for code, minor in variant.prices.items()},
        )
        for variant in original.variants
    )
    values = replace(
        original,
        sku=sku,
        slug=f"{original.slug}-{number}",
        title=f"{line} {original.title}"[:160],
        list_position=number,
        variants=variants,
    )
    save_product(session, values, currency="USD", standards=CHECKED_ALREADY, now=NOW)
    session.add_all(StockLevel(sku=variant.sku, available=number % 40, held=0, sold=0) for variant in variants)
