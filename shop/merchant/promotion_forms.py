"""What a merchant types about a promotion, and the sentence for each field that cannot be right."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from shop.catalogue import codes
from shop.csrf import ProtectedForm
from shop.merchant.product_forms import TicksField
from shop.money import MILLION, Money, parse_money, to_decimal
from shop.promotions.editing import PromotionValues
from shop.promotions.models import Promotion
from shop.promotions.rules import normal_code
from shop.promotions.states import PromotionKind
from shop.provider_amounts import NotPayable, to_provider

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,39}", re.ASCII)
KINDS = {
    PromotionKind.PERCENT.value: "A part of the price",
    PromotionKind.AMOUNT.value: "A sum",
    PromotionKind.DELIVERY.value: "Free delivery",
}
MOST = 1_000_000


class PromotionForm(ProtectedForm):
    """All of a promotion. The code stands in it for a new one only."""

    code = StringField("Code")
    title = StringField("Title", [DataRequired("Give it a title: customers see it."), Length(max=80)])
    kind = RadioField("What it takes off", choices=KINDS, default=PromotionKind.PERCENT.value)
    percent = StringField("Per cent")
    amount = StringField("Sum")
    currency = SelectField("Currency of the sum and the minimum", validate_choice=False)
    minimum = StringField("Least value of the goods (optional)")
    products = StringField("Only these products (optional)")
    types = TicksField("Only these types (optional)", codes.TYPES)
    starts = StringField("First day (optional)")
    ends = StringField("Last day (optional)")
    most_orders = StringField("Orders in all, at the most (optional)")
    most_per_customer = StringField("Orders of one customer, at the most (optional)")

    def validate_code(self, field: Any) -> None:
        """Letters, digits and dashes; empty for an offer without a code."""
        if field.data and not CODE.fullmatch(normal_code(field.data)):
            raise ValidationError("Use 3 to 40 letters A to Z, digits and dashes, or leave it empty.")

    def validate_percent(self, field: Any) -> None:
        """Needed where a part of the price is taken off."""
        if self.kind.data == PromotionKind.PERCENT.value and _rate(field.data) is None:
            raise ValidationError("Enter a number above 0 and up to 100, such as 10 or 12.5.")

    def validate_amount(self, field: Any) -> None:
        """Needed where a sum is taken off."""
        if self.kind.data != PromotionKind.AMOUNT.value:
            return
        amount = self._money(field.data)
        if not amount:
            raise ValidationError(f"Enter a sum such as 5.00 in {self.currency.data}.")
        try:
            to_provider(amount)
        except NotPayable as error:
            raise ValidationError(str(error)) from error

    def validate_currency(self, field: Any) -> None:
        """One that the shop sells in."""
        if field.data not in field.choices:
            raise ValidationError("Choose a currency of the shop.")

    def validate_minimum(self, field: Any) -> None:
        """Optional, but an amount."""
        if field.data and self._money(field.data) is None:
            raise ValidationError("Enter an amount such as 50.00, thousands without a separator, or leave it empty.")

    def validate_types(self, field: Any) -> None:
        """Types that there are."""
        if any(code not in codes.TYPES for code in field.data or ()):
            raise ValidationError("Choose types from the list.")

    def validate_starts(self, field: Any) -> None:
        """A day."""
        if field.data and _day(field.data) is None:
            raise ValidationError("Enter a day such as 2027-03-01, or leave it empty.")

    def validate_ends(self, field: Any) -> None:
        """A day, not before the first one."""
        first, last = _day(self.starts.data), _day(field.data)
        if field.data and last is None:
            raise ValidationError("Enter a day such as 2027-03-31, or leave it empty.")
        if first is not None and last is not None and last < first:
            raise ValidationError("The last day lies before the first one.")

    def validate_most_orders(self, field: Any) -> None:
        """Optional, but a whole number."""
        _check_count(field)

    def validate_most_per_customer(self, field: Any) -> None:
        """Optional, but a whole number."""
        _check_count(field)

    def offer(self, currencies: tuple[str, ...]) -> "PromotionForm":
        """Fill in what can be chosen."""
        self.currency.choices = {code: code for code in currencies}
        if not self.currency.data:
            self.currency.data = currencies[0]
        return self

    def skus(self) -> tuple[str, ...]:
        """The products that were named."""
        return tuple(dict.fromkeys(sku for sku in re.split(r"[\s,;]+", (self.products.data or "").strip()) if sku))

    def values(self) -> PromotionValues:
        """What was typed, once it is valid."""
        kind = PromotionKind(self.kind.data)
        amount = self._money(self.amount.data) if kind is PromotionKind.AMOUNT else None
        minimum = self._money(self.minimum.data)
        first, last = _day(self.starts.data), _day(self.ends.data)
        return PromotionValues(
            title=(self.title.data or "").strip(),
            kind=kind,
            rate_millionths=(_rate(self.percent.data) or 0) if kind is PromotionKind.PERCENT else 0,
            amount_minor=amount.minor if amount else 0,
            currency=self.currency.data if amount or minimum else "",
            minimum_minor=minimum.minor if minimum else 0,
            products=self.skus(),
            types=tuple(self.types.data or ()),
            starts_at=_midnight(first),
            ends_at=_midnight(last + timedelta(days=1) if last is not None else None),
            most_orders=_count(self.most_orders.data),
            most_per_customer=_count(self.most_per_customer.data),
        )

    def _money(self, text: str | None) -> Money | None:
        try:
            return parse_money(text or "", self.currency.data or "")
        except ValueError:
            return None


def shown(promotion: Promotion) -> dict[str, object]:
    """A promotion as the form shows it."""
    currency = promotion.currency

    def money(minor: int) -> str:
        return f"{to_decimal(Money(minor, currency)):f}" if minor and currency else ""

    last = last_day(promotion.ends_at) if promotion.ends_at is not None else None
    return {
        "title": promotion.title,
        "kind": promotion.kind.value,
        "percent": percent_words(promotion.rate_millionths) if promotion.rate_millionths else "",
        "amount": money(promotion.amount_minor),
        "currency": currency,
        "minimum": money(promotion.minimum_minor),
        "products": ", ".join(promotion.products),
        "types": list(promotion.types),
        "starts": f"{promotion.starts_at:%Y-%m-%d}" if promotion.starts_at is not None else "",
        "ends": f"{last:%Y-%m-%d}" if last is not None else "",
        "most_orders": str(promotion.most_orders or ""),
        "most_per_customer": str(promotion.most_per_customer or ""),
    }


def last_day(ends_at: datetime) -> date:
    """The last day, in UTC, of what holds until that moment."""
    return (ends_at - timedelta(microseconds=1)).date()


def percent_words(rate_millionths: int) -> str:
    """A rate as people write it: "12.5"."""
    text = f"{Decimal(rate_millionths) * 100 / MILLION:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rate(text: str | None) -> int | None:
    """Per cent as millionths; None for what is none, zero or above 100."""
    try:
        rate = Decimal((text or "").strip().replace(",", ".", 1)) * MILLION / 100
    except InvalidOperation:
        return None
    return int(rate) if rate.is_finite() and rate == rate.to_integral_value() and 0 < rate <= MILLION else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        return None


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), tzinfo=UTC)


def _count(text: str | None) -> int | None:
    cleaned = (text or "").strip()
    is_number = cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 8
    return int(cleaned) if is_number and 0 < int(cleaned) <= MOST else None


def _check_count(field: Any) -> None:
    if field.data and _count(field.data) is None:
        raise ValidationError("Enter a whole number from 1, or leave it empty.")
