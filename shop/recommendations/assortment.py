"""The catalogue as the recommender sees it, kept per process and catalogue version; what is sold out is read afresh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from recommender.types import Item
from shop.catalogue.cards import LAST_FEW
from shop.catalogue.memory import engine_of, remembered
from shop.catalogue.models import BundlePart, CatalogueVersion, Price, Product, Variant
from shop.catalogue.service import catalogue_version
from shop.catalogue.snapshot import PublishedProduct, all_published
from shop.catalogue.states import ProductStatus
from shop.money import Money
from shop.stock.models import StockLevel

_WHOLE = (
    "pressure_min", "pressure_max", "portability", "dexterity", "session_minutes", "weight_grams", "length_mm",
    "width_mm",
)  # fmt: skip
_CODES = ("areas", "pain_kinds", "positions")
_SAFETY_CODES = ("contraindications", "cautions", "allergens")
_WORDS = ("coverage", "level", "registration_number")


class Offer(NamedTuple):
    """A variant with a price in the shop's currency. `option` is "" for a lone one."""

    sku: str
    option: str
    price: Money


_OFFERS = (
    select(Product.sku, Product.option_name, Variant.sku, Variant.option_value, Price.minor, StockLevel.sku.is_(None))
    .join(Variant, Variant.product_id == Product.id)
    .outerjoin(Price, (Price.variant_id == Variant.id) & (Price.currency == bindparam("currency")))
    .outerjoin(StockLevel, StockLevel.sku == Variant.sku)
    .where(Product.status == ProductStatus.PUBLISHED, Variant.active)
    .order_by(Product.id, Variant.position, Variant.id)
)
_IS_PART = StockLevel.sku.in_(select(BundlePart.part_sku))
_WANTED = (StockLevel.available <= LAST_FEW) | _IS_PART
_FEW_LEFT = select(StockLevel.sku, StockLevel.available).where(_WANTED)
_VERSION_AND_FEW_LEFT = (
    select(CatalogueVersion.version, StockLevel.sku, StockLevel.available)
    .select_from(CatalogueVersion)
    .outerjoin(StockLevel, _WANTED)
    .where(CatalogueVersion.id == 1)
)
_COUNTED = select(StockLevel.sku).where(StockLevel.available > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Assortment:
    """All published products but those whose row makes no sense. `offers` are by product SKU, in the shop's order.

    `product_of` gives the product's SKU for its own and its variants' SKUs; `sold_out` names variants, and
    `uncounted` those that had no stock yet when the catalogue was read. `parts` are those of
    each bundle variant: one that is not sold is never there.
    """

    items: tuple[Item, ...]
    by_sku: Mapping[str, Item]
    offers: Mapping[str, tuple[Offer, ...]]
    option_names: Mapping[str, str]
    product_of: Mapping[str, str]
    uncounted: frozenset[str]
    parts: Mapping[str, Mapping[str, int]]
    sold_out: frozenset[str] = frozenset()

    def offers_of(self, sku: str) -> list[Offer]:
        """The variants of a product that can be bought now."""
        return [offer for offer in self.offers.get(sku, ()) if offer.sku not in self.sold_out]

    def find_item(self, sku: str) -> Item | None:
        """The product with this SKU, or the product of the variant with it."""
        return self.by_sku.get(self.product_of.get(sku, sku))


class Shelf(NamedTuple):
    """The products with what is there at this moment; `few_left` are the units of variants that run out."""

    version: int
    assortment: Assortment
    few_left: Mapping[str, int]

    def units_of(self, sku: str) -> int:
        """The units of a product: exact when only few are left, else some number above that."""
        offers = self.assortment.offers.get(sku, ())
        return sum(self.few_left.get(offer.sku, LAST_FEW + 1) for offer in offers)


def whole_assortment(session: Session, currency: str) -> Assortment:
    """The published products without a look at the stock: every variant counts as there.

    One statement when nothing changed since the last call.
    """
    return _whole(session, currency, catalogue_version(session))


def current_shelf(session: Session, currency: str) -> Shelf:
    """The published products with what is there this moment; the price of each is the lowest that can be paid.

    One statement when nothing changed. The same catalogue and stock give the very same items, for which the
    recommender keeps its arrays.
    """
    rows = session.connection().execute(_VERSION_AND_FEW_LEFT).all()  # plain rows: nothing of them is an object
    version = rows[0][0] if rows else 0
    few_left = {sku: units for _, sku, units in rows if sku} if rows else _few_left(session)
    whole = _whole(session, currency, version)
    if whole.uncounted:
        counted = set(session.scalars(_COUNTED))
        few_left |= dict.fromkeys(whole.uncounted - counted, 0)
    few_left |= {sku: _bundle_units(needs, few_left, whole) for sku, needs in whole.parts.items()}
    sold_out = frozenset(sku for sku, units in few_left.items() if units <= 0 and sku in whole.product_of)
    stand = hash((version, sold_out))
    stocked = remembered(engine_of(session), stand, ("stocked", currency), lambda: _stocked(whole, sold_out))
    return Shelf(version, stocked, few_left)


def current_assortment(session: Session, currency: str) -> Assortment:
    """The products of `current_shelf`."""
    return current_shelf(session, currency).assortment


def _few_left(session: Session) -> dict[str, int]:
    return {row.sku: row.available for row in session.execute(_FEW_LEFT)}


def _bundle_units(needs: Mapping[str, int], left: Mapping[str, int], whole: Assortment) -> int:
    """How many of a bundle its parts allow: every part's units are among those that are read."""
    return min(left.get(sku, 0) // each if sku in whole.product_of else 0 for sku, each in needs.items())


def _whole(session: Session, currency: str, version: int) -> Assortment:
    return remembered(engine_of(session), version, ("assortment", currency), lambda: _read(session, currency))


def _read(session: Session, currency: str) -> Assortment:
    offers: dict[str, list[Offer]] = {}
    option_names, product_of, uncounted = {}, {}, set()
    parts = _parts(session)
    for sku, option_name, variant_sku, option, minor, is_uncounted in session.execute(_OFFERS, {"currency": currency}):
        option_names[sku] = option_name
        product_of[variant_sku] = sku
        if is_uncounted and variant_sku not in parts:
            uncounted.add(variant_sku)
        if minor is not None:
            offers.setdefault(sku, []).append(Offer(variant_sku, option, Money(minor, currency)))
    products = all_published(session)
    product_of |= {product.sku: product.sku for product in products}
    items = {product.sku: item for product in products if (item := item_of(product)) is not None}
    return Assortment(
        items=tuple(items.values()),
        by_sku=items,
        offers={sku: tuple(variants) for sku, variants in offers.items()},
        option_names=option_names,
        product_of=product_of,
        uncounted=frozenset(uncounted),
        parts={sku: needs for sku, needs in parts.items() if sku in product_of},
    )


def _parts(session: Session) -> dict[str, dict[str, int]]:
    query = select(Variant.sku, BundlePart.part_sku, BundlePart.quantity).join(
        BundlePart, BundlePart.variant_id == Variant.id
    )
    found: dict[str, dict[str, int]] = {}
    for sku, part_sku, quantity in session.execute(query):
        found.setdefault(sku, {})[part_sku] = quantity
    return found


def _stocked(whole: Assortment, sold_out: frozenset[str]) -> Assortment:
    stocked = replace(whole, sold_out=sold_out)
    items = {item.sku: _at_hand(item, stocked) for item in whole.items}
    return replace(stocked, items=tuple(items.values()), by_sku=items)


def _at_hand(item: Item, stocked: Assortment) -> Item:
    prices = [offer.price.minor for offer in stocked.offers_of(item.sku)]
    price = min(prices, default=item.price_minor)
    if (bool(prices), price) == (item.available, item.price_minor):
        return item
    return replace(item, available=bool(prices), price_minor=price)


def item_of(product: PublishedProduct) -> Item | None:
    """A published row as the recommender reads it; None for a row that makes no sense (R31: it fails closed)."""
    if not _is_readable(product):
        return None
    fields: dict[str, Any] = {name: getattr(product, name) for name in (*_WHOLE, *_WORDS)}
    fields |= {name: frozenset(getattr(product, name)) for name in _CODES}
    for name in _SAFETY_CODES:
        codes = cast(Sequence[str] | None, getattr(product, name))
        fields[name] = None if codes is None else frozenset(codes)
    return Item(
        sku=product.sku,
        title=product.title,
        type=product.type,
        price_minor=product.price_minor,
        available=True,
        powered=product.powered,
        heat=bool(product.heat),
        **fields,
    )


def _is_readable(product: PublishedProduct) -> bool:
    """SQLite keeps what it is given, whatever the column's type: a text where a number belongs is found here."""
    whole = all(_is_whole(getattr(product, name)) for name in _WHOLE)
    texts = all(isinstance(getattr(product, name), str | None) for name in _WORDS)
    codes = all(isinstance(getattr(product, name), tuple) for name in _CODES)
    return whole and texts and codes and isinstance(product.price_minor, int) and product.price_minor >= 0


def _is_whole(value: object) -> bool:
    return value is None or (isinstance(value, int) and 0 <= value <= 10**9)
