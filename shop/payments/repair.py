"""One difference brought to what the provider says, at a click, by the ways that settle everything else."""

from datetime import datetime

from sqlalchemy import select

from shop.errors import Conflict
from shop.gateway import DisputeFacts, PaymentFacts
from shop.payments import disputes, flow, refunding
from shop.payments.comparison import books_of, dispute_difference
from shop.payments.desk import Desk
from shop.payments.differences import Books, Difference, Kind, judge
from shop.payments.models import Refund
from shop.payments.refunds import WAITING


def repair_payment(desk: Desk, session_id: str, *, actor: str, now: datetime) -> tuple[str, str]:
    """(order number, what came of it) of one payment session, compared anew. Nothing the page said is believed.

    Raises Conflict when nothing differs any more or a person has to decide, GatewayUnavailable, GatewayRefused.
    """
    facts = desk.gateway().find_payment(session_id)
    with desk.look() as session:
        books = books_of(session, session_id, facts)
    difference = _repairable(judge(facts, books))
    if facts is None or books is None:
        raise Conflict("There is nothing here that a click could repair.")
    if difference.kind is Kind.REFUNDS:
        return books.number, _refunds(desk, facts, now=now)
    return books.number, _settle(desk, books, facts, actor=actor, now=now)


def repair_dispute(desk: Desk, dispute_id: str, *, now: datetime) -> str:
    """Write down where a dispute stands; returns it in words. Raises like `repair_payment`."""
    facts: DisputeFacts | None = desk.gateway().find_dispute(dispute_id)
    if facts is None:
        raise Conflict("The provider knows no such dispute.")
    with desk.look() as session:
        _repairable(dispute_difference(session, facts))
    with desk.transaction() as session:
        return disputes.settle_dispute(session, facts, letterhead=desk.letterhead, now=now)


def _repairable(difference: Difference | None) -> Difference:
    if difference is None:
        raise Conflict("Nothing is different here any more.")
    if difference.refusal:
        raise Conflict(difference.refusal)
    return difference


def _settle(desk: Desk, books: Books, facts: PaymentFacts, *, actor: str, now: datetime) -> str:
    return flow.settle_facts(desk, books.order_id, facts, now=now, actor=actor).outcome.value


def _refunds(desk: Desk, facts: PaymentFacts, *, now: datetime) -> str:
    """Write down the refunds made there, and bring those that wait here to their end, each under its own key."""
    intent = facts.payment_intent or ""
    refunding.catch_up_payment(desk, intent, now=now)
    with desk.look() as session:
        waiting = session.scalars(
            select(Refund.id).where(Refund.payment_intent == intent, Refund.state.in_(WAITING)).order_by(Refund.id)
        ).all()
    for refund_id in waiting:
        refunding.catch_up_refund(desk, refund_id, now=now)
    return "refunds"
