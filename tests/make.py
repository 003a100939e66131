"""Plain builders of rows. Each adds to the session, flushes and returns what it made."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from shop.catalogue.models import Price, Product, ProductFacet, Variant
from shop.catalogue.rules import Standards, TypeSafety
from shop.catalogue.states import ProductStatus
from shop.catalogue.values import ProductValues, VariantValues
from shop.content.claims import find_claims
from shop.orders.models import Order, OrderLine
from shop.promotions.models import Promotion
from shop.promotions.states import PromotionKind
from shop.stock import service as stock
from shop.stock.models import StockLevel

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
CLAIMS_ONLY = Standards(lint=find_claims, safety_of=lambda _type: TypeSafety())
"""What a product is measured by where its type does not matter; `type_safety` is the shop's own."""


def make_product(
    session: Session,
    sku: str = "MAT01",
    *,
    variants: tuple[str, ...] = ("CHARCOAL",),
    price: int = 3400,
    available: int = 10,
    **fields: Any,
) -> Product:
    """A published mat with safety fields, one price in USD and EUR a variant, and stock for each variant."""
    defaults: dict[str, Any] = {
        "slug": sku.lower(),
        "title": f"Mat {sku}",
        "type": "spike_mat",
        "description": "A cotton-covered foam mat with small plastic spikes.",
        "status": ProductStatus.PUBLISHED,
        "price_from_minor": price,
        "price_to_minor": price,
        "areas": ("lower_back", "upper_back"),
        "pain_kinds": ("muscular_tension", "chronic_low_back"),
        "positions": ("lying", "sitting"),
        "pressure_min": 2,
        "pressure_max": 4,
        "coverage": "whole",
        "portability": 3,
        "dexterity": 1,
        "contraindications": ("PREG", "BLEED"),
        "cautions": ("OSTEO",),
        "allergens": (),
        "materials": ("cotton",),
        "powered": False,
        "length_mm": 680,
        "width_mm": 420,
        "weight_grams": 620,
        "session_minutes": 20,
        "level": "beginner",
    }
    product = Product(created_at=NOW, updated_at=NOW, sku=sku, **(defaults | fields))
    for position, option in enumerate(variants):
        variant_sku = f"{sku}-{option}" if option else sku
        prices = [Price(currency="USD", minor=price), Price(currency="EUR", minor=price)]
        named = {"sku": variant_sku, "option_value": option.capitalize(), "position": position}
        product.variants.append(Variant(prices=prices, **named))
        make_stock(session, variant_sku, available=available)
    session.add(product)
    session.flush()  # facets need the id
    for kind, values in (("area", product.areas), ("position", product.positions)):
        session.add_all(ProductFacet(kind=kind, value=value, product_id=product.id) for value in values)
    session.flush()
    return product


def make_values(
    sku: str = "MAT01", *, options: tuple[str, ...] = ("charcoal",), price: int = 3400, **fields: Any
) -> ProductValues:
    """What a merchant would save: a spike mat that may be published, one price in USD a variant."""
    defaults: dict[str, Any] = {
        "title": f"Spike Mat {sku}",
        "type": "spike_mat",
        "description": "A cotton-covered foam mat with small plastic spikes.",
        "variants": tuple(VariantValues(option_value=option, prices={"USD": price}) for option in options),
        "contraindications": ("PREG",),
        "cautions": (),
        "allergens": (),
        "powered": False,
        "areas": ("lower_back",),
        "positions": ("lying",),
        "pressure_min": 2,
        "pressure_max": 4,
        "materials": ("cotton",),
    }
    return ProductValues(sku=sku, **(defaults | fields))


def make_stock(session: Session, sku: str, *, available: int = 10) -> StockLevel:
    """Stock of one variant SKU."""
    level = StockLevel(sku=sku, available=available, held=0, sold=0)
    session.add(level)
    session.flush()
    return level


def make_order(
    session: Session,
    number: str = "TS-TEST-0001",
    *,
    sku: str = "MAT01-CHARCOAL",
    quantity: int = 1,
    placed_at: datetime = NOW,
    hold_minutes: int = 40,
    **fields: Any,
) -> Order:
    """A pending order of one line (34.00 each, 5.00 shipping, USD) whose units are held. The SKU needs stock."""
    subtotal = 3400 * quantity
    line = OrderLine(
        sku=sku, title="Acupressure mat", option_value="Charcoal", quantity=quantity, unit_minor=3400,
        total_minor=subtotal,
    )  # fmt: skip
    defaults: dict[str, Any] = {
        "token": f"token-of-{number}",
        "checkout_token": f"checkout-{number}",
        "email": "pat@example.com",
        "full_name": "Pat Example",
        "line1": "1 Long Street",
        "city": "Springfield",
        "postal_code": "12345",
        "country": "US",
        "currency": "USD",
        "subtotal_minor": subtotal,
        "shipping_minor": 500,
        "tax_minor": 0,
        "tax_inclusive": False,
        "total_minor": subtotal + 500,
        "shipping_method": "standard",
        "shipping_title": "Standard shipping",
    }
    order = Order(number=number, placed_at=placed_at, lines=[line], **(defaults | fields))
    session.add(order)
    session.flush()  # the hold needs the id
    until = placed_at + timedelta(minutes=hold_minutes)
    stock.reserve(session, order_id=order.id, sku=sku, quantity=quantity, expires_at=until)
    return order


def make_promotion(session: Session, code: str | None = "SPRING10", **fields: Any) -> Promotion:
    """A promotion of 10 % on everything, without an end or a limit."""
    defaults: dict[str, Any] = {
        "title": "Spring offer",
        "kind": PromotionKind.PERCENT,
        "rate_millionths": 100_000,
        "created_at": NOW,
    }
    promotion = Promotion(code=code, **(defaults | fields))
    session.add(promotion)
    session.flush()
    return promotion
