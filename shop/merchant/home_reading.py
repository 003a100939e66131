"""What the merchant's first page counts: what waits, and what a new shop still lacks."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from shop.catalogue.models import Product
from shop.catalogue.shelf import is_on_shelf
from shop.catalogue.states import ProductStatus
from shop.mail.models import OutboxMail
from shop.orders.listing import COUNT_LIMIT, has_open_return, is_to_ship
from shop.orders.models import Order
from shop.orders.states import OrderState, PaymentState


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts for the tiles of the first page. Those of orders stop at COUNT_LIMIT: see `up_to`."""

    published: int
    drafts: int
    sold_out: int
    to_ship: int
    needs_attention: int
    orders: int
    open_returns: int
    mails_failing: int

    @property
    def products(self) -> int:
        """Products that are published or could be."""
        return self.published + self.drafts

    def up_to(self, count: int) -> str:
        """A count as it is told: what is behind the limit was not counted."""
        return f"{count}" if count < COUNT_LIMIT else f"{COUNT_LIMIT:,} or more"


def overview(session: Session) -> Overview:
    """Count everything in one statement."""
    products, mails = select(func.count(Product.id)), select(func.count())
    published = products.where(Product.status == ProductStatus.PUBLISHED)
    is_stuck = OutboxMail.sent_at.is_(None) & (OutboxMail.attempts > 0) & (OutboxMail.last_error != "")
    counts = (
        published,
        products.where(Product.status == ProductStatus.DRAFT),
        published.where(~is_on_shelf()),
        _orders(is_to_ship()),
        _orders(Order.payment_state == PaymentState.NEEDS_ATTENTION),
        _orders(Order.state != OrderState.PENDING),
        _orders(has_open_return()),
        mails.select_from(OutboxMail).where(is_stuck),
    )
    row = session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    return Overview(*row)


def _orders(condition: ColumnElement[bool]) -> Select[int]:
    """How many orders there are, counted no further than the limit: a shop of 100,000 opens as fast as a new one."""
    return select(func.count()).select_from(select(Order.id).where(condition).limit(COUNT_LIMIT).subquery())
