"""What the merchant's first page counts: what waits, and what a new shop still lacks."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.catalogue.models import Product
from shop.catalogue.shelf import is_on_shelf
from shop.catalogue.states import ProductStatus
from shop.mail.models import OutboxMail
from shop.orders.listing import is_to_ship
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts for the tiles of the first page."""

    published: int
    drafts: int
    sold_out: int
    to_ship: int
    needs_attention: int
    orders: int
    mails_failing: int

    @property
    def products(self) -> int:
        """Products that are published or could be."""
        return self.published + self.drafts


def overview(session: Session) -> Overview:
    """Count everything in one statement."""
    products, orders, mails = select(func.count(Product.id)), select(func.count(Order.id)), select(func.count())
    published = products.where(Product.status == ProductStatus.PUBLISHED)
    is_stuck = OutboxMail.sent_at.is_(None) & (OutboxMail.attempts > 0) & (OutboxMail.last_error != "")
    counts = (
        published,
        products.where(Product.status == ProductStatus.DRAFT),
        published.where(~is_on_shelf()),
        orders.where(is_to_ship()),
        orders.where(Order.payment_state == PaymentState.NEEDS_ATTENTION),
        orders.where(Order.state != OrderState.PENDING),
        mails.select_from(OutboxMail).where(is_stuck),
    )
    row = session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    return Overview(*row)
