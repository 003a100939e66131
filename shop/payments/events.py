"""Which of the provider's events do something here, in one table. What it does not name is stored, no more.

An event only says "look": what is true is asked of the provider, so events may come twice, late and in any order.
"""

from enum import StrEnum


class Asks(StrEnum):
    """What the provider is asked about when an event comes. NOTHING: it is stored, and has no effect."""

    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    NOTHING = "nothing"


EFFECTS = {
    "checkout.session.completed": Asks.PAYMENT,
    "checkout.session.async_payment_succeeded": Asks.PAYMENT,
    "checkout.session.async_payment_failed": Asks.PAYMENT,
    "checkout.session.expired": Asks.PAYMENT,
    "refund.created": Asks.REFUND,
    "refund.updated": Asks.REFUND,
    "refund.failed": Asks.REFUND,
    "charge.dispute.created": Asks.DISPUTE,
    "charge.dispute.updated": Asks.DISPUTE,
    "charge.dispute.closed": Asks.DISPUTE,
    "charge.dispute.funds_withdrawn": Asks.DISPUTE,
    "charge.dispute.funds_reinstated": Asks.DISPUTE,
}

LEFT_ALONE = {
    "payment_intent.payment_failed": "one try of a card failed: the payment page is open for the next",
    "payment_intent.requires_action": "the bank asks its customer (3-D Secure): the payment page waits, and so do we",
    "payment_intent.processing": "slow money: the session says it as completed and unpaid",
    "payment_intent.succeeded": "the session says it, with the order's number",
    "payment_intent.created": "the session says all that matters",
    "payment_intent.canceled": "the session says it as expired",
    "charge.succeeded": "the session says it",
    "charge.failed": "one try of a card failed",
    "charge.pending": "the session says it as completed and unpaid",
    "charge.updated": "nothing of it is kept here",
    "charge.refunded": "says that, not which refund: refund.created does",
    "charge.refund.updated": "the same as refund.updated, under its older name",
}
"""Events about our payments that are left alone on purpose, and why."""


def asks(kind: str) -> Asks:
    """What an event of this type makes the shop ask."""
    return EFFECTS.get(kind, Asks.NOTHING)
