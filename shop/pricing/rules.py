"""What an order costs: lines, delivery, tax. Every total is the sum of what is shown above it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shop.errors import BadInput
from shop.money import Money, tax_on, tax_within, total


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """One way of delivery. `free_over` is compared with the goods' subtotal as it is shown; None: never free."""

    code: str
    title: str
    price: Money
    free_over: Money | None
    days: str
    is_taxed: bool

    def price_for(self, subtotal: Money) -> Money:
        """What delivery costs for goods of that subtotal."""
        if self.free_over is not None and not subtotal < self.free_over:
            return Money(0, self.price.currency)
        return self.price


@dataclass(frozen=True, slots=True)
class Country:
    """A country one delivers to. `regions` (code to title) is filled where the tax depends on the region."""

    code: str
    rate_millionths: int
    regions: Mapping[str, str]
    region_rates: Mapping[str, int]

    def rate(self, region: str | None) -> int:
        """The tax rate in millionths there."""
        return self.region_rates.get(region or "", self.rate_millionths)


@dataclass(frozen=True, slots=True)
class Zone:
    """Countries with one currency, one way to show tax and the same ways of delivery, the cheapest first."""

    code: str
    currency: str
    tax_inclusive: bool
    tax_name: str
    countries: Mapping[str, Country]
    methods: tuple[ShippingMethod, ...]

    def find_method(self, code: str | None) -> ShippingMethod | None:
        """The way of delivery of that code."""
        return next((method for method in self.methods if method.code == code), None)

    def method_or_cheapest(self, code: str | None) -> ShippingMethod:
        """The way of delivery that was chosen, or the first one when it is not offered here."""
        return self.find_method(code) or self.methods[0]


@dataclass(frozen=True, slots=True)
class Zones:
    """All zones of a shop; `home` is the country assumed until a visitor chooses one."""

    zones: tuple[Zone, ...]
    home: str

    def find(self, country: str | None) -> Zone | None:
        """The zone that delivers to a country; None where the shop does not deliver."""
        return next((zone for zone in self.zones if country in zone.countries), None)

    def zone(self, country: str | None) -> Zone:
        """The zone of a country, or the home zone while none is chosen. Raises BadInput where nobody delivers."""
        found = self.find(country or self.home)
        if found is None:
            raise BadInput("The shop does not deliver to this country.")
        return found

    def country_codes(self) -> list[str]:
        """Every country the shop delivers to."""
        return [code for zone in self.zones for code in zone.countries]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order goes and how, as far as its price depends on it."""

    zone: Zone
    country: str
    region: str | None
    method: ShippingMethod


@dataclass(frozen=True, slots=True)
class Item:
    """Goods to be priced."""

    sku: str
    quantity: int
    unit: Money


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A priced line. `tax` comes on top of `total`, or is contained in it where prices include tax."""

    sku: str
    quantity: int
    unit: Money
    total: Money
    tax: Money
    tax_rate: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What everything costs. total = subtotal + shipping (+ tax, unless it is contained)."""

    currency: str
    tax_inclusive: bool
    tax_name: str
    lines: tuple[QuoteLine, ...]
    subtotal: Money
    shipping: Money
    shipping_tax: Money
    tax: Money
    total: Money


@dataclass(frozen=True, slots=True)
class DeliveryHint:
    """What a product page says of delivery."""

    country: str
    price: Money
    free_over: Money | None
    days: str
    tax_inclusive: bool
    tax_name: str


def make_quote(place: Place, items: Sequence[Item]) -> Quote:
    """Price the items at a place. Raises CurrencyMismatch when one is not in the zone's currency."""
    zone = place.zone
    rate = zone.countries[place.country].rate(place.region)
    lines = tuple(_line(zone, item, rate) for item in items)
    subtotal = total((line.total for line in lines), zone.currency)
    shipping = place.method.price_for(subtotal) if items else Money(0, zone.currency)
    shipping_tax = _tax(zone, shipping, rate if place.method.is_taxed else 0)
    tax = total((line.tax for line in lines), zone.currency) + shipping_tax
    return Quote(
        currency=zone.currency,
        tax_inclusive=zone.tax_inclusive,
        tax_name=zone.tax_name,
        lines=lines,
        subtotal=subtotal,
        shipping=shipping,
        shipping_tax=shipping_tax,
        tax=tax,
        total=subtotal + shipping if zone.tax_inclusive else subtotal + shipping + tax,
    )


def _line(zone: Zone, item: Item, rate: int) -> QuoteLine:
    amount = item.unit * item.quantity
    return QuoteLine(item.sku, item.quantity, item.unit, amount, _tax(zone, amount, rate), rate)


def _tax(zone: Zone, amount: Money, rate: int) -> Money:
    return tax_within(amount, rate) if zone.tax_inclusive else tax_on(amount, rate)


def cheapest_delivery(zones: Zones, country: str | None = None) -> DeliveryHint:
    """The cheapest way of delivery to a country, or to the home country when it is None or not served."""
    code = country if country and zones.find(country) else zones.home
    zone = zones.zone(code)
    method = cheapest(zone.methods)
    return DeliveryHint(code, method.price, method.free_over, method.days, zone.tax_inclusive, zone.tax_name)


def cheapest(methods: Iterable[ShippingMethod]) -> ShippingMethod:
    """The way of delivery with the lowest price."""
    return min(methods, key=lambda method: method.price.minor)
