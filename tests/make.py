"""Plain builders of rows. Each adds to the session, flushes and returns what it made."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from shop.catalogue.models import Price, Product, ProductFacet, Variant
from shop.catalogue.states import ProductStatus
from shop.stock.models import StockLevel

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def make_product(
    session: Session,
    sku: str = "MAT01",
    *,
    variants: tuple[str, ...] = ("CHARCOAL",),
    price: int = 3400,
    available: int = 10,
    **fields: Any,
) -> Product:
    """A published mat with safety fields, one price in USD and EUR a variant, and stock for each variant."""
    defaults: dict[str, Any] = {
        "slug": sku.lower(),
        "title": f"Mat {sku}",
        "type": "spike_mat",
        "description": "A cotton-covered foam mat with small plastic spikes.",
        "status": ProductStatus.PUBLISHED,
        "price_from_minor": price,
        "price_to_minor": price,
        "areas": ("lower_back", "upper_back"),
        "pain_kinds": ("muscular_tension", "chronic_low_back"),
        "positions": ("lying", "sitting"),
        "pressure_min": 2,
        "pressure_max": 4,
        "coverage": "whole",
        "portability": 3,
        "dexterity": 1,
        "contraindications": ("PREG", "BLEED"),
        "cautions": ("OSTEO",),
        "allergens": (),
        "materials": ("cotton",),
        "powered": False,
        "length_mm": 680,
        "width_mm": 420,
        "weight_grams": 620,
        "session_minutes": 20,
        "level": "beginner",
        "created_at": NOW,
        "updated_at": NOW,
    }
    product = Product(sku=sku, **(defaults | fields))
    for position, option in enumerate(variants):
        variant_sku = f"{sku}-{option}" if option else sku
        prices = [Price(currency="USD", minor=price), Price(currency="EUR", minor=price)]
        product.variants.append(
            Variant(sku=variant_sku, option_value=option.capitalize(), position=position, prices=prices)
        )
        make_stock(session, variant_sku, available=available)
    session.add(product)
    session.flush()  # facets need the id
    for kind, values in (("area", product.areas), ("position", product.positions)):
        session.add_all(ProductFacet(kind=kind, value=value, product_id=product.id) for value in values)
    session.flush()
    return product


def make_stock(session: Session, sku: str, *, available: int = 10) -> StockLevel:
    """Stock of one variant SKU."""
    level = StockLevel(sku=sku, available=available, held=0, sold=0)
    session.add(level)
    session.flush()
    return level
