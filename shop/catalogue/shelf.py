"""A read-only view of the stock: `shop.stock` owns the table and lies a layer above, so it is named by its columns."""

from sqlalchemy import Integer, String, column, func, select, table
from sqlalchemy.sql.selectable import ScalarSelect

from shop.catalogue.models import Product, Variant

stock_level = table("shop_stock_level", column("sku", String), column("available", Integer))


def units_available() -> ScalarSelect[int]:
    """SQL for the units of a product on the shelf, over its active variants; 0 when there is no stock row."""
    return (
        select(func.coalesce(func.sum(stock_level.c.available), 0))
        .select_from(Variant.__table__.join(stock_level, stock_level.c.sku == Variant.sku))
        .where(Variant.product_id == Product.id, Variant.active)
        .correlate(Product)
        .scalar_subquery()
    )
