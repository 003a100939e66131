"""A cart whose tax the provider works out: what is asked, whether the answer adds up, the quote with it. Pure."""

from dataclasses import dataclass, replace

from shop.cart.rules import CartView
from shop.checkout.rules import CheckoutDetails
from shop.errors import ShopError
from shop.gateway import TaxAnswer, TaxQuestion
from shop.money import Money, total
from shop.pricing.rules import Quote


class TaxUnknown(ShopError):
    """The tax on an order cannot be worked out now: nothing is ordered."""

    code, status, title = "tax_unknown", 503, "The tax cannot be worked out at the moment"

    def __init__(self) -> None:
        super().__init__(
            "The service that works out the tax does not answer, so nothing was ordered and nothing charged. "
            "Your cart and your address are kept. Please try again in a moment."
        )
        self.retry_after_seconds = 10


@dataclass(frozen=True, slots=True)
class Taxed:
    """A question and its answer: they belong to one cart as it was, and to one address."""

    question: TaxQuestion
    answer: TaxAnswer


def question_of(contents: CartView, details: CheckoutDetails) -> TaxQuestion | None:
    """What is asked about a cart on its way to an address; None when there is nothing to be taxed."""
    quote = contents.quote
    lines = tuple(
        (str(number), (line.total - line.discount).minor)
        for number, line in enumerate(quote.lines, start=1)
        if line.total != line.discount
    )
    if not lines and not quote.shipping:
        return None
    return TaxQuestion(
        currency=quote.currency,
        lines=lines,
        shipping_minor=quote.shipping.minor,
        is_inclusive=quote.tax_inclusive,
        country=details.country,
        region=details.region,
        city=details.city,
        postal_code=details.postal_code,
    )


def adds_up(question: TaxQuestion, answer: TaxAnswer) -> bool:
    """Whether an answer is one to this question: its currency, each line, no negative tax, and the sum of all."""
    amounts = dict(question.lines)
    taxes = {reference: tax for reference, (tax, _) in answer.lines.items()}
    if answer.currency != question.currency or taxes.keys() != amounts.keys() or not answer.calculation_id:
        return False
    if answer.shipping_minor < 0 or any(tax < 0 or rate < 0 for tax, rate in answer.lines.values()):
        return False
    if question.is_inclusive and any(taxes[reference] > amount for reference, amount in question.lines):
        return False
    if answer.shipping_minor and not question.shipping_minor:
        return False
    on_top = 0 if question.is_inclusive else sum(taxes.values()) + answer.shipping_minor
    return answer.total_minor == sum(amounts.values()) + question.shipping_minor + on_top


def with_tax(contents: CartView, answer: TaxAnswer) -> CartView:
    """The cart with the tax of the answer, on its lines, on delivery and in its total."""
    quote = contents.quote
    lines = []
    for number, line in enumerate(quote.lines, start=1):
        tax, rate = answer.lines.get(str(number), (0, line.tax_rate))
        lines.append(replace(line, tax=Money(tax, quote.currency), tax_rate=rate))
    return replace(contents, quote=_summed(replace(quote, lines=tuple(lines)), answer.shipping_minor))


def _summed(quote: Quote, shipping_tax: int) -> Quote:
    on_shipping = Money(shipping_tax, quote.currency)
    tax = total((line.tax for line in quote.lines), quote.currency) + on_shipping
    net = quote.subtotal - quote.discount + quote.shipping
    return replace(quote, shipping_tax=on_shipping, tax=tax, total=net if quote.tax_inclusive else net + tax)
