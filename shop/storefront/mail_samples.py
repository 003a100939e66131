"""Every kind of mail with made-up people and goods, to be read before a customer does. Nothing is sent or kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shop.dates import format_day, format_moment
from shop.errors import NotFound
from shop.mail.letterhead import Letterhead
from shop.mail.rendering import Rendered, render
from shop.money import Money
from shop.orders.models import Order, OrderLine, Shipment, Withdrawal
from shop.pricing.countries import country_name

KINDS: Mapping[str, str] = {
    "confirmation": "To the customer, when the order is paid at once or costs nothing",
    "awaiting": "To the customer, when they have paid by a slow method and the money is not here yet",
    "paid": "To the customer who was told so, when the money is here",
    "shipped": "To the customer, for each parcel that leaves",
    "refunded": "To the customer, when a refund went through",
    "cancelled": "To the customer, when the shop calls the order off",
    "sold_out": "To the customer, when late money found nothing left",
    "payment_failed": "To the customer, when a slow payment did not arrive",
    "withdrawn": "To the customer, who withdrew from the contract",
    "return": "To the customer, at each step of a return",
    "follow_up": "To the customer who ticked it, two weeks after the parcel left",
    "saved_cart": "To whoever asked for their cart by mail",
    "stock_confirm": "To whoever wants to hear when something is back, to confirm the address",
    "stock_back": "To whoever confirmed, once, when it is back",
    "newsletter_confirm": "To whoever signs up for the newsletter, to confirm the address",
    "newsletter_welcome": "To whoever confirmed it, with the guide",
    "attention": "To the shop, when a payment needs a person",
    "tax_report": "To the shop, when the payment service's tax reports lack a sale or a refund",
    "withdrawal": "To the shop, when a customer withdraws",
    "return_notice": "To the shop, when a customer asks to return something",
}
"""Each template of `emails/`, with who gets it and when."""

MOMENT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class Sample:
    """One kind of mail as it would look."""

    kind: str
    words: str
    mail: Rendered


def sample_of(kind: str, letterhead: Letterhead) -> Sample:
    """One kind of mail in the shop's own name, its links leading nowhere. Raises NotFound."""
    if kind not in KINDS:
        raise NotFound("There is no such mail.")
    return Sample(kind, KINDS[kind], render(kind, letterhead, **_values(letterhead)))


def _values(letterhead: Letterhead) -> dict[str, object]:
    """Whatever a template may ask for."""
    order, link = _order(), f"{letterhead.address}/sample"
    goods = ["1 × Acupressure mat, Teal", "2 × Massage ball"]
    return {
        "order": order,
        "order_url": link,
        "number": order.number,
        "country": country_name(order.country, letterhead.locale),
        "lines": [(goods[0], Money(3400, CURRENCY)), (goods[1], Money(1800, CURRENCY))],
        "discount": Money(520, CURRENCY),
        "shipping": Money(500, CURRENCY),
        "tax": Money(414, CURRENCY),
        "total": Money(order.total_minor, CURRENCY),
        "amount": Money(1800, CURRENCY),
        "shipment": Shipment(carrier="Parcel Post", tracking_number="PP 1234 5678", shipped_at=MOMENT),
        "tracking_url": f"{link}/parcel",
        "goods": goods,
        "titles": goods,
        "to_come": goods[1:],
        "withdrawal": Withdrawal(full_name=order.full_name, email=order.email, note="", declared_at=MOMENT),
        "held_until": format_day(MOMENT.date(), letterhead.locale),
        "moment": format_moment(MOMENT, letterhead.locale),
        "reason": "the amount is not the one that was asked for",
        "state": "approved",
        "answer": "Please use the box it came in.",
        "title": "Acupressure mat, Teal",
        "days": 30,
        "link": link,
        "guide_link": f"{link}/guide",
        "unsubscribe_link": f"{link}/unsubscribe",
        "forget_link": f"{link}/forget",
    }


def _order() -> Order:
    line = {"option_value": "", "tax_rate": 80_000, "tax_minor": 0}
    return Order(
        number="TS-SAMP-LE00",
        token="sample",  # noqa: S106  # opens nothing: no such order exists
        email="robin@shop.example",
        full_name="Robin Sample",
        phone="",
        line1="12 Sample Street",
        line2="",
        city="Sampletown",
        region="",
        postal_code="12345",
        country="US",
        currency=CURRENCY,
        subtotal_minor=5200,
        discount_minor=520,
        promotion_code="WELCOME",
        promotion_title="Welcome",
        pick_up_at="",
        shipping_minor=500,
        tax_minor=414,
        tax_inclusive=False,
        total_minor=5594,
        shipping_method="standard",
        shipping_title="Standard delivery",
        placed_at=MOMENT,
        lines=[
            OrderLine(sku="A", title="Acupressure mat", quantity=1, unit_minor=3400, total_minor=3400, **line),
            OrderLine(sku="B", title="Massage ball", quantity=2, unit_minor=900, total_minor=1800, **line),
        ],
    )
