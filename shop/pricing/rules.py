"""What an order costs: lines, delivery, tax. Every total is the sum of what is shown above it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shop.errors import BadInput
from shop.money import Money, tax_on, tax_within, total


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """One way of delivery. `free_over` is compared with the goods' subtotal before any discount; None: never free.

    `weights` are steps of (grams up to, price), the lightest first; without them every parcel costs `price`.
    `pick_up_at` is where the customer fetches the goods; "" where a parcel is sent.
    """

    code: str
    title: str
    price: Money
    free_over: Money | None
    days: str
    is_taxed: bool
    weights: tuple[tuple[int, Money], ...] = ()
    pick_up_at: str = ""

    def price_for(self, subtotal: Money, weight_grams: int = 0) -> Money:
        """What delivery costs for goods of that subtotal and weight."""
        if self.free_over is not None and not subtotal < self.free_over:
            return Money(0, self.price.currency)
        return self._by_weight(weight_grams) if self.weights else self.price

    def _by_weight(self, grams: int) -> Money:
        """Goods above the heaviest step go in several parcels: as many full ones as there are, and one for the rest."""
        heaviest, dearest = self.weights[-1]
        full, rest = divmod(grams, heaviest)
        if full and not rest:
            return dearest * full
        return dearest * full + next(price for most, price in self.weights if rest <= most)


@dataclass(frozen=True, slots=True)
class Country:
    """A country one delivers to. `regions` (code to title) is filled where the tax depends on the region.

    `class_rates` are rates per tax class and region, "" for the country as a whole.
    """

    code: str
    rate_millionths: int
    regions: Mapping[str, str]
    region_rates: Mapping[str, int]
    class_rates: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def rate(self, region: str | None, tax_class: str = "") -> int:
        """The tax rate in millionths there. A class without a rate of its own there is taxed like everything else."""
        of_class = self.class_rates.get(tax_class, {})
        standard = self.region_rates.get(region or "", self.rate_millionths)
        return of_class.get(region or "", of_class.get("", standard))


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

    @property
    def tax_classes(self) -> frozenset[str]:
        """Every class of tax that has a rate of its own somewhere."""
        return frozenset(name for zone in self.zones for land in zone.countries.values() for name in land.class_rates)

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
    """Goods to be priced. `weight_grams` is that of one piece; product and type are what promotions choose by."""

    sku: str
    quantity: int
    unit: Money
    weight_grams: int = 0
    tax_class: str = ""
    product_sku: str = ""
    type: str = ""

    @property
    def total(self) -> Money:
        """What all pieces cost before any discount."""
        return self.unit * self.quantity


@dataclass(frozen=True, slots=True)
class Deduction:
    """What a promotion takes off: a share for each item, in their order, and whether delivery is free with it."""

    shares: tuple[Money, ...]
    frees_delivery: bool = False


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A priced line. `total` is before the discount; `tax` is on what is left, on top or contained in it."""

    sku: str
    quantity: int
    unit: Money
    total: Money
    discount: Money
    tax: Money
    tax_rate: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What everything costs. total = subtotal - discount + shipping (+ tax, unless it is contained)."""

    currency: str
    tax_inclusive: bool
    tax_name: str
    lines: tuple[QuoteLine, ...]
    subtotal: Money
    discount: Money
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


def make_quote(place: Place, items: Sequence[Item], deduction: Deduction | None = None) -> Quote:
    """Price the items at a place, less what a promotion takes off.

    Raises CurrencyMismatch when something is not in the zone's currency, ValueError for a share above its item.
    """
    zone = place.zone
    nothing = Money(0, zone.currency)
    shares = deduction.shares if deduction is not None else (nothing,) * len(items)
    lines = tuple(_line(place, item, share) for item, share in zip(items, shares, strict=True))
    subtotal = total((line.total for line in lines), zone.currency)
    discount = total((line.discount for line in lines), zone.currency)
    shipping = nothing if deduction is not None and deduction.frees_delivery else delivery_price(place, items)
    rate = zone.countries[place.country].rate(place.region)
    shipping_tax = _tax(zone, shipping, rate if place.method.is_taxed else 0)
    tax = total((line.tax for line in lines), zone.currency) + shipping_tax
    left = subtotal - discount + shipping
    return Quote(
        currency=zone.currency,
        tax_inclusive=zone.tax_inclusive,
        tax_name=zone.tax_name,
        lines=lines,
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        shipping_tax=shipping_tax,
        tax=tax,
        total=left if zone.tax_inclusive else left + tax,
    )


def delivery_price(place: Place, items: Sequence[Item], method: ShippingMethod | None = None) -> Money:
    """What the chosen way of delivery, or another one of the place, costs for these items without any promotion."""
    if not items:
        return Money(0, place.zone.currency)
    subtotal = total((item.total for item in items), place.zone.currency)
    weight = sum(item.weight_grams * item.quantity for item in items)
    return (method or place.method).price_for(subtotal, weight)


def _line(place: Place, item: Item, share: Money) -> QuoteLine:
    rate = place.zone.countries[place.country].rate(place.region, item.tax_class)
    amount = item.total
    if amount < share or share.minor < 0:
        raise ValueError(f"{item.sku}: a discount of {share.minor} on {amount.minor}")
    return QuoteLine(item.sku, item.quantity, item.unit, amount, share, _tax(place.zone, amount - share, rate), rate)


def _tax(zone: Zone, amount: Money, rate: int) -> Money:
    return tax_within(amount, rate) if zone.tax_inclusive else tax_on(amount, rate)


def cheapest_delivery(zones: Zones, country: str | None = None) -> DeliveryHint:
    """The cheapest way of delivery to a country, or to the home country when it is None or not served."""
    code = country if country and zones.find(country) else zones.home
    zone = zones.zone(code)
    method = cheapest(zone.methods)
    return DeliveryHint(code, method.price, method.free_over, method.days, zone.tax_inclusive, zone.tax_name)


def cheapest(methods: Iterable[ShippingMethod]) -> ShippingMethod:
    """The way of delivery with the lowest price; picking up is no delivery unless there is nothing else."""
    return min(methods, key=by_price)


def by_price(method: ShippingMethod) -> tuple[bool, int]:
    """The order in which ways of delivery are offered: the cheapest parcel first, picking up last."""
    return bool(method.pick_up_at), method.price.minor
