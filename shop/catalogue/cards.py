"""What a product looks like in a list: read in one statement, ready for the template."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from shop.catalogue import codes
from shop.catalogue.models import CatalogueVersion, Picture, Price, Product, ProductFacet, Variant
from shop.catalogue.shelf import bundle_units, is_on_shelf, stock_level, units_available
from shop.catalogue.states import ProductStatus
from shop.money import Money

LAST_FEW = 5


@dataclass(frozen=True, slots=True)
class ShopWindow:
    """How this shop shows goods: its currency, its locale, and what addresses of pages and pictures begin with."""

    currency: str
    product_url: str
    picture_url: str
    media_url: str
    locale: str = "en_US"


class CardView(NamedTuple):
    """One product in a list. `price` is the lowest of its variants; `available` counts any variant."""

    sku: str
    name: str
    url: str
    kind_text: str
    picture_url: str
    picture_alt: str
    price: Money
    price_is_from: bool
    available: bool
    stock_text: str
    type: str


def _first_picture(column: Any) -> Any:
    return (
        select(column)
        .where(Picture.product_id == Product.id)
        .order_by(Picture.position, Picture.id)
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )


CARD_COLUMNS: tuple[Any, ...] = (
    Product.sku,
    Product.title,
    Product.slug,
    Product.type,
    Product.price_from_minor,
    Product.price_to_minor,
    units_available().label("units"),
    _first_picture(Picture.file_name).label("picture"),
    _first_picture(Picture.alt).label("alt"),
    select(CatalogueVersion.version).where(CatalogueVersion.id == 1).scalar_subquery().label("version"),
)

_IS_PUBLISHED = case((Product.status == ProductStatus.PUBLISHED, 1), else_=0) == 1
"""For statements that name their SKUs: no index serves it. By one on `status` SQLite would walk the whole catalogue."""


def card_of(row: Sequence[Any], window: ShopWindow) -> CardView:
    """A row of CARD_COLUMNS as a card."""
    sku, title, slug, kind, low, high, units, picture, alt, _version = row
    if picture is None:
        address, alt = f"{window.picture_url}{sku}.svg", f"Drawing: {title}"
    else:
        address = window.media_url + picture
    return CardView(
        sku,
        title,
        window.product_url + slug,
        codes.TYPES.get(kind) or codes.label_of(kind).capitalize(),
        address,
        alt,
        Money(low, window.currency),
        high > low,
        units > 0,
        stock_text(units),
        kind,
    )


def stock_text(units: int) -> str:
    """How many are left, in words: a number only when it is small enough to matter."""
    if units <= 0:
        return "Sold out"
    return f"{units} left in stock" if units <= LAST_FEW else "In stock"


def find_cards(
    session: Session,
    window: ShopWindow,
    *,
    skus: Iterable[str] | None = None,
    area: str | None = None,
    limit: int = 24,
    available_only: bool = True,
) -> tuple[CardView, ...]:
    """Cards of published products: those of `skus` in that order, or the first `limit` that reach `area`.

    Unknown, unpublished and (unless told otherwise) sold-out products are left out, so that no block shows a dead one.
    One statement.
    """
    wanted = None if skus is None else list(dict.fromkeys(skus))
    if wanted is not None and not wanted:
        return ()
    statement = _statement(wanted is not None, area is not None, available_only)
    rows = session.execute(statement, {"skus": wanted or [], "area": area or "", "limit": limit}).all()
    cards = [card_of(row, window) for row in rows]
    if wanted is not None:
        place = {sku: number for number, sku in enumerate(wanted)}
        cards.sort(key=lambda card: place[card.sku])
    return tuple(cards[:limit])


@cache
def _statement(by_sku: bool, by_area: bool, available_only: bool) -> Select[Any]:
    statement = select(*CARD_COLUMNS).where(_IS_PUBLISHED if by_sku else Product.status == ProductStatus.PUBLISHED)
    if available_only:
        statement = statement.where(is_on_shelf())
    if by_area:
        statement = statement.where(has_facet("area", bindparam("area")))
    if by_sku:
        return statement.where(Product.sku.in_(bindparam("skus", expanding=True)))
    return statement.order_by(Product.position, Product.id).limit(bindparam("limit"))


def _price_that_can_be_paid(of: Any) -> Any:
    """SQL: the least or the most of what the variants that are there cost in :currency; null when none does."""
    return (
        select(of(Price.minor))
        .join(Variant, Variant.id == Price.variant_id)
        .outerjoin(stock_level, stock_level.c.sku == Variant.sku)
        .where(Variant.product_id == Product.id, Variant.active, Price.currency == bindparam("currency"))
        .where(func.coalesce(bundle_units(), stock_level.c.available, 0) > 0)
        .correlate(Product)
        .scalar_subquery()
    )


_FOR_SALE = select(
    *CARD_COLUMNS, _price_that_can_be_paid(func.min).label("low"), _price_that_can_be_paid(func.max).label("high")
).where(_IS_PUBLISHED, Product.sku.in_(bindparam("skus", expanding=True)))


def cards_for_sale(session: Session, window: ShopWindow, skus: Sequence[str]) -> list[CardView]:
    """The cards of those products that can be bought now in the window's currency, in the order of `skus`.

    Each with the lowest price that can be paid now. One statement.
    """
    rows = session.connection().execute(_FOR_SALE, {"skus": list(skus), "currency": window.currency}).all()
    found = {
        row.sku: card_of(row[:-2], window)._replace(
            price=Money(row.low, window.currency), price_is_from=row.high > row.low
        )
        for row in rows
        if row.low is not None
    }
    return [found[sku] for sku in skus if sku in found]


def has_facet(kind: str, value: Any) -> ColumnElement[bool]:
    """SQL: the product reaches the area, or is used in the position, `value`."""
    return (
        select(ProductFacet.product_id)
        .where(ProductFacet.kind == kind, ProductFacet.value == value, ProductFacet.product_id == Product.id)
        .correlate(Product)
        .exists()
    )


def count_products() -> Select[int]:
    """SQL: how many published products there are; filters are added by the caller."""
    return select(func.count()).select_from(Product).where(Product.status == ProductStatus.PUBLISHED)
