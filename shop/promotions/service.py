"""Promotions for a cart, and their limits: counted by conditional updates when an order is placed."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from shop.errors import Conflict
from shop.promotions.models import Promotion, PromotionCustomer, PromotionUse
from shop.promotions.rules import (
    Applied,
    Choice,
    Reason,
    Refusal,
    Sale,
    Uses,
    choose,
    customer_key,
    customer_keys,
    refused,
)
from shop.promotions.states import NEXT_USE_STATES, UseState


class NoLongerValid(Conflict):
    """The promotion ended or was used up between the check page and the order. Nothing was ordered."""

    code = "promotion_over"

    def __init__(self) -> None:
        super().__init__("A discount of your order does not hold any more. Nothing was ordered; please check it again.")


def choice_for(session: Session, code: str, sale: Sale, *, cart_id: int, email: str) -> Choice:
    """The promotion that a cart gets now. `email` is "" until it is known: limits per customer are checked then."""
    is_offer = Promotion.code.is_(None) & or_(Promotion.ends_at.is_(None), Promotion.ends_at > sale.now)
    wanted = or_(Promotion.code == code, is_offer) if code else is_offer
    found = session.scalars(select(Promotion).where(wanted).order_by(Promotion.id)).all()
    customer = customer_key(email)
    known = [(promotion, _uses(session, promotion, cart_id, customer)) for promotion in found]
    return choose(code, known, sale)


def fell_away(session: Session, offer_id: int | None, sale: Sale, *, cart_id: int, email: str) -> Refusal | None:
    """Why an offer without a code that a visitor was shown does not hold for their sale now; None when it does."""
    offer = session.get(Promotion, offer_id) if offer_id is not None else None
    if offer is None or offer.code is not None:
        return None
    refusal = refused(offer, _uses(session, offer, cart_id, customer_key(email)), sale)
    if refusal is None or refusal.reason is Reason.NOT_YET:  # what has not begun was shown to nobody
        return None
    return replace(refusal, offer=offer.title)


def take(session: Session, applied: Applied, order_id: int, *, cart_id: int, email: str, now: datetime) -> None:
    """Count an order that was written in this transaction against the promotion's limits. Raises NoLongerValid."""
    row = session.execute(
        update(Promotion)
        .where(
            Promotion.id == applied.promotion_id,
            or_(Promotion.starts_at.is_(None), Promotion.starts_at <= now),
            or_(Promotion.ends_at.is_(None), Promotion.ends_at > now),
            or_(Promotion.most_orders.is_(None), Promotion.used < Promotion.most_orders),
        )
        .values(used=Promotion.used + 1)
        .returning(Promotion.most_per_customer)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        raise NoLongerValid
    customer = customer_key(email)
    _count_customer(session, applied.promotion_id, customer, most=row.most_per_customer)
    session.add(
        PromotionUse(order_id=order_id, promotion_id=applied.promotion_id, cart_id=cart_id, customer=customer, at=now)
    )
    session.flush()  # placing a free order moves it in this very transaction


def keep(session: Session, order_id: int) -> None:
    """The order is placed: its use counts for good. One that was given back counts again, whatever the limits say."""
    old = _move(session, order_id, UseState.USED)
    if old is UseState.GIVEN_BACK:
        _count(session, order_id, 1)


def give_back(session: Session, order_id: int) -> None:
    """The order is cancelled: its use does not count any more. An order without a promotion changes nothing."""
    if _move(session, order_id, UseState.GIVEN_BACK) is not None:
        _count(session, order_id, -1)


def forget_customer(session: Session, email: str) -> None:
    """Break the tie between a customer and the promotions they used; how often each was used stays."""
    keys = customer_keys(email)
    session.execute(update(PromotionUse).where(PromotionUse.customer.in_(keys)).values(customer=""))
    for row in session.scalars(select(PromotionCustomer).where(PromotionCustomer.customer.in_(keys))):
        session.delete(row)


def _uses(session: Session, promotion: Promotion, cart_id: int, customer: str) -> Uses:
    """What counts against the limits, without the orders of this cart that wait for their payment."""
    if promotion.most_orders is None and (promotion.most_per_customer is None or not customer):
        return Uses()
    own = list(
        session.scalars(
            select(PromotionUse.customer).where(
                PromotionUse.cart_id == cart_id,
                PromotionUse.state == UseState.HELD,
                PromotionUse.promotion_id == promotion.id,
            )
        )
    )
    counted = select(func.coalesce(func.sum(PromotionCustomer.used), 0)).where(
        PromotionCustomer.promotion_id == promotion.id, PromotionCustomer.customer == customer
    )
    by_customer = (session.scalar(counted) or 0) if customer else 0
    return Uses(promotion.used - len(own), by_customer - own.count(customer))


def _count_customer(session: Session, promotion_id: int, customer: str, *, most: int | None) -> None:
    """One more order of this customer. The promotion's own row is locked by now, so nobody else adds theirs."""
    mine = (PromotionCustomer.promotion_id == promotion_id, PromotionCustomer.customer == customer)
    if session.scalar(select(PromotionCustomer.used).where(*mine)) is None:
        session.add(PromotionCustomer(promotion_id=promotion_id, customer=customer, used=0))
        session.flush()  # the next statement counts it
    counted = session.scalar(
        update(PromotionCustomer)
        .where(*mine, *(() if most is None else (PromotionCustomer.used < most,)))
        .values(used=PromotionCustomer.used + 1)
        .returning(PromotionCustomer.used)
        .execution_options(synchronize_session=False)
    )
    if counted is None:
        raise NoLongerValid


def _move(session: Session, order_id: int, new: UseState) -> UseState | None:
    """Bring the order's use into another state; returns the old one, None when there is none or it is there."""
    allowed = [old for old, following in NEXT_USE_STATES.items() if new in following]
    old = session.scalar(select(PromotionUse.state).where(PromotionUse.order_id == order_id).with_for_update())
    if old not in allowed:
        return None
    moved = session.scalar(
        update(PromotionUse)
        .where(PromotionUse.order_id == order_id, PromotionUse.state == old)
        .values(state=new)
        .returning(PromotionUse.order_id)
    )
    return None if moved is None else old


def _count(session: Session, order_id: int, change: int) -> None:
    use = session.execute(
        select(PromotionUse.promotion_id, PromotionUse.customer).where(PromotionUse.order_id == order_id)
    ).one()
    session.execute(
        update(Promotion)
        .where(Promotion.id == use.promotion_id, Promotion.used + change >= 0)
        .values(used=Promotion.used + change)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(PromotionCustomer)
        .where(
            PromotionCustomer.promotion_id == use.promotion_id,
            PromotionCustomer.customer == use.customer,
            PromotionCustomer.used + change >= 0,
        )
        .values(used=PromotionCustomer.used + change)
        .execution_options(synchronize_session=False)
    )
