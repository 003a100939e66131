"""Bundles: one price for several variants. What is in them, and whom they are not for: the union of their parts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session, aliased

from shop.catalogue.models import BundlePart, Product, Variant
from shop.catalogue.naming import full_name
from shop.catalogue.rules import is_stimulator, shown
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import FieldProblem, ProductValues

Codes = tuple[str, ...]
_PartVariant, _PartProduct = aliased(Variant), aliased(Product)


class PartView(NamedTuple):
    """A part as a page names it; `slug` is "" where the part has no page of its own."""

    sku: str
    name: str
    quantity: int
    slug: str


@dataclass(frozen=True, slots=True)
class Safety:
    """What keeps a product from somebody. None: nobody has said, so that it is for nobody with a health answer."""

    contraindications: Codes | None
    cautions: Codes | None
    allergens: Codes | None
    powered: bool | None
    heat: bool
    registration_number: str | None


_PARTS: Any = (
    select(
        Variant.product_id,
        Variant.id.label("variant_id"),
        BundlePart.part_sku,
        BundlePart.quantity,
        _PartVariant.option_value,
        _PartVariant.active,
        _PartProduct.id.label("part_product_id"),
        _PartProduct.title,
        _PartProduct.slug,
        _PartProduct.status,
        _PartProduct.type,
        _PartProduct.contraindications,
        _PartProduct.cautions,
        _PartProduct.allergens,
        _PartProduct.powered,
        _PartProduct.heat,
        _PartProduct.registration_number,
    )
    .join(BundlePart, BundlePart.variant_id == Variant.id)
    .outerjoin(_PartVariant, _PartVariant.sku == BundlePart.part_sku)
    .outerjoin(_PartProduct, _PartProduct.id == _PartVariant.product_id)
    .where(Variant.active)
    .order_by(Variant.position, Variant.id, BundlePart.part_sku)
)
_OF_PRODUCT = _PARTS.where(Variant.product_id == bindparam("product_id"))
_OF_VARIANTS = _PARTS.where(Variant.id.in_(bindparam("variant_ids", expanding=True)))
PartRow = Row[*tuple[Any, ...]]


def parts_of_product(session: Session, product_id: int) -> Sequence[PartRow]:
    """The parts of a product's active variants."""
    return session.connection().execute(_OF_PRODUCT, {"product_id": product_id}).all()


def parts_of_variants(session: Session, variant_ids: Iterable[int]) -> dict[int, list[PartRow]]:
    """The parts of some variants, by variant id."""
    found: dict[int, list[PartRow]] = defaultdict(list)
    wanted = list(variant_ids)
    if wanted:
        for row in session.execute(_OF_VARIANTS, {"variant_ids": wanted}):
            found[row.variant_id].append(row)
    return dict(found)


def parts_by_product(session: Session) -> dict[int, list[PartRow]]:
    """The parts of all bundles, by the bundle's product id."""
    found: dict[int, list[PartRow]] = defaultdict(list)
    for row in session.connection().execute(_PARTS):
        found[row.product_id].append(row)
    return dict(found)


def view_of(row: PartRow) -> PartView:
    """A row as a page names it."""
    name = full_name(row.title or "", row.option_value or "") or row.part_sku
    is_sold = row.status is ProductStatus.PUBLISHED and row.active
    return PartView(row.part_sku, name, row.quantity, row.slug if is_sold else "")


def safety_with_parts(product: Any, parts: Sequence[Any]) -> Safety:
    """The union of a product's own safety fields and its parts'. It fails closed: what is unknown of one is of all.

    A part that is an electrical stimulator makes the bundle one, whatever number that part has. Pure.
    """
    all_of_them = (product, *parts)
    stimulates = any(is_stimulator(part.type or "", part.powered, bool(part.heat)) for part in parts)
    powered = [part.powered for part in all_of_them]
    return Safety(
        contraindications=_union(part.contraindications for part in all_of_them),
        cautions=_union(part.cautions for part in all_of_them),
        allergens=_union(part.allergens for part in all_of_them),
        powered=True if stimulates else None if None in powered else any(powered),
        heat=any(bool(part.heat) for part in all_of_them) and not stimulates,
        registration_number=None if stimulates else product.registration_number,
    )


def _union(lists: Iterable[Codes | None]) -> Codes | None:
    found = list(lists)
    if any(codes is None for codes in found):
        return None
    return tuple(dict.fromkeys(code for codes in found for code in codes or ()))


def known_parts(session: Session, skus: Iterable[str]) -> dict[str, bool]:
    """Those of the SKUs that name an active variant, with whether it is a bundle itself."""
    wanted, found = list(dict.fromkeys(skus)), dict[str, bool]()
    is_bundle = select(BundlePart.variant_id).where(BundlePart.variant_id == Variant.id).exists()
    for start in range(0, len(wanted), 500):  # a statement takes a limited number of values
        query = select(Variant.sku, is_bundle).where(Variant.active, Variant.sku.in_(wanted[start : start + 500]))
        for sku, is_nested in session.execute(query):
            found[sku] = is_nested
    return found


def part_problems(values: ProductValues, known: Mapping[str, bool]) -> list[FieldProblem]:
    """What speaks against the parts that are named: one that is nowhere, or that is a bundle itself. Pure."""
    named = {sku for variant in values.variants for sku, _ in variant.parts}
    found = []
    for sku in sorted(named):
        if sku not in known:
            fix = "Correct the SKU, or save that product first."
            found.append(FieldProblem("bundle_parts", "SKUs of variants", shown(sku), fix))
        elif known[sku]:
            fix = "Name the parts of that bundle instead."
            found.append(FieldProblem("bundle_parts", "variants that are no bundles", shown(sku), fix))
    return found


def is_part_of_a_bundle(session: Session, skus: Iterable[str]) -> bool:
    """Whether any of the variants is a part of some bundle, which a bundle cannot be."""
    query = select(BundlePart.part_sku).where(BundlePart.part_sku.in_(list(skus))).limit(1)
    return session.scalar(query) is not None
