"""Stripe behind the shop's `Gateway`: the only module that imports `stripe`, at first use (it costs up to a second)."""

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from shop.config import Config
from shop.gateway import (
    BadSignature,
    DisputeFacts,
    GatewayRefused,
    GatewayUnavailable,
    PaymentFacts,
    PaymentPage,
    PaymentRequest,
    PaymentsPage,
    ProviderEvent,
    RefundFacts,
    RefundRequest,
    TaxAnswer,
    TaxQuestion,
    TaxReversal,
    TaxSale,
    refuse_other_times,
)
from shop.payments.stripe_shapes import (
    dispute_facts,
    payment_facts,
    provider_event,
    refund_facts,
    refund_parameters,
    reversal_parameters,
    tax_answer,
    tax_parameters,
)

if TYPE_CHECKING:
    import stripe

API_VERSION = "2026-10-28.endive"
WITH_CHARGE = "payment_intent.latest_charge"
HttpClientFactory = Callable[[], "stripe.HTTPClient"]


class StripeGateway:
    """Checkout Sessions over `StripeClient`: a short timeout, no silent retries, an idempotency key on every POST.

    No more than `provider_concurrency` threads wait for the provider; one more is told at once to try again, so
    that the catalogue stays up while payments do not.
    """

    def __init__(self, config: Config, http_client: HttpClientFactory | None = None) -> None:
        self._config = config
        self._http_client = http_client
        self._is_warm = False
        self._waiting = threading.BoundedSemaphore(max(1, config.provider_concurrency))

    def warm_up(self) -> None:
        """Begin to import the library, so that the first buyer of a process does not wait for it. Returns at once."""
        if not self._is_warm:
            self._is_warm = True
            threading.Thread(target=lambda: self._client, daemon=True).start()

    def open_payment(self, request: PaymentRequest) -> PaymentPage:
        """Open the payment page of `request`, or get the same page again."""
        with self._call() as client:
            session = client.v1.checkout.sessions.create(
                cast(Any, dict(request.parameters)), {"idempotency_key": request.idempotency_key}
            )
        if not session.url and not session.client_secret:
            raise GatewayRefused("the payment page is closed already")
        return PaymentPage(session.id, session.url or "", datetime.fromtimestamp(session.expires_at, tz=UTC))

    def find_payment(self, session_id: str) -> PaymentFacts | None:
        """What the provider knows of a session; None when it knows none of that id."""
        with self._call() as client, _none_if_missing() as found:
            session = client.v1.checkout.sessions.retrieve(session_id, {"expand": [WITH_CHARGE]})
            found.append(payment_facts(session))
        return cast("PaymentFacts | None", found[0] if found else None)

    def close_payment(self, session_id: str) -> PaymentFacts:
        """Expire a session so that nobody can pay it any more; one that is complete comes back as complete."""
        facts = self.find_payment(session_id)
        if facts is not None and facts.status == "open":
            try:
                with self._call() as client:
                    client.v1.checkout.sessions.expire(session_id)
            except GatewayRefused:
                pass  # it ended by itself in between: what is true now is read below
            facts = self.find_payment(session_id)
        if facts is None or facts.status == "open":
            raise GatewayRefused("the payment page could not be closed")
        return facts

    def list_payments(self, since: datetime) -> Sequence[PaymentFacts]:
        """Every session created since then, newest first."""
        created: Any = {"gte": int(since.timestamp())}
        with self._call() as client:
            page = client.v1.checkout.sessions.list(
                {"created": created, "limit": 100, "expand": [f"data.{WITH_CHARGE}"]}
            )
            return [payment_facts(session) for session in page.auto_paging_iter()]

    def page_of_payments(self, since: datetime, *, older_than: str, most: int) -> PaymentsPage:
        """At most `most` (100) sessions created since then, newest first; `older_than` comes from the page before."""
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": most, "expand": [f"data.{WITH_CHARGE}"]}
        if older_than:
            wanted["starting_after"] = older_than
        with self._call() as client:
            page = client.v1.checkout.sessions.list(wanted)
        payments = tuple(payment_facts(session) for session in page.data)
        return PaymentsPage(payments, payments[-1].session_id if page.has_more and payments else "")

    def calculate_tax(self, question: TaxQuestion) -> TaxAnswer:
        """The tax on what is about to be ordered; nothing is charged and nothing reported by asking."""
        parameters: Any = tax_parameters(question, self._config.stripe_tax_code)
        with self._call() as client:
            calculation = client.v1.tax.calculations.create(parameters)
        return tax_answer(calculation)

    def report_sale(self, sale: TaxSale) -> str:
        """Put a sale into the tax reports, once per reference; returns its id there."""
        parameters: Any = {"calculation": sale.calculation_id, "reference": sale.reference}
        with self._call() as client:
            return client.v1.tax.transactions.create_from_calculation(parameters, _tax_key(sale.reference)).id

    def report_reversal(self, reversal: TaxReversal) -> str:
        """Take off a reported sale what went back, once per reference; returns the reversal's id."""
        parameters: Any = reversal_parameters(reversal)
        with self._call() as client:
            return client.v1.tax.transactions.create_reversal(parameters, _tax_key(reversal.reference)).id

    def refund(self, request: RefundRequest) -> RefundFacts:
        """Send money back, once per idempotency key."""
        parameters: Any = refund_parameters(request)
        with self._call() as client:
            refund = client.v1.refunds.create(parameters, {"idempotency_key": request.idempotency_key})
        return refund_facts(refund)

    def find_refund(self, provider_id: str) -> RefundFacts | None:
        """What the provider knows of a refund."""
        with self._call() as client, _none_if_missing() as found:
            found.append(refund_facts(client.v1.refunds.retrieve(provider_id)))
        return cast("RefundFacts | None", found[0] if found else None)

    def list_refunds(self, payment_intent: str) -> Sequence[RefundFacts]:
        """Every refund of one payment, whoever made it."""
        with self._call() as client:
            page = client.v1.refunds.list({"payment_intent": payment_intent, "limit": 100})
            return [refund_facts(refund) for refund in page.auto_paging_iter()]

    def list_refunds_since(self, since: datetime) -> Sequence[RefundFacts]:
        """Every refund made since then, of whatever payment and by whoever, newest first."""
        with self._call() as client:
            page = client.v1.refunds.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            return [refund_facts(refund) for refund in page.auto_paging_iter()]

    def find_dispute(self, provider_id: str) -> DisputeFacts | None:
        """What the provider knows of a dispute."""
        with self._call() as client, _none_if_missing() as found:
            found.append(dispute_facts(client.v1.disputes.retrieve(provider_id)))
        return cast("DisputeFacts | None", found[0] if found else None)

    def list_disputes(self, since: datetime) -> Sequence[DisputeFacts]:
        """Every dispute opened since then, newest first."""
        with self._call() as client:
            page = client.v1.disputes.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            return [dispute_facts(dispute) for dispute in page.auto_paging_iter()]

    def read_event(self, body: bytes, signature: str, now: datetime) -> ProviderEvent:
        """Verify a webhook under any configured secret, its age both ways, and read it. Raises BadSignature."""
        if not any(self._is_signed(body, signature, secret) for secret in self._config.stripe_webhook_secrets):
            raise BadSignature
        stamp = int(next(part for part in signature.split(",") if part.startswith("t=")).split("=")[1])
        refuse_other_times(stamp, now)
        try:
            return provider_event(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSignature("not_an_event") from error

    def _is_signed(self, body: bytes, signature: str, secret: str) -> bool:
        library = self._library
        try:  # the library's own tolerance refuses old stamps only, by a clock of its own
            library.WebhookSignature.verify_header(body, signature, secret, None)
        except (library.SignatureVerificationError, ValueError, TypeError):
            return False
        return True

    @contextmanager
    def _call(self) -> Iterator["stripe.StripeClient"]:
        """One call: at most so many at a time, and the library's errors as ours."""
        if not self._waiting.acquire(blocking=False):
            raise GatewayUnavailable
        library = self._library
        try:
            yield self._client
        except (library.APIConnectionError, library.RateLimitError, library.APIError) as error:
            raise GatewayUnavailable from error
        except (library.AuthenticationError, library.PermissionError) as error:
            raise GatewayUnavailable("The shop cannot take payments at the moment. Nothing was charged.") from error
        except library.StripeError as error:
            if error.code == "idempotency_key_in_use" or (error.http_status or 0) >= 500:
                raise GatewayUnavailable from error
            raise GatewayRefused(_reason(error)) from error
        finally:
            self._waiting.release()

    @cached_property
    def _library(self) -> Any:
        import stripe  # late: costs up to a second, which pages without payments must not pay

        _silence(stripe)
        return stripe

    @cached_property
    def _client(self) -> "stripe.StripeClient":
        make = self._http_client or self._default_http_client
        base = self._config.stripe_api_base
        client: stripe.StripeClient = self._library.StripeClient(
            self._config.stripe_secret_key,
            base_addresses={"api": base} if base else None,
            http_client=make(),
            max_network_retries=0,
            stripe_version=API_VERSION,
        )
        return client

    def _default_http_client(self) -> "stripe.HTTPClient":
        client: stripe.HTTPClient = self._library.RequestsClient(timeout=self._config.provider_timeout_seconds)
        return client


def _tax_key(reference: str) -> Any:
    return {"idempotency_key": f"tax:{reference}"}


@contextmanager
def _none_if_missing() -> Iterator[list[Any]]:
    """Collect an answer; "there is no such thing" leaves the list empty."""
    found: list[Any] = []
    try:
        yield found
    except Exception as error:
        if getattr(error, "code", None) != "resource_missing":
            raise


def _silence(library: Any) -> None:
    """Keep the library from writing what it sends and gets: below WARNING it logs whole bodies, e-mail included.

    A filter, as a host may set the level afterwards; and an end to its own printing, which STRIPE_LOG turns on.
    """
    logger = logging.getLogger("stripe")
    logger.setLevel(max(logging.WARNING, logger.level))
    if _is_loud_enough not in logger.filters:
        logger.addFilter(_is_loud_enough)
    library.log = None
    library._util.STRIPE_LOG = None  # read from the environment when the library is imported


def _is_loud_enough(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _reason(error: "stripe.StripeError") -> str:
    """The provider's code and parameter: its message may repeat what the customer typed."""
    return f"{error.code or 'refused'} {getattr(error, 'param', None) or ''}".strip()
