"""How the provider's word on one payment differs from the order's, and what a click may do about it. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from shop.gateway import PaymentFacts
from shop.money import Money
from shop.orders.states import OrderState, PaymentState
from shop.payments.states import AttemptState


class Kind(StrEnum):
    """In what way provider and orders do not agree."""

    PAID_THERE = "paid_there"
    PAID_HERE = "paid_here"
    AMOUNT = "amount"
    REFUNDS = "refunds"
    UNKNOWN = "unknown"
    STANDING = "standing"
    MONEY_KEPT = "money_kept"
    ATTENTION = "attention"
    DISPUTE = "dispute"


DIFFERENCE_WORDS = {
    Kind.PAID_THERE: "Paid at the provider, not here",
    Kind.PAID_HERE: "Paid here, not at the provider",
    Kind.AMOUNT: "The amounts differ",
    Kind.REFUNDS: "Refunds differ",
    Kind.UNKNOWN: "Paid at the provider for no order of this shop",
    Kind.STANDING: "The payment page ended differently",
    Kind.MONEY_KEPT: "Cancelled, and the money is still here",
    Kind.ATTENTION: "The payment waits for a person",
    Kind.DISPUTE: "Disputed at the customer's bank",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement. `refusal` says why no button repairs it; "" when one does."""

    kind: Kind
    refusal: str = ""

    @property
    def can_be_repaired(self) -> bool:
        """Whether one click brings the order to what the provider says."""
        return not self.refusal


@dataclass(frozen=True, slots=True)
class Books:
    """What the shop's own rows say of one payment session, or of the order it names.

    `attempt` is None when no row of ours knows the session; `can_adopt`: a call of this order lost its answer, so
    the session may be that one. `refunded` counts every refund that has not failed.
    """

    order_id: int
    number: str
    order_state: OrderState
    payment_state: PaymentState
    total: Money
    attempt: AttemptState | None
    captured: Money
    refunded: Money
    can_adopt: bool = False


LIVE = (AttemptState.PREPARED, AttemptState.OPEN)
_NO_ORDER = (
    "No order of this shop has this number, so nothing here can be settled. Was a backup put back, or does another "
    "shop use this account? Send the money back in the provider's pages, or enter the order again by hand."
)
_SECOND = (
    "The order has a payment page of its own, and this is not it. If both were paid, send this one back in the "
    "provider's pages."
)
_NOT_THERE = (
    "The provider knows no such payment. Ship nothing before you found it: are the keys those of the right account "
    "and mode?"
)
_AMOUNT = "A person decides: accept the payment or send it back, on the order's page."
_KEPT = "The order was called off and money is still here. Refund it on the order's page."
_ATTENTION = "A person decides on the order's page; it says why."
_RUNNING_OUT = "It ends by itself when its time is over: nobody can pay it."


def judge(facts: PaymentFacts | None, books: Books | None) -> Difference | None:
    """The first thing that is different, the worst first; None when both say the same.

    Without `facts` the provider knows no such session; without `books` the shop knows no such order.
    """
    if books is None:
        is_money_here = facts is not None and facts.is_paid and facts.amount.minor > facts.refunded_minor
        return Difference(Kind.UNKNOWN, _NO_ORDER) if is_money_here else None
    if facts is None:
        return _without_facts(books)
    return _of_money(facts, books) or _of_standing(facts, books)


def _without_facts(books: Books) -> Difference | None:
    if books.captured:
        return Difference(Kind.PAID_HERE, _NOT_THERE)
    return Difference(Kind.STANDING, _RUNNING_OUT) if books.attempt is AttemptState.OPEN else None


def _of_money(facts: PaymentFacts, books: Books) -> Difference | None:
    if facts.is_paid and facts.amount and not books.captured:
        return _not_captured(facts, books)
    if books.captured and not facts.is_paid:
        return Difference(Kind.PAID_HERE, _NOT_THERE)
    return _of_amounts(facts, books) if books.captured else None


def _not_captured(facts: PaymentFacts, books: Books) -> Difference | None:
    if books.attempt is not None or books.can_adopt:
        return Difference(Kind.PAID_THERE)
    is_sent_back = facts.refunded_minor >= facts.amount.minor
    return None if is_sent_back else Difference(Kind.PAID_THERE, _SECOND)


def _of_amounts(facts: PaymentFacts, books: Books) -> Difference | None:
    if facts.refunded_minor != books.refunded.minor:
        return Difference(Kind.REFUNDS)
    if facts.refunded_minor >= facts.amount.minor and books.captured == facts.amount:
        return None  # everything went back: nothing is left to differ
    asks = books.payment_state is PaymentState.NEEDS_ATTENTION
    if books.captured != facts.amount or (asks and facts.amount != books.total):
        return Difference(Kind.AMOUNT, _AMOUNT)
    return Difference(Kind.MONEY_KEPT, _KEPT) if books.order_state is OrderState.CANCELLED else None


def _of_standing(facts: PaymentFacts, books: Books) -> Difference | None:
    if books.attempt is not None and not agrees(books.attempt, books.captured.minor, facts):
        return Difference(Kind.STANDING)
    if books.payment_state is PaymentState.NEEDS_ATTENTION:
        return Difference(Kind.ATTENTION, _ATTENTION)
    return None


def agrees(state: AttemptState, captured_minor: int, facts: PaymentFacts) -> bool:
    """Whether an attempt's state is what the provider says of its page."""
    if facts.status == "open":
        return state is AttemptState.OPEN
    if facts.status == "expired":
        return state in (AttemptState.EXPIRED, AttemptState.FAILED)
    if facts.payment_status == "unpaid":
        return state is (AttemptState.FAILED if facts.failed else AttemptState.COMPLETED)
    return captured_minor > 0 or (not facts.amount and state is AttemptState.COMPLETED)
