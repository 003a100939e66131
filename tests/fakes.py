"""Stand-ins that are passed in: a payment provider in memory, checked by the same tests as the real adapter."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from shop.gateway import (
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
)
from shop.money import Money
from shop.provider_amounts import money_in
from tests.fake_events import SECRET, read_signed_event, signed_event
from tests.fake_tax import FakeTax

__all__ = ["SECRET", "FakeGateway"]


class FakeGateway(FakeTax):
    """A payment provider in memory. `pay`, `decline`, `pay_later`, `arrive`, `bounce` and `expire` are its customers.

    `is_down` makes every call fail as when nobody answers; `calls` names what was asked of it, oldest first. With
    `now` set it refuses a page that ends sooner than half an hour from then, and refunds and disputes are of then.
    """

    def __init__(self, *, livemode: bool = False) -> None:
        super().__init__()
        self.livemode = livemode
        self.now: datetime | None = None
        self.is_warm = False
        self.is_down = False
        self.loses_answers = False
        self.refunds_start_pending = False
        self.refuses_refunds = False
        self.calls: list[str] = []
        self.requests: list[PaymentRequest] = []
        self.sessions: dict[str, PaymentFacts] = {}
        self.refunds: dict[str, RefundFacts] = {}
        self.disputes: dict[str, DisputeFacts] = {}
        self._made_at: dict[str, datetime] = {}
        self._answers: dict[str, tuple[object, PaymentPage | RefundFacts]] = {}
        self._numbers = count(1)

    def warm_up(self) -> None:
        self.is_warm = True

    def open_payment(self, request: PaymentRequest) -> PaymentPage:
        self._call("open_payment")
        self.requests.append(request)
        kept = self._kept(request.idempotency_key, request.parameters)
        if isinstance(kept, PaymentPage):
            return kept
        page = self._new_page(request)
        self._answers[request.idempotency_key] = (dict(request.parameters), page)
        self._maybe_lose()
        return page

    def find_payment(self, session_id: str) -> PaymentFacts | None:
        self._call("find_payment")
        return self.sessions.get(session_id)

    def close_payment(self, session_id: str) -> PaymentFacts:
        self._call("close_payment")
        if session_id not in self.sessions:
            raise GatewayRefused("resource_missing")
        if self.sessions[session_id].status == "open":
            self.expire(session_id)
        return self.sessions[session_id]

    def list_payments(self, since: datetime) -> Sequence[PaymentFacts]:
        self._call("list_payments")
        return self._payments(since)

    def page_of_payments(self, since: datetime, *, older_than: str, most: int) -> PaymentsPage:
        self._call("page_of_payments")
        newest_first = self._payments(since)
        names = [facts.session_id for facts in newest_first]
        start = names.index(older_than) + 1 if older_than else 0
        shown = tuple(newest_first[start : start + most])
        return PaymentsPage(shown, shown[-1].session_id if shown and start + most < len(names) else "")

    def refund(self, request: RefundRequest) -> RefundFacts:
        self._call("refund")
        kept = self._kept(request.idempotency_key, request.amount)
        if isinstance(kept, RefundFacts):
            return self.refunds[kept.provider_id]
        payment = next((f for f in self.sessions.values() if f.payment_intent == request.payment_intent), None)
        if payment is None or self.refuses_refunds:
            raise GatewayRefused("charge_disputed" if payment else "resource_missing")
        if request.amount.minor > payment.amount.minor - payment.refunded_minor:
            raise GatewayRefused("charge_already_refunded")
        status = "pending" if self.refunds_start_pending else "succeeded"
        facts = self.add_refund(request.payment_intent, request.amount, status=status, refund_id=request.refund_id)
        self._answers[request.idempotency_key] = (request.amount, facts)
        self._maybe_lose()
        return facts

    def find_refund(self, provider_id: str) -> RefundFacts | None:
        self._call("find_refund")
        return self.refunds.get(provider_id)

    def list_refunds(self, payment_intent: str) -> Sequence[RefundFacts]:
        self._call("list_refunds")
        return [facts for facts in reversed(self.refunds.values()) if facts.payment_intent == payment_intent]

    def list_refunds_since(self, since: datetime) -> Sequence[RefundFacts]:
        self._call("list_refunds_since")
        return [facts for facts in reversed(self.refunds.values()) if self._made_at[facts.provider_id] >= since]

    def find_dispute(self, provider_id: str) -> DisputeFacts | None:
        self._call("find_dispute")
        return self.disputes.get(provider_id)

    def list_disputes(self, since: datetime) -> Sequence[DisputeFacts]:
        self._call("list_disputes")
        return [facts for facts in reversed(self.disputes.values()) if self._made_at[facts.provider_id] >= since]

    def read_event(self, body: bytes, signature: str, now: datetime) -> ProviderEvent:
        return read_signed_event(body, signature, now)

    def pay(self, session_id: str) -> None:
        """The customer pays."""
        paid = "paid" if self._open(session_id).amount else "no_payment_required"
        self._change(session_id, status="complete", payment_status=paid, payment_intent=f"pi_{session_id}")

    def decline(self, session_id: str) -> None:
        """The card is refused; the page stays open."""
        self._open(session_id)
        self._change(session_id, payment_intent=f"pi_{session_id}")

    def pay_later(self, session_id: str) -> None:
        """A slow method is chosen."""
        self._open(session_id)
        self._change(session_id, status="complete", payment_intent=f"pi_{session_id}")

    def arrive(self, session_id: str) -> None:
        """The slow money comes."""
        self._change(session_id, payment_status="paid")

    def bounce(self, session_id: str) -> None:
        """The slow money does not come."""
        self._change(session_id, failed=True)

    def expire(self, session_id: str) -> None:
        """The page's time is over."""
        self._open(session_id)
        self._change(session_id, status="expired")

    def add_payment(self, like: str, session_id: str, order_reference: str) -> None:
        """One more payment like a known one, that names another order."""
        self.sessions[session_id] = replace(
            self.sessions[like],
            session_id=session_id,
            order_reference=order_reference,
            payment_intent=f"pi_{session_id}",
            created_at=self.now or self.sessions[like].created_at,
        )

    def change_amount(self, session_id: str, amount: Money) -> None:
        """The provider took another amount than it was asked to."""
        self._change(session_id, amount=amount)

    def add_refund(
        self, payment_intent: str, amount: Money, *, status: str = "succeeded", refund_id: int | None = None
    ) -> RefundFacts:
        """A refund comes to be; without `refund_id` somebody made it at the provider's own pages."""
        facts = RefundFacts(f"re_{next(self._numbers)}", payment_intent, status, amount, refund_id)
        self.refunds[facts.provider_id] = facts
        self._date(facts)
        self._refunded(facts, amount.minor)
        return facts

    def end_refund(self, provider_id: str, status: str) -> None:
        """A refund succeeds or fails in the end."""
        facts = replace(self.refunds[provider_id], status=status)
        self.refunds[provider_id] = facts
        if status == "failed":
            self._refunded(facts, -facts.amount.minor)

    def dispute(self, session_id: str) -> str:
        """The customer complains at their bank."""
        payment = self.sessions[session_id]
        assert payment.payment_intent is not None
        name, reason = f"dp_{next(self._numbers)}", "product_not_received"
        self.disputes[name] = DisputeFacts(name, payment.payment_intent, "needs_response", reason, payment.amount)
        self._date(self.disputes[name])
        return name

    def end_dispute(self, provider_id: str, status: str) -> None:
        """The bank has decided."""
        self.disputes[provider_id] = replace(self.disputes[provider_id], status=status)

    def forget_keys(self) -> None:
        """A day passes: idempotency keys are new again."""
        self._answers.clear()

    def event(
        self,
        kind: str,
        subject_id: str,
        *,
        now: datetime,
        event_id: str | None = None,
        livemode: bool | None = None,
        secret: str = SECRET,
    ) -> tuple[bytes, dict[str, str]]:
        """A signed webhook: body and headers."""
        live = self.livemode if livemode is None else livemode
        return signed_event(event_id or f"evt_{next(self._numbers)}", kind, subject_id, now, live, secret)

    def _payments(self, since: datetime) -> list[PaymentFacts]:
        return [facts for facts in reversed(self.sessions.values()) if facts.created_at and facts.created_at >= since]

    def _date(self, made: RefundFacts | DisputeFacts) -> None:
        """It is made now, or where no clock is set, when its payment was."""
        paid = [facts for facts in self.sessions.values() if facts.payment_intent == made.payment_intent]
        at = self.now or (paid[0].created_at if paid else None)
        self._made_at[made.provider_id] = at or datetime.now(UTC)

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.is_down:
            raise GatewayUnavailable

    def _maybe_lose(self) -> None:
        if self.loses_answers:
            self.loses_answers = False
            raise GatewayUnavailable

    def _kept(self, key: str, parameters: object) -> PaymentPage | RefundFacts | None:
        if key not in self._answers:
            return None
        sent, answer = self._answers[key]
        if sent != parameters:
            raise GatewayRefused("idempotency_error")
        return answer

    def _new_page(self, request: PaymentRequest) -> PaymentPage:
        expires_at = datetime.fromtimestamp(_whole(request.parameters["expires_at"]), tz=UTC)
        if self.now is not None and expires_at < self.now + timedelta(minutes=30):
            raise GatewayRefused("expires_at")
        session_id = f"cs_test_{next(self._numbers)}"
        url = f"http://provider.test/pay/{session_id}" if request.parameters["ui_mode"] == "hosted_page" else ""
        amount, currency = _total(request.parameters["line_items"])
        self.sessions[session_id] = PaymentFacts(
            session_id=session_id,
            order_reference=str(request.parameters["client_reference_id"]),
            status="open",
            payment_status="unpaid",
            amount=money_in(amount, currency),
            livemode=self.livemode,
            payment_intent=None,
            url=url or None,
            expires_at=expires_at,
            client_secret="" if url else f"{session_id}_secret_1",
            created_at=expires_at - timedelta(minutes=31),
        )
        return PaymentPage(session_id, url, expires_at)

    def _open(self, session_id: str) -> PaymentFacts:
        facts = self.sessions[session_id]
        assert facts.status == "open", f"the session is {facts.status}"
        return facts

    def _change(self, session_id: str, **changes: Any) -> None:
        if changes.get("status") in ("complete", "expired"):
            changes |= {"url": None, "client_secret": ""}
        self.sessions[session_id] = replace(self.sessions[session_id], **changes)

    def _refunded(self, refund: RefundFacts, minor: int) -> None:
        for session_id, facts in self.sessions.items():
            if facts.payment_intent == refund.payment_intent:
                self._change(session_id, refunded_minor=facts.refunded_minor + minor)
                return


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _total(items: object) -> tuple[int, str]:
    assert isinstance(items, list)
    prices = [item["price_data"] for item in items]
    return sum(price["unit_amount"] for price in prices), str(prices[0]["currency"]).upper()
