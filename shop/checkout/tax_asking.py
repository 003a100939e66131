"""Ask the provider for the tax, where the merchant chose so; outside any transaction, and never without a plan B."""

import structlog

from shop.cart.rules import CartView
from shop.checkout.rules import CheckoutDetails
from shop.checkout.taxing import Taxed, TaxUnknown, adds_up, question_of, with_tax
from shop.gateway import GatewayRefused, GatewayUnavailable, TaxAnswer, TaxQuestion
from shop.web import config, gateway

log = structlog.get_logger("shop.checkout")


def with_asked_tax(contents: CartView, details: CheckoutDetails) -> tuple[CartView, Taxed | None]:
    """The cart with the tax as it is asked for, and the answer; the zones' own rates where those are chosen.

    Raises TaxUnknown when there is no answer that adds up and the merchant wants no other.
    """
    question = question_of(contents, details) if config().tax_source == "stripe" else None
    if question is None:
        return contents, None
    answer = _answer(question)
    if answer is not None:
        return with_tax(contents, answer), Taxed(question, answer)
    if config().tax_when_silent == "zones":
        return contents, None
    raise TaxUnknown


def _answer(question: TaxQuestion) -> TaxAnswer | None:
    try:
        answer = gateway().calculate_tax(question)
    except (GatewayUnavailable, GatewayRefused) as error:
        log.warning("tax_not_calculated", code=error.code)
        return None
    if not adds_up(question, answer):
        log.error("tax_does_not_add_up", calculation=answer.calculation_id)
        return None
    return answer
