"""What the shop of the invariants sells, by which codes it sells cheaper, and who buys."""

from datetime import timedelta

from sqlalchemy.orm import Session

from shop.catalogue.models import BundlePart
from shop.checkout.rules import CheckoutDetails
from shop.db import Base
from shop.promotions.states import PromotionKind
from shop.stock.models import StockLevel
from tests.make import NOW, make_product, make_promotion

STARTS = {"MAT01-CHARCOAL": 4, "MAT01-TEAL": 1, "PIL01-SAND": 8}
"""Units per SKU on the shelf before the first sale."""

BOX = "BOX01-DUO"
BOX_PARTS = {"MAT01-CHARCOAL": 1, "PIL01-SAND": 2}
SOLD = (*STARTS, BOX)
CODES = ("TEN", "ONCE", "GIFT", "POST", "PILLOW")

BUYERS = (
    CheckoutDetails("pat@example.com", "Pat Example", "", "1 Long Street", "", "Reno", "NV", "89501", "US"),
    CheckoutDetails("Pat+two@example.com", "Pat Example", "", "2 Long Street", "", "Fresno", "CA", "93650", "US"),
    CheckoutDetails("kim@example.com", "Kim Example", "", "Lange Str. 3", "", "Berlin", "", "10115", "DE"),
)
"""Nobody taxed, tax on top, tax within; the first two are one customer to whoever counts customers."""


def open_shop(session: Session) -> None:
    """Empty every table, then put the goods and the codes there."""
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(table.delete())
    make_product(session, "MAT01", variants=("CHARCOAL", "TEAL"), available=0)
    make_product(session, "PIL01", variants=("SAND",), price=2999, available=0)
    box = make_product(session, "BOX01", variants=("DUO",), price=7777, available=0)
    box.variants[0].parts = [BundlePart(part_sku=sku, quantity=quantity) for sku, quantity in BOX_PARTS.items()]
    for sku, units in STARTS.items():
        session.get_one(StockLevel, sku).available = units
    _write_promotions(session)


def _write_promotions(session: Session) -> None:
    pillows = {"rate_millionths": 333_333, "products": ("PIL01",), "most_per_customer": 1}
    amount = {"kind": PromotionKind.AMOUNT, "rate_millionths": 0, "amount_minor": 700, "currency": "USD"}
    delivery = {"kind": PromotionKind.DELIVERY, "rate_millionths": 0}
    make_promotion(session, "TEN", most_orders=2)
    make_promotion(session, "ONCE", most_per_customer=1, **amount)
    make_promotion(session, "GIFT", rate_millionths=1_000_000, most_orders=1)
    make_promotion(session, "POST", ends_at=NOW + timedelta(days=1), most_orders=2, most_per_customer=1, **delivery)
    make_promotion(session, "PILLOW", **pillows)
    make_promotion(session, None, rate_millionths=50_000, minimum_minor=12_000, currency="USD", most_orders=3)
