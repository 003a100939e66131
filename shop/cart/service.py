"""A visitor's cart: found by the token in their cookie, changed under a lock on its row, read with today's prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from shop.cart.contents import view
from shop.cart.models import Cart, CartLine
from shop.cart.prices import follow_currency
from shop.cart.rules import MAX_LINES, MAX_QUANTITY, CartFull, CartTerms, CartView, NotSold, SoldOut
from shop.cart.upkeep import clear_after_payment, delete_expired, lock_cart
from shop.catalogue.models import Price, Product, Variant
from shop.catalogue.naming import name_of_choice, options_on_sale
from shop.catalogue.shelf import bundle_units
from shop.catalogue.states import ProductStatus
from shop.db import Base
from shop.errors import BadInput, NotFound
from shop.keys import fingerprint, new_token
from shop.money import Money
from shop.pricing.rules import Zones
from shop.stock.models import StockLevel

__all__ = [
    "Added",
    "CartTerms",
    "CartView",
    "Delivery",
    "add",
    "choose_delivery",
    "clear_after_payment",
    "count_units",
    "delete_expired",
    "find_cart",
    "find_line",
    "lock_cart",
    "offer_of",
    "remove",
    "set_quantity",
    "terms_of",
    "view",
]

# Every change begins with this statement: it finds the cart and locks its row, so that changes queue up.
_TOUCH = (
    update(Cart)
    .where(Cart.token_hash == bindparam("its_hash"), Cart.expires_at > bindparam("at"))
    .values(version=Cart.version + 1, expires_at=bindparam("until"))
    .returning(Cart.id, Cart.country)
    .execution_options(synchronize_session=False)
)
_AVAILABLE = func.coalesce(bundle_units(), StockLevel.available).label("available")
_OFFER = (
    select(Variant.id, Product.title, Product.slug, Variant.option_value, options_on_sale, Price.minor, _AVAILABLE)
    .join(Product, Product.id == Variant.product_id)
    .outerjoin(Price, (Price.variant_id == Variant.id) & (Price.currency == bindparam("in_currency")))
    .outerjoin(StockLevel, StockLevel.sku == Variant.sku)
    .where(Variant.sku == bindparam("its_sku"), Variant.active, Product.status == ProductStatus.PUBLISHED)
)
_OPEN_CART = insert(Base.metadata.tables["shop_cart"]).returning(Cart.id)
_INSERT_LINE = insert(Base.metadata.tables["shop_cart_line"])
_QUANTITIES = select(CartLine.variant_id, CartLine.quantity).where(CartLine.cart_id == bindparam("its_cart"))


@dataclass(frozen=True, slots=True)
class Added:
    """What went into which cart; `token` belongs into the visitor's cookie."""

    token: str
    title: str
    slug: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where to and how; region and method may be left open."""

    country: str
    region: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class _Touched:
    """The cart whose row is locked now."""

    id: int
    country: str | None


@dataclass(frozen=True, slots=True)
class _Offer:
    """A variant that can be put into a cart."""

    variant_id: int
    title: str
    slug: str
    price: Money


def terms_of(zones: Zones, cart_days: int) -> CartTerms:
    """The terms that carts of a shop with these zones live by."""
    currencies: dict[str | None, str] = {code: zone.currency for zone in zones.zones for code in zone.countries}
    currencies[None] = zones.zone(None).currency
    return CartTerms(currencies, cart_days)


def find_cart(session: Session, token: str | None, now: datetime) -> Cart | None:
    """The living cart of a token."""
    if not token:
        return None
    return session.scalar(select(Cart).where(Cart.token_hash == fingerprint(token), Cart.expires_at > now))


def count_units(session: Session, token: str | None, now: datetime) -> int:
    """How many pieces lie in the cart of a token."""
    if not token:
        return 0
    pieces = select(func.coalesce(func.sum(CartLine.quantity), 0)).join(Cart, Cart.id == CartLine.cart_id)
    return session.scalar(pieces.where(Cart.token_hash == fingerprint(token), Cart.expires_at > now)) or 0


def add(session: Session, token: str | None, sku: str, quantity: int, *, terms: CartTerms, now: datetime) -> Added:
    """Put `quantity` more of `sku` into the cart of `token`, or into a new one when that one is gone.

    Raises NotSold, SoldOut, or CartFull above the caps; BadInput for a quantity below one.
    """
    if not 1 <= quantity <= MAX_QUANTITY:
        raise BadInput(f"The quantity must be a whole number from 1 to {MAX_QUANTITY}.")
    cart = _touch(session, token, terms, now)
    offer, left = offer_of(session, sku, terms.currency_of.get(cart.country if cart else None, terms.currency_of[None]))
    if cart is None or token is None:
        token, cart_id, present = new_token(), None, dict[int, int]()
    else:
        cart_id = cart.id
        present = {row.variant_id: row.quantity for row in session.execute(_QUANTITIES, {"its_cart": cart_id})}
    _check_caps(offer, left, quantity, present)
    if cart_id is None:
        cart_id = _open_cart(session, token, terms, now)
    if offer.variant_id in present:
        _write_quantity(session, cart_id, offer.variant_id, present[offer.variant_id] + quantity)
    else:
        _insert_line(session, cart_id, offer, quantity, now)
    return Added(token, offer.title, offer.slug, quantity)


def set_quantity(
    session: Session, token: str | None, sku: str, quantity: int, *, terms: CartTerms, now: datetime
) -> None:
    """Set how many of `sku` the cart holds; 0 removes it.

    Raises NotFound when the cart or the line is gone, BadInput for a quantity out of range.
    """
    if not 0 <= quantity <= MAX_QUANTITY:
        raise BadInput(f"The quantity must be a whole number from 0 to {MAX_QUANTITY}.")
    cart = _touched(session, token, terms, now)
    variant_id = session.scalar(select(Variant.id).where(Variant.sku == sku))
    if variant_id is None:
        raise NotFound("This product is not in your cart.")
    _write_quantity(session, cart.id, variant_id, quantity)


def remove(session: Session, token: str | None, sku: str, *, terms: CartTerms, now: datetime) -> int:
    """Take a line out; returns how many pieces it was, so that the removal can be undone by `add`."""
    cart = _touched(session, token, terms, now)
    variant = select(Variant.id).where(Variant.sku == sku).scalar_subquery()
    quantity = session.scalar(
        delete(CartLine)
        .where(CartLine.cart_id == cart.id, CartLine.variant_id == variant)
        .returning(CartLine.quantity)
        .execution_options(synchronize_session=False)
    )
    return quantity or 0


def choose_delivery(
    session: Session, token: str | None, wanted: Delivery, *, zones: Zones, terms: CartTerms, now: datetime
) -> None:
    """Note where the cart goes and how; a region or method that is not offered there counts as not chosen.

    Raises BadInput for a country the shop does not deliver to, NotFound when the cart is gone.
    """
    zone = zones.zone(wanted.country)
    regions = zone.countries[wanted.country].regions
    cart = _touched(session, token, terms, now)
    session.execute(
        update(Cart)
        .where(Cart.id == cart.id)
        .values(
            country=wanted.country,
            region=wanted.region if wanted.region in regions else None,
            shipping_method=wanted.method if zone.find_method(wanted.method) else None,
        )
    )
    follow_currency(session, cart.id, zone.currency)


def find_line(session: Session, token: str | None, sku: str, now: datetime) -> tuple[str, int] | None:
    """(name, pieces) of a line in the cart of a token."""
    if not token:
        return None
    row = session.execute(
        select(Product.title, Variant.option_value, options_on_sale, CartLine.quantity)
        .join(Variant, Variant.product_id == Product.id)
        .join(CartLine, CartLine.variant_id == Variant.id)
        .join(Cart, Cart.id == CartLine.cart_id)
        .where(Cart.token_hash == fingerprint(token), Cart.expires_at > now, Variant.sku == sku)
    ).first()
    return None if row is None else (name_of_choice(*row[:3]), row.quantity)


def _touch(session: Session, token: str | None, terms: CartTerms, now: datetime) -> _Touched | None:
    if not token:
        return None
    until = now + timedelta(days=terms.cart_days)
    row = session.execute(_TOUCH, {"its_hash": fingerprint(token), "at": now, "until": until}).first()
    return None if row is None else _Touched(row[0], row[1])


def _touched(session: Session, token: str | None, terms: CartTerms, now: datetime) -> _Touched:
    cart = _touch(session, token, terms, now)
    if cart is None:
        raise NotFound("This cart is empty, or was left for too long.")
    return cart


def _open_cart(session: Session, token: str, terms: CartTerms, now: datetime) -> int:
    return session.scalars(
        _OPEN_CART,
        {
            "token_hash": fingerprint(token),
            "version": 1,
            "created_at": now,
            "expires_at": now + timedelta(days=terms.cart_days),
        },
    ).one()


def offer_of(session: Session, sku: str, currency: str) -> tuple[_Offer, int]:
    """What can be put into a cart in that currency, and how many are left. Raises NotSold."""
    row = session.execute(_OFFER, {"its_sku": sku, "in_currency": currency}).first()
    if row is None or row.minor is None:
        raise NotSold
    name = name_of_choice(row.title, row.option_value, row.options)
    return _Offer(row.id, name, row.slug, Money(row.minor, currency)), row.available or 0


def _check_caps(offer: _Offer, left: int, quantity: int, present: Mapping[int, int]) -> None:
    if offer.variant_id not in present:
        if left <= 0:
            raise SoldOut(offer.title)
        if len(present) >= MAX_LINES:
            raise CartFull(f"A cart holds up to {MAX_LINES} different products. It was left as it was.")
    if present.get(offer.variant_id, 0) + quantity > MAX_QUANTITY:
        raise CartFull(f"A cart holds up to {MAX_QUANTITY} of one product. It was left as it was.")


def _insert_line(session: Session, cart_id: int, offer: _Offer, quantity: int, now: datetime) -> None:
    session.execute(
        _INSERT_LINE,
        {
            "cart_id": cart_id,
            "variant_id": offer.variant_id,
            "quantity": quantity,
            "seen_minor": offer.price.minor,
            "seen_currency": offer.price.currency,
            "added_at": now,
        },
    )


def _write_quantity(session: Session, cart_id: int, variant_id: int, quantity: int) -> None:
    line = (CartLine.cart_id == cart_id, CartLine.variant_id == variant_id)
    change = update(CartLine).where(*line).values(quantity=quantity) if quantity else delete(CartLine).where(*line)
    found = session.execute(change.returning(CartLine.variant_id).execution_options(synchronize_session=False)).first()
    if found is None:
        raise NotFound("This product is not in your cart.")
