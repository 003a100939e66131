"""What the drawing of a product or a variant is made from."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from shop.catalogue.models import Product, Variant
from shop.illustration import Subject


class DrawnThing(NamedTuple):
    """A subject and its colour: the same thing gives the same picture."""

    subject: Subject
    colour: str | None


_COLUMNS: tuple[Any, ...] = (
    Product.sku,
    Product.title,
    Product.type,
    Product.length_mm,
    Product.width_mm,
    Product.pressure_min,
    Product.pressure_max,
    Product.materials,
    Product.set_includes,
    Product.coverage,
    Product.heat,
    Variant.option_value,
)
_BY_SKU = (
    select(*_COLUMNS)
    .join(Variant, Variant.product_id == Product.id)
    .where(or_(Product.sku == bindparam("sku"), Variant.sku == bindparam("sku")))
    .order_by((Variant.sku == bindparam("sku")).desc(), Variant.position)
    .limit(1)
)


def find_drawn_thing(session: Session, sku: str) -> DrawnThing | None:
    """What to draw for the SKU of a product (in its first variant) or of a variant, in any state."""
    row = session.execute(_BY_SKU, {"sku": sku}).first()
    if row is None:
        return None
    subject = Subject(
        sku=row.sku,
        name=row.title,
        type=row.type,
        length_mm=row.length_mm,
        width_mm=row.width_mm,
        pressure_min=row.pressure_min,
        pressure_max=row.pressure_max,
        materials=row.materials,
        set_includes=tuple(part.strip() for part in row.set_includes.split(",") if part.strip()),
        coverage=row.coverage or "",
        heat=row.heat,
    )
    return DrawnThing(subject, row.option_value or None)
