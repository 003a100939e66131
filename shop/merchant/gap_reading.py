"""What is on sale but never recommended, and articles that cannot be shown: said on the merchant's first pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from shop.merchant.product_listing import find_named
from shop.recommendations.gaps import products_left_out

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Gaps:
    """Products that are left out of recommendations: how many, and the first few as (SKU, title)."""

    count: int
    named: Sequence[tuple[str, str]]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.named)


def gaps_of(session: Session, currency: str) -> Gaps:
    """The products that the recommender leaves out for want of safety fields."""
    skus = products_left_out(session, currency)
    named = find_named(session, list(skus[:MOST_NAMED])) if skus else []
    return Gaps(len(skus), [(product.sku, product.title) for product in named])
