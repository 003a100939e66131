"""Which promotion an order gets and what it takes off. Pure.

The rule: one promotion an order, the one that takes most off. A code that was typed wins over an offer without one
when both take off the same. Nothing is stacked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shop.email_address import customer_of, spellings
from shop.errors import BadInput
from shop.keys import fingerprint
from shop.money import MILLION, Money, divide_half_up, split, total
from shop.pricing.rules import Deduction, Item, Place, delivery_price
from shop.promotions.models import Promotion
from shop.promotions.states import PromotionKind
from shop.provider_amounts import payable_step

LONGEST_CODE = 40


class Reason(StrEnum):
    """Why a code takes nothing off."""

    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    ENDED = "ended"
    OTHER_CURRENCY = "other_currency"
    OTHER_GOODS = "other_goods"
    BELOW_MINIMUM = "below_minimum"
    USED_UP = "used_up"
    USED_BY_YOU = "used_by_you"
    BETTER_OFFER = "better_offer"
    NOTHING_OFF = "nothing_off"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a customer is told of their code: the reason, and the facts it needs."""

    code: str
    reason: Reason
    moment: datetime | None = None
    minimum: Money | None = None
    currency: str = ""
    offer: str = ""


class CodeRefused(BadInput):
    """A code that was typed takes nothing off; `refusal` says why."""

    code, title = "code_refused", "This code does not hold here"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__("This code does not hold here. Your cart was left as it was.")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Sale:
    """What is bought where and when: all that a promotion looks at, apart from its limits."""

    place: Place
    items: Sequence[Item]
    now: datetime

    @property
    def currency(self) -> str:
        """What is paid in."""
        return self.place.zone.currency


@dataclass(frozen=True, slots=True)
class Uses:
    """How many orders use a promotion already, the visitor's own unpaid one left out; 0 by a customer not known yet."""

    all: int = 0
    by_customer: int = 0


