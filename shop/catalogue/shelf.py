"""A read-only view of the stock: `shop.stock` owns the table and lies a layer above, so it is named by its columns."""

from sqlalchemy import ColumnElement, Integer, ScalarSelect, String, column, func, select, table

from shop.catalogue.models import Product, Variant

stock_level = table("shop_stock_level", column("sku", String), column("available", Integer))


def units_available() -> ScalarSelect[int]:
    """SQL: the units of a product on the shelf, over its active variants; 0 when nobody has counted them."""
    return (
        select(func.coalesce(func.sum(stock_level.c.available), 0))
        .join_from(Variant, stock_level, stock_level.c.sku == Variant.sku)
        .where(Variant.product_id == Product.id, Variant.active)
        .correlate(Product)
        .scalar_subquery()
    )


def is_on_shelf() -> ColumnElement[bool]:
    """SQL: any active variant of the product is available."""
    return (
        select(Variant.id)
        .join(stock_level, stock_level.c.sku == Variant.sku)
        .where(Variant.product_id == Product.id, Variant.active, stock_level.c.available > 0)
        .correlate(Product)
        .exists()
    )
