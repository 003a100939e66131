"""All published products at once, for the recommender: attributes, lowest price, and whether any variant is there."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.catalogue.bundles import PartRow, parts_by_product, safety_with_parts
from shop.catalogue.models import Product
from shop.catalogue.shelf import is_on_shelf
from shop.catalogue.states import ProductStatus

Codes = tuple[str, ...]


class PublishedProduct(NamedTuple):
    """What may enter a ranking: no cost, no margin, no ratings, no stock count. `price_minor` is the lowest.

    The safety fields of a bundle are those of all that is in it.
    """

    sku: str
    title: str
    type: str
    price_minor: int
    contraindications: Codes | None
    cautions: Codes | None
    allergens: Codes | None
    powered: bool | None
    areas: Codes
    pain_kinds: Codes
    positions: Codes
    pressure_min: int | None
    pressure_max: int | None
    coverage: str | None
    portability: int | None
    dexterity: int | None
    level: str | None
    heat: bool
    session_minutes: int | None
    weight_grams: int | None
    length_mm: int | None
    width_mm: int | None
    registration_number: str | None
    slug: str
    available: bool


_COLUMNS: tuple[Any, ...] = tuple(
    Product.price_from_minor if name == "price_minor" else getattr(Product, name)
    for name in PublishedProduct._fields
    if name != "available"
)
_ALL = (
    select(Product.id, *_COLUMNS, is_on_shelf())
    .where(Product.status == ProductStatus.PUBLISHED)
    .order_by(Product.position, Product.id)
)
_AVAILABLE = select(Product.sku).where(Product.status == ProductStatus.PUBLISHED, is_on_shelf())


def all_published(session: Session) -> Sequence[PublishedProduct]:
    """Every published product in the list's order. Two statements; keep it per `service.catalogue_version`."""
    parts = parts_by_product(session)
    return [_with_parts(PublishedProduct._make(row[1:]), parts.get(row[0], ())) for row in session.execute(_ALL)]


def _with_parts(product: PublishedProduct, parts: Sequence[PartRow]) -> PublishedProduct:
    """The product with the safety of all that is in it."""
    return product._replace(**asdict(safety_with_parts(product, parts))) if parts else product


def available_skus(session: Session) -> frozenset[str]:
    """The published products of which any variant is on the shelf now: sales do not raise the catalogue version."""
    return frozenset(session.scalars(_AVAILABLE))
