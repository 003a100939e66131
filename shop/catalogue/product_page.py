"""All that a product page shows. What only changes with the catalogue is remembered; the stock is read each time."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from shop.catalogue import codes
from shop.catalogue.bundles import PartView, parts_of_product, safety_with_parts, view_of
from shop.catalogue.cards import LAST_FEW, ShopWindow, stock_text
from shop.catalogue.companions import Subject, companions
from shop.catalogue.facts import Wording, spelt, wording
from shop.catalogue.memory import engine_of, remembered
from shop.catalogue.models import BundlePart, CatalogueVersion, Picture, Price, PriceChange, Product, Variant
from shop.catalogue.price_history import price_histories
from shop.catalogue.reductions import Offered, lowest_before
from shop.catalogue.shelf import bundle_units, stock_level
from shop.catalogue.states import ProductStatus
from shop.errors import NotFound
from shop.money import Money


@dataclass(frozen=True, slots=True)
class PictureView:
    """One picture with its size in pixels."""

    url: str
    alt: str
    width: int
    height: int


class _Picture(NamedTuple):
    file_name: str
    alt: str
    width: int
    height: int
    variant_id: int | None


@dataclass(frozen=True, slots=True)
class VariantView:
    """One thing to put into the cart. `lowest_before` is the lowest price of the 30 days before a reduction (R41).

    A bundle has `parts`.
    """

    sku: str
    label: str
    price: Money
    picture_url: str
    available: bool
    stock_text: str
    history: tuple[Offered, ...] = ()
    lowest_before: Money | None = None
    parts: tuple[PartView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProductView:
    """A product page. `price` is the lowest of its variants, `first` the first variant that can be bought.

    `companions` are the SKUs of what goes with it, the best first, whether it can be bought now or not. `version` is
    that of the catalogue it was read at. Views are compared by identity: the same stock has the same view.
    """

    version: int
    sku: str
    slug: str
    url: str
    name: str
    type: str
    kind_text: str
    description: str
    price: Money
    price_is_from: bool
    option_name: str
    variants: tuple[VariantView, ...]
    pictures: tuple[PictureView, ...]
    areas: tuple[tuple[str, str], ...]
    words: Wording
    session_minutes: int | None
    care: str
    maker: str
    eu_contact: str
    warnings: str
    companions: tuple[str, ...]

    @property
    def first(self) -> VariantView | None:
        """The first variant that is in stock."""
        return next((variant for variant in self.variants if variant.available), None)

    @property
    def available(self) -> bool:
        """Whether anything of it can be bought now."""
        return any(variant.available for variant in self.variants)

    @property
    def stock_text(self) -> str:
        """The stock in words, over all variants."""
        return "Sold out" if not self.available else self.variants[0].stock_text if self.is_lone else "In stock"

    @property
    def lowest_before(self) -> Money | None:
        """The lowest price of the 30 days before, where it is the same for all variants and so are their prices."""
        told = {(variant.price, variant.lowest_before) for variant in self.variants}
        return self.variants[0].lowest_before if len(told) == 1 else None

    @property
    def parts(self) -> tuple[PartView, ...]:
        """What it contains, where that is the same for all variants."""
        return self.variants[0].parts if len({variant.parts for variant in self.variants}) == 1 else ()

    @property
    def is_lone(self) -> bool:
        """Whether there is nothing to choose."""
        return len(self.variants) == 1


_VERSION = select(CatalogueVersion.version).where(CatalogueVersion.id == 1).scalar_subquery()
_ANY_SHELF = (
    select(Variant.sku, func.coalesce(bundle_units(), stock_level.c.available, 0), _VERSION)
    .join(Product, Product.id == Variant.product_id)
    .outerjoin(stock_level, stock_level.c.sku == Variant.sku)
    .where(Product.slug == bindparam("slug"), Variant.active)
)
_SHELF = _ANY_SHELF.where(Product.status == ProductStatus.PUBLISHED)
_PRODUCT = (
    select(*Product.__table__.c, *(getattr(Picture, name).label(f"picture_{name}") for name in _Picture._fields))
    .outerjoin(Picture, Picture.product_id == Product.id)
    .where(Product.slug == bindparam("slug"))
    .order_by(Picture.position, Picture.id)
)
_PART_COUNT = select(func.count()).where(BundlePart.variant_id == Variant.id).correlate(Variant).scalar_subquery()
_CHANGE_COUNT = (
    select(func.count())
    .where(PriceChange.variant_id == Variant.id, PriceChange.currency == bindparam("currency"))
    .correlate(Variant)
    .scalar_subquery()
)
_VARIANTS = (
    select(
        Variant.sku,
        Variant.option_value,
        Variant.id,
        Price.minor,
        _PART_COUNT.label("part_count"),
        _CHANGE_COUNT.label("change_count"),
    )
    .join(Price, (Price.variant_id == Variant.id) & (Price.currency == bindparam("currency")))
    .where(Variant.product_id == bindparam("product_id"), Variant.active)
    .order_by(Variant.position, Variant.id)
)


def get_product_page(session: Session, slug: str, window: ShopWindow, *, now: datetime | None = None) -> ProductView:
    """The page of a published product. One statement, or four after a change, and one more each for a
    bundle's parts and a price that has changed. Raises NotFound for any other slug.

    Reductions are told as they stand at `now`; without it none are.
    """
    rows = session.connection().execute(_SHELF, {"slug": slug}).all()
    if not rows:
        raise NotFound("We do not sell this, or no longer.")
    units = defaultdict(int, {sku: min(available, LAST_FEW + 1) for sku, available, _ in rows})
    engine, version, key = engine_of(session), rows[0][2] or 0, ("product", slug, window)
    known: ProductView = remembered(engine, version, key, lambda: _read(session, slug, window, version))

    def finished() -> ProductView:
        return replace(known, variants=tuple(_at(variant, units[variant.sku], now) for variant in known.variants))

    if any(variant.history for variant in known.variants):
        return finished()  # what is told of a reduction changes with time
    return remembered(engine, version, (*key, *units.items()), finished)


def preview_page(session: Session, slug: str, window: ShopWindow) -> ProductView:
    """The page of any product, drafts included, as it would be now. Nothing is remembered: it is being worked on.

    Raises NotFound for a slug that no product has.
    """
    if session.scalar(select(Product.id).where(Product.slug == slug)) is None:
        raise NotFound("There is no such product.")
    shown = _read(session, slug, window, 0)
    rows = session.connection().execute(_ANY_SHELF, {"slug": slug}).all()
    units = defaultdict(int, {sku: available for sku, available, _ in rows})
    return replace(shown, variants=tuple(_at(variant, units[variant.sku], None) for variant in shown.variants))


def _at(variant: VariantView, units: int, now: datetime | None) -> VariantView:
    """The variant with the stock and the reduction of this moment."""
    lowest = lowest_before(variant.history, now) if now is not None else None
    return replace(
        variant,
        available=units > 0,
        stock_text=stock_text(units),
        history=(),
        lowest_before=None if lowest is None else Money(lowest, variant.price.currency),
    )


def _read(session: Session, slug: str, window: ShopWindow, version: int) -> ProductView:
    connection = session.connection()  # plain rows: the session's way to them costs half as much again
    rows = connection.execute(_PRODUCT, {"slug": slug}).all()
    product, pictures = rows[0], [_Picture(*row[-len(_Picture._fields) :]) for row in rows if row.picture_file_name]
    variant_rows = connection.execute(_VARIANTS, {"product_id": product.id, "currency": window.currency}).all()
    kind = codes.label_of(product.type)
    prices = [row.minor for row in variant_rows] or [product.price_from_minor]
    parts = parts_of_product(session, product.id) if any(row.part_count for row in variant_rows) else ()
    is_changed = any(row.change_count > 1 for row in variant_rows)  # one price alone was never another
    histories = price_histories(session, product.id, window.currency) if is_changed else {}
    return ProductView(
        version=version,
        sku=product.sku,
        slug=product.slug,
        url=window.product_url + product.slug,
        name=product.title,
        type=product.type,
        kind_text=kind[:1].upper() + kind[1:],
        description=product.description,
        price=Money(min(prices), window.currency),
        price_is_from=max(prices) > min(prices),
        option_name=spelt(product.option_name, window.locale),
        variants=tuple(_variant(row, pictures, window, histories.get(row.sku, ()), parts) for row in variant_rows),
        pictures=_pictures(product, pictures, window),
        areas=tuple((code, codes.AREAS[code]) for code in product.areas if code in codes.AREAS and code != "any"),
        words=wording(product, safety_with_parts(product, parts), locale=window.locale),
        session_minutes=product.session_minutes,
        care=product.care,
        maker=product.maker,
        eu_contact=product.eu_contact,
        warnings=product.warnings,
        companions=companions(session, Subject(product.id, product.type, product.areas, product.goes_with)),
    )


def _variant(row: Any, pictures: Any, window: ShopWindow, history: tuple[Offered, ...], parts: Any) -> VariantView:
    sku, option, variant_id, minor, *_ = row
    own = next((picture.file_name for picture in pictures if picture.variant_id == variant_id), None)
    address = window.media_url + own if own else f"{window.picture_url}{sku}.svg"
    label = option[:1].upper() + option[1:]
    own_parts = tuple(view_of(part) for part in parts if part.variant_id == variant_id)
    return VariantView(sku, label, Money(minor, window.currency), address, False, "", history=history, parts=own_parts)


def _pictures(product: Any, rows: Any, window: ShopWindow) -> tuple[PictureView, ...]:
    if not rows:
        drawing = f"{window.picture_url}{product.sku}.svg"
        return (PictureView(drawing, f"Drawing: {product.title}", 600, 480),)
    return tuple(PictureView(window.media_url + row.file_name, row.alt, row.width, row.height) for row in rows)
