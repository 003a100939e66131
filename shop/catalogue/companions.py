"""What goes well with a product: the merchant's own pairs, then a pillow for a mat of the same place, and a mat for it.

Neither sold-out products nor a visitor's cart and answers are looked at here: what is found changes with the catalogue.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import case, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from shop.catalogue import codes
from shop.catalogue.memory import engine_of, remembered
from shop.catalogue.models import BundlePart, Product, ProductFacet, Variant
from shop.catalogue.rules import is_stimulator
from shop.catalogue.service import catalogue_version
from shop.catalogue.states import ProductStatus

MATS, PILLOWS = ("spike_mat", "travel_mat"), ("spike_pillow",)
NOT_A_PLACE = "any"
MOST_CONSIDERED = 60
_PartVariant, _PartProduct = aliased(Variant), aliased(Product)


class Subject(NamedTuple):
    """What a pair is looked for: `goes_with` are the SKUs that the merchant named."""

    id: int
    type: str
    areas: tuple[str, ...]
    goes_with: tuple[str, ...]


def companions_of(session: Session, skus: Iterable[str]) -> tuple[str, ...]:
    """The product SKUs that go with these products or variants, the best of the first one first.

    Two statements for each that was not asked for at this version of the catalogue.
    """
    version, engine = catalogue_version(session), engine_of(session)
    found: dict[str, None] = {}
    for sku in skus:
        found |= dict.fromkeys(remembered(engine, version, ("goes with", sku), partial(_of_sku, session, sku)))
    return tuple(found)


def companions(session: Session, subject: Subject) -> tuple[str, ...]:
    """The product SKUs that go with one product, the best first: no stimulator, and nothing that is in it. One
    statement, or none where nothing can go with it.
    """
    areas = [area for area in subject.areas if area != NOT_A_PLACE]
    partners = (PILLOWS if subject.type in MATS else MATS if subject.type in PILLOWS else ()) if areas else ()
    if not partners and not subject.goes_with:
        return ()
    named = {sku: place for place, sku in enumerate(subject.goes_with)}
    rows = session.connection().execute(_candidates(subject.id, partners, areas, list(named))).all()
    shown = [row.sku for row in rows if row.registration_number or not is_stimulator(row.type, row.powered, row.heat)]
    return tuple(sorted(shown, key=lambda sku: named.get(sku, len(named))))


def products_within(session: Session, skus: Iterable[str]) -> frozenset[str]:
    """The product SKUs of these variants, and of all that is in them. One statement."""
    wanted = list(skus)
    own = select(Product.sku).join(Variant, Variant.product_id == Product.id).where(Variant.sku.in_(wanted))
    inside = _parts(_PartProduct.sku).join(Variant, Variant.id == BundlePart.variant_id).where(Variant.sku.in_(wanted))
    return frozenset(session.scalars(union(own, inside)))


def _of_sku(session: Session, sku: str) -> tuple[str, ...]:
    of_variant = select(Variant.product_id).where(Variant.sku == sku)
    query = select(Product.id, Product.type, Product.areas, Product.goes_with)
    row = session.execute(query.where(or_(Product.sku == sku, Product.id.in_(of_variant)))).first()
    return () if row is None else companions(session, Subject(*row))


def _candidates(product_id: int, partners: Iterable[str], areas: list[str], named: list[str]) -> Any:
    shared = (
        select(func.count())
        .where(ProductFacet.kind == "area", ProductFacet.product_id == Product.id, ProductFacet.value.in_(areas))
        .correlate(Product)
        .scalar_subquery()
    )
    its_parts = _parts(_PartProduct.id).join(Variant, Variant.id == BundlePart.variant_id)
    stimulates = (_PartProduct.type == codes.STIMULATOR_TYPE) | (_PartProduct.powered & ~_PartProduct.heat)
    with_stimulator = its_parts.where(Variant.product_id == Product.id, stimulates).correlate(Product)
    is_named = Product.sku.in_(named)
    return (
        select(Product.sku, Product.type, Product.powered, Product.heat, Product.registration_number)
        .where(Product.status == ProductStatus.PUBLISHED, Product.id != product_id)
        .where(or_(is_named, Product.type.in_(partners) & (shared > 0)))
        .where(Product.id.not_in(its_parts.where(Variant.product_id == product_id)), ~with_stimulator.exists())
        .order_by(case((is_named, 0), else_=1), shared.desc(), Product.position, Product.id)
        .limit(MOST_CONSIDERED)
    )


def _parts(columns: Any) -> Any:
    return (
        select(columns)
        .select_from(BundlePart)
        .join(_PartVariant, _PartVariant.sku == BundlePart.part_sku)
        .join(_PartProduct, _PartProduct.id == _PartVariant.product_id)
    )
