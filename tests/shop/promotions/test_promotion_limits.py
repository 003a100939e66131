"""Limits are counted when an order is placed, once, and given back when it comes to nothing."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop.db import begin_write
from shop.merchant.refund_rules import delivery_paid, line_shares
from shop.orders import service as orders
from shop.orders.states import OrderState
from shop.payments.rules import charges
from shop.pricing.rules import Deduction
from shop.promotions import service as promotions
from shop.promotions.models import Promotion, PromotionCustomer, PromotionUse
from shop.promotions.rules import Applied
from shop.promotions.states import UseState
from tests.make import NOW, make_order, make_product, make_promotion

EMAIL = "pat@example.com"


def _applied(promotion: Promotion) -> Applied:
    return Applied(promotion.id, promotion.code or "", promotion.title, Deduction(()))


def _take(session: Session, promotion: Promotion, number: int, email: str = EMAIL) -> int:
    order = make_order(session, f"TS-TEST-000{number}", email=email)
    promotions.take(session, _applied(promotion), order.id, cart_id=number, email=email, now=NOW)
    return order.id


def _used(session: Session, promotion: Promotion) -> tuple[int, int]:
    """By all, by the customer."""
    session.expire_all()
    by_customer = session.scalar(select(PromotionCustomer.used)) or 0
    return promotion.used, by_customer


def test_the_last_use_is_taken_once(session: Session) -> None:
    make_product(session)
    promotion = make_promotion(session, most_orders=1)
    _take(session, promotion, 1)

    with pytest.raises(promotions.NoLongerValid):
        _take(session, promotion, 2, "sam@example.com")

    assert _used(session, promotion)[0] == 1


def test_a_customer_uses_a_code_as_often_as_it_may_be_whatever_they_write_around_their_address(
    session: Session,
) -> None:
    make_product(session)
    promotion = make_promotion(session, most_per_customer=1)
    _take(session, promotion, 1)

    with pytest.raises(promotions.NoLongerValid):
        _take(session, promotion, 2, "PAT+again@example.com")

    _take(session, promotion, 3, "sam@example.com")


@pytest.mark.parametrize("days", [-1, 1])
def test_a_promotion_outside_its_time_is_not_taken(session: Session, days: int) -> None:
    make_product(session)
    there = NOW + timedelta(days=days)
    promotion = make_promotion(session, starts_at=there if days > 0 else None, ends_at=None if days > 0 else there)

    with pytest.raises(promotions.NoLongerValid):
        _take(session, promotion, 1)


def test_an_unpaid_order_that_is_cancelled_gives_its_use_back_once(session: Session) -> None:
    make_product(session)
    promotion = make_promotion(session, most_orders=1, most_per_customer=1)
    order_id = _take(session, promotion, 1)

    orders.cancel(session, order_id, actor="system", now=NOW)
    promotions.give_back(session, order_id)

    assert _used(session, promotion) == (0, 0)
    _take(session, promotion, 2)


def test_a_cancelled_order_that_is_paid_late_counts_again_even_above_the_limit(session: Session) -> None:
    make_product(session)
    promotion = make_promotion(session, most_orders=1)
    late = _take(session, promotion, 1)
    orders.cancel(session, late, actor="system", now=NOW)
    _take(session, promotion, 2, "sam@example.com")

    promotions.keep(session, late)
    promotions.keep(session, late)

    assert _used(session, promotion)[0] == 2
    assert session.get_one(PromotionUse, late).state is UseState.USED


def test_a_placed_order_that_the_shop_cancels_gives_its_use_back(session: Session) -> None:
    make_product(session)
    promotion = make_promotion(session, most_orders=1)
    order_id = _take(session, promotion, 1)
    orders.move_order(session, order_id, OrderState.PLACED, actor="system", now=NOW)
    promotions.keep(session, order_id)

    promotions.give_back(session, order_id)

    assert _used(session, promotion) == (0, 0)


def test_erasing_a_customer_breaks_the_tie_and_keeps_the_count(session: Session) -> None:
    make_product(session)
    promotion = make_promotion(session)
    order_id = _take(session, promotion, 1)

    orders.cancel(session, order_id, actor="system", now=NOW)
    orders.erase_customer(session, EMAIL, NOW)

    assert session.scalars(select(PromotionCustomer)).all() == []
    assert session.scalars(select(PromotionUse.customer)).all() == [""]


def test_two_orders_at_once_never_take_more_than_there_is(engine: Engine) -> None:
    with Session(engine) as session:
        begin_write(session)
        make_product(session, available=20)
        promotion = make_promotion(session, most_orders=3)
        applied = _applied(promotion)
        ids = [make_order(session, f"TS-TEST-00{n:02}", email=f"p{n}@example.com").id for n in range(8)]
        session.commit()
    refused: list[int] = []

    def take(order_id: int) -> None:
        with Session(engine) as session:
            begin_write(session)
            try:
                promotions.take(session, applied, order_id, cart_id=order_id, email=f"{order_id}@example.com", now=NOW)
                session.commit()
            except promotions.NoLongerValid:
                refused.append(order_id)

    threads = [threading.Thread(target=take, args=(order_id,)) for order_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with Session(engine) as session:
        assert session.scalar(select(Promotion.used)) == 3
        assert len(session.scalars(select(PromotionUse)).all()) == 3
    assert len(refused) == 5


def test_all_of_a_discounted_order_refunded_is_what_was_paid_for_it(session: Session) -> None:
    make_product(session)
    order = make_order(session, quantity=3, discount_minor=1001, total_minor=10_200 - 1001 + 500)
    order.lines[0].discount_minor = 1001

    share = line_shares(order)[0]

    assert [share.part(units).minor for units in (1, 2, 3)] == [3067, 6133, 9199]
    assert share.part(3) + delivery_paid(order) == order.total
    assert sum(amount for _, amount in charges(order)) == order.total_minor
