"""The provider is asked for what the shop shows, in every currency, whatever its smallest unit is there."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from babel.numbers import list_currencies

from shop.gateway import GatewayRefused, RefundRequest, TaxQuestion
from shop.money import Money, exponent, parse_money, to_decimal
from shop.payments.stripe_shapes import (
    dispute_facts,
    payment_facts,
    refund_facts,
    refund_parameters,
    tax_answer,
    tax_parameters,
)
from shop.provider_amounts import NotPayable, money_in, money_out, payable_step, provider_exponent, to_provider
from tests.shop.payments.conftest import Bench

CURRENCIES = sorted(list_currencies())
NO_DECIMALS = ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
THREE_DECIMALS = ["BHD", "JOD", "KWD", "OMR", "TND"]
CHARGED = {"USD": 340000, "EUR": 340000, "JPY": 3400, "ISK": 340000, "RSD": 340000, "UGX": 340000, "KWD": 3400000}


def documented(currency: str) -> int:
    """Decimals by the provider's own documentation, written down once more."""
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def session_of(currency: str, units: int, refunded: int = 0) -> Any:
    charge = SimpleNamespace(amount_refunded=refunded)
    return SimpleNamespace(
        id="cs_1", client_reference_id="TS-1", status="complete", payment_status="paid", amount_total=units,
        currency=currency.lower(), livemode=False, url=None, expires_at=1, client_secret=None, created=1,
        payment_intent=SimpleNamespace(id="pi_1", latest_charge=charge, status="succeeded"),
    )  # fmt: skip


@pytest.mark.parametrize("currency", CURRENCIES)
def test_each_currency_goes_to_the_provider_and_comes_back_as_the_same_money(currency: str) -> None:
    amount = parse_money("3400", currency)

    units = to_provider(amount)

    assert provider_exponent(currency) == documented(currency)
    assert Decimal(units).scaleb(-documented(currency)) == to_decimal(amount) == 3400
    assert money_in(units, currency) == money_out(units, currency) == amount


@pytest.mark.parametrize("currency", CURRENCIES)
def test_the_smallest_step_of_a_currency_is_payable_or_refused_and_never_another_amount(currency: str) -> None:
    amount = Money(3401, currency)

    try:
        units = to_provider(amount)
    except NotPayable:
        assert currency in THREE_DECIMALS or exponent(currency) > documented(currency)
    else:
        assert Decimal(units).scaleb(-documented(currency)) == to_decimal(amount)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_what_the_provider_takes_is_a_multiple_of_the_payable_step(currency: str) -> None:
    step = payable_step(currency)

    to_provider(Money(7 * step, currency))

    if step > 1:
        with pytest.raises(NotPayable):
            to_provider(Money(7 * step // 10, currency))


@pytest.mark.parametrize("currency", CHARGED)
def test_an_order_is_charged_and_settled_as_what_was_shown(bench: Bench, currency: str) -> None:
    order_id, session_id = bench.opened(currency=currency)

    lines: Any = bench.gateway.requests[0].parameters["line_items"]
    bench.gateway.pay(session_id)
    outcome = bench.settle(order_id, session_id)

    asked = sum(line["price_data"]["unit_amount"] for line in lines)
    assert Decimal(asked).scaleb(-documented(currency)) == to_decimal(Money(3900, currency))
    assert outcome == "placed"


@pytest.mark.parametrize("currency", CHARGED)
def test_payments_refunds_and_disputes_are_read_in_the_shops_units(currency: str) -> None:
    whole, units = parse_money("3400", currency), CHARGED[currency]
    thing: Any = SimpleNamespace(
        id="x_1", payment_intent="pi_1", status="succeeded", reason="fraudulent", amount=units,
        currency=currency.lower(), metadata=None,
    )  # fmt: skip

    facts = payment_facts(session_of(currency, units, refunded=units))

    assert (facts.amount, facts.refunded_minor) == (whole, whole.minor)
    assert refund_facts(thing).amount == dispute_facts(thing).amount == whole
    assert refund_parameters(RefundRequest(1, "pi_1", whole, "key"))["amount"] == units


def test_a_part_of_a_unit_never_makes_up_for_a_whole_one() -> None:
    facts = payment_facts(session_of("RSD", 150, refunded=150))

    assert facts.amount == Money(1, "RSD")
    assert facts.refunded_minor == 2


def test_a_refund_that_the_provider_cannot_say_is_refused_before_it_is_sent() -> None:
    with pytest.raises(GatewayRefused):
        refund_parameters(RefundRequest(1, "pi_1", Money(1234, "KWD"), "key"))


def test_tax_is_asked_and_read_in_the_providers_units() -> None:
    question = TaxQuestion("ISK", (("1", 5000),), 900, False, "IS", "", "Akureyri", "600")

    asked = tax_parameters(question, "txcd_99999999")
    answer = tax_answer(calculation(asked["line_items"][0]["amount"] // 10))

    assert (asked["line_items"][0]["amount"], asked["shipping_cost"]["amount"]) == (500_000, 90_000)
    assert (answer.lines["1"][0], answer.total_minor) == (500, 5500)


def test_tax_in_parts_of_a_unit_is_no_answer() -> None:
    with pytest.raises(GatewayRefused):
        tax_answer(calculation(150))


def calculation(tax: int) -> Any:
    line = SimpleNamespace(reference="1", amount_tax=tax, tax_breakdown=[])
    return SimpleNamespace(
        id="taxcalc_1", currency="isk", shipping_cost=None, amount_total=500_000 + tax,
        line_items=SimpleNamespace(data=[line]),
    )  # fmt: skip
