"""Orders that are paid and refunded, with their papers: what the tests of this folder begin with."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.documents.models import Invoice
from shop.money import Money
from shop.orders.models import Order, OrderLine
from shop.payments import refunding
from shop.payments.refunds import RefundWish
from tests.make import NOW, make_order
from tests.shop.payments.conftest import Bench

ME = "merchant:m@example.com"


def paid(bench: Bench, number: str = "TS-TEST-0001", **fields: object) -> tuple[int, str]:
    """An order whose payment is settled."""
    order_id, session_id = bench.opened(number, **fields)
    bench.gateway.pay(session_id)
    bench.settle(order_id, session_id)
    return order_id, session_id


def papers(bench: Bench) -> list[Invoice]:
    with bench.desk.transaction() as session:
        return list(session.scalars(select(Invoice).order_by(Invoice.kind, Invoice.number)))


def names(bench: Bench) -> list[str]:
    return [paper.name for paper in papers(bench)]


def give_back(bench: Bench, order_id: int, minor: int, token: str, *, at: datetime = NOW) -> None:
    wish = RefundWish(Money(minor, "USD"), "a dent", token, ME)
    refunding.refund(bench.desk, order_id, wish, now=at + timedelta(minutes=9))
    bench.gateway.end_refund(list(bench.gateway.refunds)[-1], "succeeded")
    refunding.catch_up_payment(
        bench.desk, next(iter(bench.gateway.refunds.values())).payment_intent, now=at + timedelta(minutes=9)
    )


def taxed_order(session: Session, **fields: object) -> Order:
    """Lines of two rates, a discount of 1.01, taxed delivery; prices contain the tax."""
    order = make_order(
        session,
        subtotal_minor=7800,
        discount_minor=101,
        shipping_minor=595,
        tax_minor=1117 + 65 + 99,
        tax_inclusive=True,
        total_minor=7800 - 101 + 595,
        quantity=2,
        **fields,
    )
    order.lines[0].tax_rate, order.lines[0].tax_minor, order.lines[0].discount_minor = 200_000, 1117, 101
    booklet = {"unit_minor": 1000, "total_minor": 1000, "tax_rate": 70_000, "tax_minor": 65}
    order.lines.append(OrderLine(sku="BOOK", title="Booklet", quantity=1, **booklet))
    session.flush()
    return order
