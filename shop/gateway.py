"""What the shop needs of a payment provider, and the plain values that go there and come back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shop.errors import ShopError
from shop.money import Money


class GatewayUnavailable(ShopError):
    """The provider did not answer in time, or answered that it cannot now. The same call may be sent again."""

    code, status, title = "provider_unavailable", 503, "The payment page cannot be reached"

    def __init__(self, sentence: str = "The payment service does not answer. Please try again in a moment.") -> None:
        super().__init__(sentence)
        self.retry_after_seconds = 5


class GatewayRefused(ShopError):
    """The provider answered no. Sending the same call again would get the same answer."""

    code, status, title = "provider_refused", 409, "The payment service refused"

    def __init__(self, reason: str) -> None:
        super().__init__("The payment service refused this request. Nothing was charged.")
        self.reason = reason


class BadSignature(ShopError):
    """A webhook that the provider did not sign, or not lately.

    `reason` is not_signed, too_old, ahead or not_an_event: it goes into a log and a metric, never into the answer.
    """

    code, status = "bad_signature", 400

    def __init__(self, reason: str = "not_signed") -> None:
        super().__init__("Refused.")
        self.reason = reason


MOST_SECONDS_APART = 300


def refuse_other_times(stamp: int, now: datetime) -> None:
    """Raise BadSignature for a webhook signed more than five minutes before `now`, or after it."""
    age = now.timestamp() - stamp
    if abs(age) > MOST_SECONDS_APART:
        raise BadSignature("too_old" if age > 0 else "ahead")


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """One call that opens a payment page: the stored parameters and the key that makes a retry the same call."""

    order_id: int
    attempt_id: int
    idempotency_key: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Where the customer pays; `url` is "" for a session that is paid in a page of the shop."""

    session_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What the provider says of one payment session, without a word about health or people.

    `status` is open, complete or expired; `payment_status` is paid, unpaid or no_payment_required. `failed` tells a
    complete but unpaid session whose money will not come from one whose slow money is still on its way. `client_secret`
    lets the shop's own payment page speak of an open session; it is asked for each time and kept nowhere.
    """

    session_id: str
    order_reference: str | None
    status: str
    payment_status: str
    amount: Money
    livemode: bool
    payment_intent: str | None
    url: str | None = None
    expires_at: datetime | None = None
    failed: bool = False
    refunded_minor: int = 0
    created_at: datetime | None = None
    client_secret: str = field(default="", repr=False)

    @property
    def is_paid(self) -> bool:
        """Whether its money was captured (or none was asked)."""
        return self.status == "complete" and self.payment_status in ("paid", "no_payment_required")


@dataclass(frozen=True, slots=True)
class PaymentsPage:
    """Some payment sessions, newest first. `older_than` asks for those after them; "" when these are the last."""

    payments: tuple[PaymentFacts, ...]
    older_than: str


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """One call that refunds part of a captured payment."""

    refund_id: int
    payment_intent: str
    amount: Money
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """What the provider says of one refund. `status` is pending, requires_action, succeeded, failed or canceled."""

    provider_id: str
    payment_intent: str
    status: str
    amount: Money
    refund_id: int | None


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """What the provider says of a customer's complaint at their bank. `status` and `reason` are its own codes."""

    provider_id: str
    payment_intent: str
    status: str
    reason: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TaxQuestion:
    """What tax is asked for: amounts after every discount, and where they go. No name, no street, no goods' names.

    `lines` are (reference, minor units), none of them 0; there are none when only delivery is paid. `is_inclusive` when
    the amounts contain their tax.
    """

    currency: str
    lines: tuple[tuple[str, int], ...]
    shipping_minor: int
    is_inclusive: bool
    country: str
    region: str
    city: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class TaxAnswer:
    """The tax on each line by its reference, as (minor units, millionths), on delivery, and what all comes to."""

    calculation_id: str
    currency: str
    lines: Mapping[str, tuple[int, int]]
    shipping_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class TaxSale:
    """A sale for the provider's tax reports: what was calculated before it, under a name used once."""

    calculation_id: str
    reference: str


@dataclass(frozen=True, slots=True)
class TaxReversal:
    """What went back of a reported sale, its tax included; everything where there is no `amount`."""

    transaction_id: str
    reference: str
    amount: Money | None


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A verified webhook event: `subject_id` is the id of the object it speaks of."""

    event_id: str
    kind: str
    subject_id: str
    api_version: str | None
    livemode: bool
    created_at: datetime


class Gateway(Protocol):
    """The provider, seen from the shop. Every method but `warm_up` is network: call it outside any transaction.

    All of those raise GatewayUnavailable (try again) or GatewayRefused (do not).
    """

    def warm_up(self) -> None:
        """Begin to load what the first call needs, beside whatever else is done. No network; returns at once."""
        ...

    def open_payment(self, request: PaymentRequest) -> PaymentPage:
        """Open the payment page of `request`, or get the same page again."""
        ...

    def find_payment(self, session_id: str) -> PaymentFacts | None:
        """What the provider knows of a session; None when it knows none of that id."""
        ...

    def close_payment(self, session_id: str) -> PaymentFacts:
        """Expire a session so that nobody can pay it any more; one that is complete comes back as complete."""
        ...

    def list_payments(self, since: datetime) -> Sequence[PaymentFacts]:
        """Every session created since then, newest first."""
        ...

    def page_of_payments(self, since: datetime, *, older_than: str, most: int) -> PaymentsPage:
        """At most `most` (100) sessions created since then, newest first; `older_than` comes from the page before."""
        ...

    def calculate_tax(self, question: TaxQuestion) -> TaxAnswer:
        """The tax on what is about to be ordered; nothing is charged and nothing reported by asking."""
        ...

    def report_sale(self, sale: TaxSale) -> str:
        """Put a sale into the tax reports, once per reference; returns its id there."""
        ...

    def report_reversal(self, reversal: TaxReversal) -> str:
        """Take off a reported sale what went back, once per reference; returns the reversal's id."""
        ...

    def refund(self, request: RefundRequest) -> RefundFacts:
        """Send money back, once per idempotency key."""
        ...

    def find_refund(self, provider_id: str) -> RefundFacts | None:
        """What the provider knows of a refund."""
        ...

    def list_refunds(self, payment_intent: str) -> Sequence[RefundFacts]:
        """Every refund of one payment, whoever made it."""
        ...

    def list_refunds_since(self, since: datetime) -> Sequence[RefundFacts]:
        """Every refund made since then, of whatever payment and by whoever, newest first."""
        ...

    def find_dispute(self, provider_id: str) -> DisputeFacts | None:
        """What the provider knows of a dispute."""
        ...

    def list_disputes(self, since: datetime) -> Sequence[DisputeFacts]:
        """Every dispute opened since then, newest first."""
        ...

    def read_event(self, body: bytes, signature: str, now: datetime) -> ProviderEvent:
        """Verify a webhook (signature, and its age both ways) and read it. Raises BadSignature."""
        ...
