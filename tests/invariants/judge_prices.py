"""What an order costs and why: its sum, and the code that made it cheaper, counted."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from shop.documents.models import Invoice, InvoiceKind
from shop.orders.models import Order, OrderEvent
from shop.orders.states import OrderState
from shop.promotions.models import Promotion, PromotionCustomer, PromotionUse
from shop.promotions.states import UseState

COUNTED = (UseState.HELD, UseState.USED)
USE_OF = {
    OrderState.PENDING: UseState.HELD,
    OrderState.PLACED: UseState.USED,
    OrderState.COMPLETED: UseState.USED,
    OrderState.CANCELLED: UseState.GIVEN_BACK,
}
_Customer = tuple[int, str]


def codes_are_counted(session: Session) -> list[str]:
    """8: uses counted = orders that use it, none of them cancelled; each order's discount has its use.

    Limits hold for all of them but orders that were placed after they had been cancelled: their money came late, and
    they were made at that price.
    """
    late = select(OrderEvent.order_id).where(
        OrderEvent.subject == "order",
        OrderEvent.old == OrderState.CANCELLED.value,
        OrderEvent.new == OrderState.PLACED.value,
    )
    came_late = set(session.scalars(late))
    uses = session.scalars(select(PromotionUse)).all()
    counted, firm = Counter[int](), Counter[int]()
    by_customer, firm_by_customer = Counter[_Customer](), Counter[_Customer]()
    for use in uses:
        if use.state in COUNTED:
            counted[use.promotion_id] += 1
            by_customer[(use.promotion_id, use.customer)] += 1
            firm[use.promotion_id] += use.order_id not in came_late
            firm_by_customer[(use.promotion_id, use.customer)] += use.order_id not in came_late
    promotions = {promotion.id: promotion for promotion in session.scalars(select(Promotion))}
    wrong = [
        f"8 codes: {promotion.code} counts {promotion.used}, used by {counted[promotion.id]} orders, "
        f"{firm[promotion.id]} of them against {promotion.most_orders}"
        for promotion in promotions.values()
        if promotion.used != counted[promotion.id] or _is_over(firm[promotion.id], promotion.most_orders)
    ]
    noted = {(row.promotion_id, row.customer): row.used for row in session.scalars(select(PromotionCustomer))}
    for key in noted.keys() | by_customer.keys():
        most = promotions[key[0]].most_per_customer
        is_known = key[1] != ""  # erased customers are counted by nobody
        if is_known and (noted.get(key, 0) != by_customer[key] or _is_over(firm_by_customer[key], most)):
            wrong.append(f"8 codes: customer {key} counts {noted.get(key, 0)}, has {by_customer[key]} against {most}")
    return [*wrong, *_orders_and_uses(session, {use.order_id: use for use in uses}, promotions)]


def _is_over(count: int, most: int | None) -> bool:
    return most is not None and count > most


def _orders_and_uses(
    session: Session, uses: Mapping[int, PromotionUse], promotions: Mapping[int, Promotion]
) -> Iterator[str]:
    for order in session.scalars(select(Order)):
        use = uses.get(order.id)
        if (use is not None) != bool(order.promotion_title) or (use is None and order.discount_minor):
            yield f"8 codes: {order.number} takes {order.discount_minor} off by {order.promotion_title!r}, use {use}"
        if use is None:
            continue
        if use.state is not USE_OF[order.state]:
            yield f"8 codes: {order.number} is {order.state}, and its use is {use.state}"
        if (promotions[use.promotion_id].code or "") != order.promotion_code:
            yield f"8 codes: {order.number} names {order.promotion_code} and uses {promotions[use.promotion_id].code}"


def totals_add_up(session: Session, ledger: Mapping[str, Any]) -> list[str]:
    """9: total = lines - discount + delivery (+ tax, where prices are without it), on page and invoice the same."""
    pages = defaultdict[str, list[int]](list)
    for row in ledger["sessions"]:
        pages[row["client_reference_id"]].append(row["amount_total"])
    papers = select(Invoice).where(Invoice.kind == InvoiceKind.INVOICE)
    invoices = {paper.order_id: paper.content for paper in session.scalars(papers)}
    asked = set(session.scalars(select(OrderEvent.order_id).where(OrderEvent.subject == "tax")))
    wrong = []
    for order in session.scalars(select(Order).options(selectinload(Order.lines))):
        wrong += _sum_of(order)
        wrong += [] if order.id in asked else _tax_of(order)
        wrong += [
            f"9 totals: the page of {order.number} asks for {amount}, not {order.total_minor}"
            for amount in pages[order.number]
            if amount != order.total_minor
        ]
        if order.id in invoices and not _is_invoiced(order, invoices[order.id]):
            wrong.append(f"9 totals: the invoice of {order.number} says {invoices[order.id]['total_minor']}")
    return wrong


def _sum_of(order: Order) -> Iterator[str]:
    goods = sum(line.total_minor for line in order.lines)
    off = sum(line.discount_minor for line in order.lines)
    tax = 0 if order.tax_inclusive else order.tax_minor
    if (goods, off, goods - off + order.shipping_minor + tax) != (
        order.subtotal_minor,
        order.discount_minor,
        order.total_minor,
    ):
        yield (
            f"9 totals: {order.number} says {order.total_minor}, its lines {goods} - {off}, "
            f"delivery {order.shipping_minor}, tax {tax}"
        )
    for line in order.lines:
        if line.total_minor != line.unit_minor * line.quantity or not 0 <= line.discount_minor <= line.total_minor:
            yield f"9 totals: line {line.id} says {line.total_minor} less {line.discount_minor}"


def _tax_of(order: Order) -> Iterator[str]:
    """Each line's by its rate, half up; what is left is the delivery's."""
    for line in order.lines:
        rate, amount = line.tax_rate, line.total_minor - line.discount_minor
        whole = 1_000_000 + (rate if order.tax_inclusive else 0)
        if line.tax_minor != (2 * amount * rate + whole) // (2 * whole):
            yield f"9 totals: line {line.id} says {line.tax_minor} of tax on {amount} at {rate}"
    on_delivery = order.tax_minor - sum(line.tax_minor for line in order.lines)
    if not 0 <= on_delivery <= order.shipping_minor:
        yield f"9 totals: {order.number} says {on_delivery} of tax on a delivery of {order.shipping_minor}"


def _is_invoiced(order: Order, content: Mapping[str, Any]) -> bool:
    lines = sum(line["total_minor"] - line["discount_minor"] for line in content["lines"])
    tax = 0 if order.tax_inclusive else content["tax_minor"]
    total = order.total_minor
    return content["total_minor"] == total == lines + content["delivery"]["minor"] + tax
