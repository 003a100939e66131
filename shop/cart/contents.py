"""A cart read for its page: each line with today's price and stock, and what changed since it was put in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select
from sqlalchemy.orm import Session

from shop.cart.models import Cart, CartLine
from shop.cart.rules import CartLineView, CartView, DeliveryChoice, notices
from shop.cart.shelf import CartShelf, shelf_of
from shop.catalogue.models import BundlePart, Picture, Price, Product, Variant
from shop.catalogue.naming import options_on_sale, title_of_choice
from shop.catalogue.states import ProductStatus
from shop.money import Money
from shop.pricing.rules import Item, Place, Zones, delivery_price, make_quote
from shop.promotions import service as promotions
from shop.promotions.rules import Sale
from shop.stock.models import StockLevel

_PICTURE = (
    select(Picture.file_name)
    .where(Picture.product_id == Product.id, or_(Picture.variant_id.is_(None), Picture.variant_id == Variant.id))
    .order_by(Picture.variant_id.is_(None), Picture.position, Picture.id)
    .limit(1)
    .correlate(Product, Variant)
    .scalar_subquery()
)
_CONTENTS = (
    select(
        Variant.sku,
        Variant.id.label("variant_id"),
        Product.id.label("product_id"),
        Product.slug,
        Product.title,
        Product.sku.label("product_sku"),
        Product.type,
        Product.weight_grams,
        Product.tax_class,
        Variant.option_value,
        options_on_sale,
        CartLine.quantity,
        CartLine.seen_minor,
        CartLine.seen_currency,
        Price.minor,
        StockLevel.available,
        Variant.active,
        Product.status,
        select(func.count())
        .where(BundlePart.variant_id == Variant.id)
        .correlate(Variant)
        .scalar_subquery()
        .label("part_count"),
        _PICTURE.label("picture_file"),
    )
    .join(Variant, Variant.id == CartLine.variant_id)
    .join(Product, Product.id == Variant.product_id)
    .outerjoin(Price, (Price.variant_id == Variant.id) & (Price.currency == bindparam("in_currency")))
    .outerjoin(StockLevel, StockLevel.sku == Variant.sku)
    .where(CartLine.cart_id == bindparam("its_cart"))
    .order_by(CartLine.added_at, CartLine.variant_id)
)


def view(
    session: Session,
    cart: Cart,
    zones: Zones,
    own_holds: Mapping[str, int] | None = None,
    *,
    now: datetime,
    email: str = "",
) -> CartView:
    """Everything the cart page says. `own_holds` are units that this cart's own unpaid order keeps, per SKU.

    With the customer's `email` a promotion's limit per customer is looked at as well.
    """
    place = place_of(cart, zones)
    rows = session.execute(_CONTENTS, {"its_cart": cart.id, "in_currency": place.zone.currency}).all()
    shelf = shelf_of(session, rows, own_holds or {})
    lines = tuple(_line(row, place.zone.currency, shelf) for row in rows)
    items = [_item(row, line.unit) for row, line in zip(rows, lines, strict=True) if line.unit is not None]
    sale = Sale(place, items, now)
    choice = promotions.choice_for(session, cart.promotion_code, sale, cart_id=cart.id, email=email)
    return CartView(
        cart_id=cart.id,
        version=cart.version,
        lines=lines,
        place=place,
        quote=make_quote(place, items, choice.deduction),
        deliveries=_deliveries(place, items, is_free=choice.deduction is not None and choice.deduction.frees_delivery),
        is_country_chosen=cart.country is not None,
        promotion=choice,
        items=tuple(items),
    )


def place_of(cart: Cart, zones: Zones) -> Place:
    """Where the cart goes: what was chosen, or the home country and its cheapest delivery."""
    country = cart.country if zones.find(cart.country) is not None and cart.country else zones.home
    zone = zones.zone(country)
    region = cart.region if cart.region in zone.countries[country].regions else None
    return Place(zone, country, region, zone.method_or_cheapest(cart.shipping_method))


def _line(row: Row[*tuple[Any, ...]], currency: str, shelf: CartShelf) -> CartLineView:
    is_sold = row.active and row.status is ProductStatus.PUBLISHED and row.minor is not None
    unit = Money(row.minor, currency) if is_sold else None
    return CartLineView(
        sku=row.sku,
        product_id=row.product_id,
        slug=row.slug,
        title=title_of_choice(row.title, row.options),
        option_value=row.option_value,
        picture_file=row.picture_file,
        quantity=row.quantity,
        unit=unit,
        total=None if unit is None else unit * row.quantity,
        notices=notices(
            quantity=row.quantity,
            available=shelf.take(row.sku, row.quantity) if is_sold else 0,
            seen=Money(row.seen_minor, row.seen_currency),
            unit=unit,
        ),
        parts=shelf.parts.get(row.sku, ()),
    )


def _item(row: Row[*tuple[Any, ...]], unit: Money) -> Item:
    return Item(
        row.sku,
        row.quantity,
        unit,
        weight_grams=row.weight_grams or 0,
        tax_class=row.tax_class,
        product_sku=row.product_sku,
        type=row.type,
    )


def _deliveries(place: Place, items: Sequence[Item], *, is_free: bool) -> tuple[DeliveryChoice, ...]:
    nothing = Money(0, place.zone.currency)
    return tuple(
        DeliveryChoice(
            method, nothing if is_free else delivery_price(place, items, method), method.code == place.method.code
        )
        for method in place.zone.methods
    )
