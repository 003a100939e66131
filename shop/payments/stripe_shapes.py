"""Stripe's objects read into the shop's plain values. Knows their shape, not the library."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shop.gateway import (
    DisputeFacts,
    GatewayRefused,
    PaymentFacts,
    ProviderEvent,
    RefundFacts,
    RefundRequest,
    TaxAnswer,
    TaxQuestion,
    TaxReversal,
)
from shop.money import Money
from shop.provider_amounts import NotPayable, money_exactly, money_in, money_out, to_provider

DELIVERY, DELIVERY_TAX_CODE = "delivery", "txcd_92010001"
GONE = ("requires_payment_method", "canceled")  # of a payment whose session is complete: the money will not come


def payment_facts(session: Any) -> PaymentFacts:
    """The facts of one Checkout Session, read with its payment expanded."""
    intent = session.payment_intent
    expanded = intent is not None and not isinstance(intent, str)
    charge = intent.latest_charge if expanded else None
    currency = str(session.currency or "").upper()
    sent_back = int(charge.amount_refunded) if charge is not None and not isinstance(charge, str) else 0
    is_unpaid = session.status == "complete" and session.payment_status == "unpaid"
    return PaymentFacts(
        session_id=session.id,
        order_reference=session.client_reference_id,
        status=session.status or "open",
        payment_status=session.payment_status,
        amount=money_in(int(session.amount_total or 0), currency),
        livemode=bool(session.livemode),
        payment_intent=intent.id if expanded else intent,
        url=session.url,
        expires_at=datetime.fromtimestamp(session.expires_at, tz=UTC),
        failed=is_unpaid and expanded and intent.status in GONE,
        refunded_minor=money_out(sent_back, currency).minor,
        client_secret=(session.client_secret or "") if session.status == "open" else "",
        created_at=datetime.fromtimestamp(session.created, tz=UTC),
    )


def refund_facts(refund: Any) -> RefundFacts:
    """The facts of one refund; `refund_id` is ours if we made it."""
    metadata = refund.metadata
    ours = metadata["refund"] if metadata and "refund" in metadata else ""
    return RefundFacts(
        provider_id=refund.id,
        payment_intent=_intent_of(refund),
        status=refund.status or "pending",
        amount=money_out(int(refund.amount), str(refund.currency).upper()),
        refund_id=int(ours) if ours.isascii() and ours.isdecimal() and len(ours) < 18 else None,
    )


def tax_parameters(question: TaxQuestion, tax_code: str) -> dict[str, Any]:
    """The call that asks for the tax."""
    behaviour = "inclusive" if question.is_inclusive else "exclusive"
    address = {"country": question.country, "city": question.city, "postal_code": question.postal_code}
    if question.region:
        address["state"] = question.region
    lines = [
        {
            "amount": _units(amount, question.currency),
            "reference": reference,
            "tax_behavior": behaviour,
            "tax_code": tax_code,
        }
        for reference, amount in question.lines
    ]
    delivery = {"amount": _units(question.shipping_minor, question.currency), "tax_behavior": behaviour}
    if not lines:  # the provider wants a line: goods that cost nothing leave delivery as the only one
        lines = [{**delivery, "reference": DELIVERY, "tax_code": DELIVERY_TAX_CODE}]
    asked: dict[str, Any] = {
        "currency": question.currency.lower(),
        "line_items": lines,
        "customer_details": {"address": address, "address_source": "shipping"},
        "expand": ["line_items.data.tax_breakdown"],
    }
    if question.shipping_minor and question.lines:
        asked["shipping_cost"] = delivery
    return asked


def tax_answer(calculation: Any) -> TaxAnswer:
    """What was worked out; `shop.checkout.taxing` holds it against what was asked."""
    shipping = calculation.shipping_cost
    currency = str(calculation.currency).upper()
    lines = {
        str(line.reference): (money_exactly(int(line.amount_tax), currency), _rate(line))
        for line in calculation.line_items.data
    }
    alone, _ = lines.pop(DELIVERY, (0, 0))
    return TaxAnswer(
        calculation_id=calculation.id,
        currency=currency,
        lines=lines,
        shipping_minor=money_exactly(int(shipping.amount_tax), currency) if shipping is not None else alone,
        total_minor=money_exactly(int(calculation.amount_total), currency),
    )


def refund_parameters(request: RefundRequest) -> dict[str, Any]:
    """The call that sends money back."""
    return {
        "payment_intent": request.payment_intent,
        "amount": _units(request.amount.minor, request.amount.currency),
        "metadata": {"refund": str(request.refund_id)},
    }


def reversal_parameters(reversal: TaxReversal) -> dict[str, Any]:
    """The call that takes what went back off a reported sale; the provider spreads a part over its lines."""
    asked = {"original_transaction": reversal.transaction_id, "reference": reversal.reference}
    if reversal.amount is None:
        return {**asked, "mode": "full"}
    return {**asked, "mode": "partial", "flat_amount": -_units(reversal.amount.minor, reversal.amount.currency)}


def _units(minor: int, currency: str) -> int:
    """The provider's units of an amount of ours; one that it does not take needs no asking."""
    try:
        return to_provider(Money(minor, currency))
    except NotPayable as error:
        raise GatewayRefused("amount not payable") from error


def _rate(line: Any) -> int:
    """All rates on a line together, in millionths."""
    rates = [part.tax_rate_details for part in line.tax_breakdown or []]
    percent = sum((Decimal(rate.percentage_decimal) for rate in rates if rate is not None), Decimal())
    return int(percent * 10_000)


def dispute_facts(dispute: Any) -> DisputeFacts:
    """The facts of one dispute."""
    return DisputeFacts(
        provider_id=dispute.id,
        payment_intent=_intent_of(dispute),
        status=str(dispute.status),
        reason=str(dispute.reason),
        amount=money_out(int(dispute.amount), str(dispute.currency).upper()),
    )


def _intent_of(thing: Any) -> str:
    intent = thing.payment_intent
    return intent if isinstance(intent, str) else (intent.id if intent is not None else "")


def provider_event(content: Mapping[str, Any]) -> ProviderEvent:
    """A verified event. Raises KeyError, TypeError or ValueError for one that is not shaped like an event."""
    if content["object"] != "event":
        raise ValueError("not an event")
    return ProviderEvent(
        event_id=str(content["id"])[:120],
        kind=str(content["type"])[:80],
        subject_id=str(content["data"]["object"].get("id") or "")[:120],
        api_version=content.get("api_version"),
        livemode=bool(content["livemode"]),
        created_at=datetime.fromtimestamp(int(content["created"]), tz=UTC),
    )
