"""A read-only view of the stock: `shop.stock` owns the table and lies a layer above, so it is named by its columns.

A bundle has no stock of its own: there are as many of it as its scarcest part allows, and none when a part is not sold.
"""

from typing import Any

from sqlalchemy import ColumnElement, Integer, ScalarSelect, String, case, column, func, or_, select, table
from sqlalchemy.orm import aliased

from shop.catalogue.models import BundlePart, Product, Variant
from shop.catalogue.states import ProductStatus

stock_level = table("shop_stock_level", column("sku", String), column("available", Integer))
_part_level = stock_level.alias("part_level")
_PartVariant, _PartProduct = aliased(Variant, name="part_variant"), aliased(Product, name="part_product")
_IS_SOLD = _PartVariant.active & (_PartProduct.status == ProductStatus.PUBLISHED)
_PART_UNITS = case((_IS_SOLD, func.coalesce(_part_level.c.available, 0) // BundlePart.quantity), else_=0)


def _parts(columns: Any) -> Any:
    return (
        select(columns)
        .select_from(BundlePart)
        .outerjoin(_PartVariant, _PartVariant.sku == BundlePart.part_sku)
        .outerjoin(_PartProduct, _PartProduct.id == _PartVariant.product_id)
        .outerjoin(_part_level, _part_level.c.sku == BundlePart.part_sku)
    )


def bundle_units() -> ScalarSelect[int]:
    """SQL: how many of a variant its parts allow; null when it has no parts."""
    units = _parts(func.min(_PART_UNITS)).where(BundlePart.variant_id == Variant.id)
    found: ScalarSelect[int] = units.correlate(Variant).scalar_subquery()
    return found


def units_available() -> ScalarSelect[int]:
    """SQL: the units of a product on the shelf, over its active variants; 0 when nobody has counted them."""
    return (
        select(func.coalesce(func.sum(func.coalesce(bundle_units(), stock_level.c.available, 0)), 0))
        .select_from(Variant)
        .outerjoin(stock_level, stock_level.c.sku == Variant.sku)
        .where(Variant.product_id == Product.id, Variant.active)
        .correlate(Product)
        .scalar_subquery()
    )


def is_on_shelf() -> ColumnElement[bool]:
    """SQL: any active variant of the product is available. What is said of bundles is found once for a statement."""
    own = (
        select(Variant.id)
        .join(stock_level, stock_level.c.sku == Variant.sku)
        .where(Variant.product_id == Product.id, Variant.active, stock_level.c.available > 0)
        .where(Variant.id.not_in(select(BundlePart.variant_id)))
        .correlate(Product)
        .exists()
    )
    return or_(own, Product.id.in_(_bundled()))


def _bundled() -> Any:
    """SQL: the products of which some bundle is available."""
    bundle = aliased(Variant, name="bundle")
    return (
        _parts(bundle.product_id)
        .join(bundle, bundle.id == BundlePart.variant_id)
        .where(bundle.active)
        .group_by(bundle.id, bundle.product_id)
        .having(func.min(_PART_UNITS) > 0)
    )
