"""Every change of a price kept, and read for the product page."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shop.catalogue.models import PriceChange, Product, Variant
from shop.catalogue.reductions import Offered
from shop.catalogue.states import ProductStatus

_OF_PRODUCT = (
    select(PriceChange.variant_id, PriceChange.currency, PriceChange.minor)
    .join(Variant, Variant.id == PriceChange.variant_id)
    .where(Variant.product_id == bindparam("product_id"))
    .order_by(PriceChange.since, PriceChange.id)
)
_IN_CURRENCY = (
    select(Variant.sku, PriceChange.since, PriceChange.minor)
    .join(Variant, Variant.id == PriceChange.variant_id)
    .where(Variant.product_id == bindparam("product_id"), PriceChange.currency == bindparam("currency"))
    .order_by(PriceChange.since, PriceChange.id)
)


def note_prices(session: Session, product: Product, *, now: datetime) -> None:
    """Write down what the product is offered for from now on, where that is another price than before.

    A draft is not on sale: its price was asked of nobody. The product and its variants must have their ids.
    """
    rows = session.execute(_OF_PRODUCT, {"product_id": product.id})
    last = {(variant_id, currency): minor for variant_id, currency, minor in rows}
    offered = {
        (variant.id, price.currency): price.minor
        for variant in product.variants
        if variant.active and product.status is ProductStatus.PUBLISHED
        for price in variant.prices
    }
    session.add_all(
        PriceChange(variant_id=variant_id, currency=currency, minor=offered.get((variant_id, currency)), since=now)
        for variant_id, currency in sorted(last.keys() | offered.keys())
        if last.get((variant_id, currency)) != offered.get((variant_id, currency))
    )


def price_histories(session: Session, product_id: int, currency: str) -> Mapping[str, tuple[Offered, ...]]:
    """What each variant of a product was offered for in a currency, by SKU and in the order of time."""
    found: dict[str, list[Offered]] = defaultdict(list)
    for sku, since, minor in session.connection().execute(
        _IN_CURRENCY, {"product_id": product_id, "currency": currency}
    ):
        found[sku].append(Offered(since, minor))
    return {sku: tuple(history) for sku, history in found.items()}
