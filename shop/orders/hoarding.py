"""Nobody empties the shelf with orders that are never paid: an e-mail address has few of them at a time."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.email_address import customer_of
from shop.errors import Conflict
from shop.orders.models import Order
from shop.orders.states import OrderState

_LOCK_SPACE = 0x74737562  # keeps our advisory locks apart from a host's


class TooManyOpen(Conflict):
    """This e-mail address has as many unpaid orders as the shop allows."""

    code = "too_many_open_orders"

    def __init__(self, most: int) -> None:
        super().__init__(f"There are {most} unpaid orders for this e-mail address already.")
        self.most = most


def refuse_hoarder(session: Session, email: str, *, most: int) -> None:
    """Raise TooManyOpen when this customer has `most` orders that wait for their payment (0: no limit).

    Of many that order at the same moment each sees the one before it: SQLite has one writer, PostgreSQL gets a lock
    on the address that ends with the transaction.
    """
    if not most:
        return
    known = customer_of(email)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, func.hashtext(known))))
    waiting = session.scalars(select(Order.email).where(Order.state == OrderState.PENDING))  # few: each holds units
    if sum(customer_of(each) == known for each in waiting) >= most:
        raise TooManyOpen(most)