@dataclass(frozen=True, slots=True)
class Applied:
    """The promotion that an order gets. `code` is "" for an offer without one."""

    promotion_id: int
    code: str
    title: str
    deduction: Deduction


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of a cart: the promotion it gets, if any, and why the code that was typed is not it."""

    applied: Applied | None = None
    refusal: Refusal | None = None

    @property
    def offer_id(self) -> int | None:
        """The offer without a code that it gets; None without one."""
        return None if self.applied is None or self.applied.code else self.applied.promotion_id

    @property
    def code(self) -> str:
        """The code that was typed, whether it holds or not; "" without one."""
        if self.refusal is not None:
            return self.refusal.code
        return "" if self.applied is None else self.applied.code

    @property
    def title(self) -> str:
        """What the discount is called, with its code if it has one; "" without a promotion."""
        if self.applied is None:
            return ""
        return f"{self.applied.title} ({self.applied.code})" if self.applied.code else self.applied.title

    @property
    def deduction(self) -> Deduction | None:
        """What is taken off."""
        return None if self.applied is None else self.applied.deduction


def normal_code(text: str | None) -> str:
    """A code as it is kept, from one typed with blanks or in lower case; "" for anything too long to be one."""
    letters = "".join((text or "").upper().split())
    return letters if len(letters) <= LONGEST_CODE and letters.isprintable() else ""


def customer_key(email: str) -> str:
    """The fingerprint one customer is counted by, however the address is spelled; "" for none."""
    customer = customer_of(email)
    return fingerprint(customer) if customer else ""


def customer_keys(email: str) -> frozenset[str]:
    """Every fingerprint that one customer may be kept under: also those of spellings that were counted apart."""
    apart = (each.rpartition("@") for each in spellings(email))
    old = {fingerprint(f"{name.partition('+')[0]}{at}{domain}") for name, at, domain in apart if name}
    return frozenset({customer_key(email)} | old) - {""}


def choose(typed: str, known: Sequence[tuple[Promotion, Uses]], sale: Sale) -> Choice:
    """The promotion for a sale: the best of the offers and the code that was typed ("" for none).

    known: the promotion of that code if there is one, and every offer without a code.
    """
    mine = next((pair for pair in known if typed and pair[0].code == typed), None)
    refusal = Refusal(typed, Reason.UNKNOWN) if typed and mine is None else None
    if mine is not None:
        refusal = refused(*mine, sale)
    fitting = [mine[0]] if mine is not None and refusal is None else []
    fitting += [offer for offer, uses in known if offer.code is None and refused(offer, uses, sale) is None]
    if not fitting:
        return Choice(None, refusal)
    valued = [(worth(sale, found := deduction(offer, sale)), offer, found) for offer in fitting]
    saved, best, taken = max(valued, key=lambda each: each[0])  # the first of equals: the code that was typed
    if not saved:
        return Choice(None, refusal or (Refusal(typed, Reason.NOTHING_OFF) if typed else None))
    if mine is not None and refusal is None and best is not mine[0]:
        refusal = Refusal(typed, Reason.BETTER_OFFER, offer=best.title)
    return Choice(Applied(best.id, best.code or "", best.title, taken), refusal)


def refused(promotion: Promotion, uses: Uses, sale: Sale) -> Refusal | None:
    """Why a promotion does not hold for a sale; None when it does."""
    return _refused_by_time_or_limit(promotion, uses, sale.now) or _refused_by_goods(promotion, sale)


def _refused_by_time_or_limit(promotion: Promotion, uses: Uses, now: datetime) -> Refusal | None:
    code = promotion.code or ""
    if promotion.starts_at is not None and now < promotion.starts_at:
        return Refusal(code, Reason.NOT_YET, moment=promotion.starts_at)
    if promotion.ends_at is not None and promotion.ends_at <= now:
        return Refusal(code, Reason.ENDED, moment=promotion.ends_at)
    if promotion.most_orders is not None and uses.all >= promotion.most_orders:
        return Refusal(code, Reason.USED_UP)
    if promotion.most_per_customer is not None and uses.by_customer >= promotion.most_per_customer:
        return Refusal(code, Reason.USED_BY_YOU)
    return None


def _refused_by_goods(promotion: Promotion, sale: Sale) -> Refusal | None:
    code = promotion.code or ""
    if promotion.currency and promotion.currency != sale.currency:
        return Refusal(code, Reason.OTHER_CURRENCY, currency=promotion.currency)
    if not any(_is_for(promotion, item) for item in sale.items):
        return Refusal(code, Reason.OTHER_GOODS)
    minimum = Money(promotion.minimum_minor, sale.currency)
    if total((item.total for item in sale.items), sale.currency) < minimum:
        return Refusal(code, Reason.BELOW_MINIMUM, minimum=minimum)
    return None


def deduction(promotion: Promotion, sale: Sale) -> Deduction:
    """What a promotion that holds takes off each item: by largest remainder, never more than the item costs.

    100 % means that nothing is to be paid: where it leaves no goods to pay, delivery is free as well. Where the payment
    service takes no third decimal the shares have none, or a tenth off would be an order that nobody can pay.
    """
    currency, items = sale.currency, sale.items
    weights = [item.total.minor if _is_for(promotion, item) else 0 for item in items]
    base, step = sum(weights), _step(currency, weights)
    off = 0  # in steps
    if promotion.kind is PromotionKind.PERCENT:
        off = divide_half_up(base * promotion.rate_millionths, MILLION * step)
    elif promotion.kind is PromotionKind.AMOUNT:
        off = min(promotion.amount_minor, base) // step
    shares = (
        [part * step for part in split(Money(off, currency), weights)] if base else [Money(0, currency)] * len(items)
    )
    is_whole = promotion.rate_millionths == MILLION and base == sum(item.total.minor for item in items)
    return Deduction(tuple(shares), promotion.kind is PromotionKind.DELIVERY or is_whole)


def _step(currency: str, weights: Sequence[int]) -> int:
    """The least that may be taken off one item; 1 as well where a price cannot be paid without its last digit."""
    step = payable_step(currency)
    return 1 if any(weight % step for weight in weights) else step


def worth(sale: Sale, taken: Deduction) -> int:
    """Minor units that a deduction saves, delivery included."""
    delivery = delivery_price(sale.place, sale.items).minor if taken.frees_delivery else 0
    return sum(share.minor for share in taken.shares) + delivery


def _is_for(promotion: Promotion, item: Item) -> bool:
    if not promotion.products and not promotion.types:
        return True
    return item.product_sku in promotion.products or item.type in promotion.types
