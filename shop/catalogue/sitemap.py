"""The product pages that search engines may know of."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.catalogue.models import Product
from shop.catalogue.states import ProductStatus

MAX_ADDRESSES = 45_000
"""The sitemap format allows 50,000 addresses; articles need some of them."""


def published_pages(session: Session) -> Sequence[tuple[str, datetime]]:
    """Slug and last change of every published product."""
    wanted = (
        select(Product.slug, Product.updated_at)
        .where(Product.status == ProductStatus.PUBLISHED)
        .order_by(Product.position, Product.id)
        .limit(MAX_ADDRESSES)
    )
    return [(slug, changed) for slug, changed in session.execute(wanted)]
