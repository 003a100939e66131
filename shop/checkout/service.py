"""Placing an order: prices worked out again, stock held, order and payment call written down, all or nothing."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from shop.cart import service as cart
from shop.cart.rules import CartView
from shop.checkout.rules import CheckoutDetails, is_below_minimum
from shop.checkout.taxing import Taxed, question_of, with_tax
from shop.errors import BadInput, Conflict
from shop.gateway import PaymentRequest
from shop.mail.letterhead import Letterhead
from shop.money import Money
from shop.orders import service as orders
from shop.orders.hoarding import refuse_hoarder
from shop.orders.models import Order
from shop.payments import service as payments
from shop.payments import tax_reports
from shop.payments.rules import Addresses
from shop.payments.settlement import place_free
from shop.pricing.rules import Zones
from shop.promotions import service as promotions
from shop.promotions.rules import Applied
from shop.stock import service as stock


class CartChanged(Conflict):
    """The cart is not the one that was checked: nothing was ordered."""

    code = "cart_changed"

    def __init__(self) -> None:
        super().__init__("Your cart or a price changed meanwhile. Nothing was ordered; please check it again.")


class NotAvailable(Conflict):
    """A line cannot be ordered as it is; the cart page says which and why."""

    code = "not_available"

    def __init__(self) -> None:
        super().__init__("Something in your cart is no longer available in this number. Nothing was ordered.")


class BelowMinimum(BadInput):
    """The payment provider takes no amount this small."""

    code, title = "below_minimum", "This order is too small to be paid"

    def __init__(self) -> None:
        super().__init__("The payment service does not take an amount this small. Please add something to your cart.")


@dataclass(frozen=True, slots=True)
class Urls:
    """Public addresses that lead back from the payment page, made from the order's token."""

    success: Callable[[str], str]
    cancel: Callable[[str], str]
    own_page: Callable[[str], str] | None = None

    def of(self, token: str) -> Addresses:
        """Those of one order; with a page of the shop's own when it is paid there."""
        return Addresses(self.success(token), self.cancel(token), self.own_page(token) if self.own_page else "")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the shop's settings say of placing an order."""

    zones: Zones
    letterhead: Letterhead
    urls: Urls
    session_minutes: int
    hold_minutes: int
    open_orders_per_email: int = 0


@dataclass(frozen=True, slots=True)
class Intent:
    """What the check page said when its button was pressed."""

    checkout_token: str
    cart_version: int
    total: Money
    taxed: Taxed | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The order, and the call that opens its payment page: None when there is nothing to pay.

    An order that was there already (`is_new` is False) may have its page already, too.
    """

    order_id: int
    order_token: str
    request: PaymentRequest | None
    is_new: bool = True


def intent_text(session: Session, contents: CartView, details: CheckoutDetails) -> str:
    """What a checkout token is made from: another cart, price, address or try is another order."""
    tried = orders.count_cancelled_of_cart(session, contents.cart_id)
    total = contents.quote.total
    return json.dumps([contents.cart_id, contents.version, tried, total.minor, total.currency, asdict(details)])


def place_order(
    session: Session, cart_id: int, details: CheckoutDetails, *, intent: Intent, terms: Terms, now: datetime
) -> Placed:
    """Turn the cart into a pending order with its stock held. The same intent twice gives the same order.

    Raises CartChanged, NotAvailable, BelowMinimum, TooManyOpen, or OutOfStock when somebody was faster.
    """
    basket = cart.lock_cart(session, cart_id)
    earlier = orders.find_by_checkout_token(session, intent.checkout_token)
    if earlier is not None:
        return _again(session, earlier)
    if basket is None or basket.version != intent.cart_version:
        raise CartChanged
    if payments.is_cart_being_paid(session, cart_id):
        raise CartChanged  # another window ordered this cart meanwhile: its payment page is closed first
    contents = cart.view(session, basket, terms.zones, now=now, email=details.email)
    contents = _with_tax_of(contents, details, intent.taxed)
    _check(contents, details, intent)
    refuse_hoarder(session, details.email, most=terms.open_orders_per_email)
    order = orders.create_order(session, _draft(contents, details, intent), now=now)
    if intent.taxed is not None:
        tax_reports.note_calculation(session, order, intent.taxed.answer.calculation_id, now=now)
    expires_at = now + timedelta(minutes=terms.hold_minutes)
    stock.hold_for_new_order(session, order.id, orders.units_of(order.lines), expires_at=expires_at)
    if contents.promotion.applied is not None:
        _take_promotion(session, contents.promotion.applied, order, now=now)
    if order.total_minor == 0:
        place_free(session, order.id, letterhead=terms.letterhead, now=now)
        return Placed(order.id, order.token, None)
    request = payments.prepare_attempt(
        session,
        order,
        terms.urls.of(order.token),
        session_minutes=terms.session_minutes,
        now=now,
    )
    return Placed(order.id, order.token, request)


def _with_tax_of(contents: CartView, details: CheckoutDetails, taxed: Taxed | None) -> CartView:
    """The tax that was asked for, if it was asked for this very cart and address; else it is checked again."""
    if taxed is None:
        return contents
    if question_of(contents, details) != taxed.question:
        raise CartChanged
    return with_tax(contents, taxed.answer)


def _take_promotion(session: Session, applied: Applied, order: Order, *, now: datetime) -> None:
    """Count the order against the promotion's limits; when somebody was faster, the check page says so."""
    try:
        promotions.take(session, applied, order.id, cart_id=order.cart_id or 0, email=order.email, now=now)
    except promotions.NoLongerValid as error:
        raise CartChanged from error


def _again(session: Session, order: Order) -> Placed:
    attempt = payments.live_attempt(session, order.id)
    return Placed(order.id, order.token, None if attempt is None else payments.request_of(attempt), False)


def _check(contents: CartView, details: CheckoutDetails, intent: Intent) -> None:
    if contents.place.country != details.country or (contents.place.region or "") != details.region:
        raise CartChanged
    if not contents.can_check_out:
        raise NotAvailable
    if contents.quote.total != intent.total:
        raise CartChanged
    if is_below_minimum(contents.quote.total):
        raise BelowMinimum


def _draft(contents: CartView, details: CheckoutDetails, intent: Intent) -> orders.OrderDraft:
    applied = contents.promotion.applied
    return orders.OrderDraft(
        cart_id=contents.cart_id,
        cart_version=contents.version,
        checkout_token=intent.checkout_token,
        email=details.email,
        phone=details.phone,
        address=orders.Address(
            full_name=details.full_name,
            line1=details.line1,
            line2=details.line2,
            city=details.city,
            region=details.region,
            postal_code=details.postal_code,
            country=details.country,
        ),
        lines=tuple(
            orders.LineDraft(
                line.sku, line.title, line.option_value, quoted, {part.sku: part.quantity for part in line.parts}
            )
            for line, quoted in zip(contents.lines, contents.quote.lines, strict=True)
        ),
        quote=contents.quote,
        shipping_method=contents.place.method.code,
        shipping_title=contents.place.method.title,
        promotion_code=applied.code if applied is not None else "",
        promotion_title=applied.title if applied is not None else "",
        pick_up_at=contents.place.method.pick_up_at,
    )
