"""What a price means for those who pay it: the words under a price field, with tax worked out. Pure."""

from collections.abc import Iterator

from shop.money import Money, format_money, parse_money, tax_on, tax_within
from shop.pricing.rules import Zone, Zones


def price_words(zones: Zones, currency: str, typed: str, locale: str, tax_class: str = "") -> str:
    """Such as "before tax; with sales tax $34.00 to $36.47". Without a readable amount only the first words."""
    zone = next((zone for zone in zones.zones if zone.currency == currency), None)
    if zone is None:
        return ""
    words = "with tax" if zone.tax_inclusive else "before tax"
    try:
        price = parse_money(typed, currency)
    except ValueError:
        return words
    rates = sorted(set(_rates(zone, tax_class)))
    taxed = [tax_within(price, rate) if zone.tax_inclusive else price + tax_on(price, rate) for rate in rates]
    span = _span(taxed[0], taxed[-1], locale)
    return (
        f"{words}; {span} of it is {zone.tax_name}" if zone.tax_inclusive else f"{words}; {span} with {zone.tax_name}"
    )


def _rates(zone: Zone, tax_class: str) -> Iterator[int]:
    for country in zone.countries.values():
        regions = {None, *country.region_rates, *country.class_rates.get(tax_class, ())}
        yield from (country.rate(region, tax_class) for region in regions)


def _span(low: Money, high: Money, locale: str) -> str:
    lowest, highest = format_money(low, locale), format_money(high, locale)
    return lowest if low == high else f"{lowest} to {highest}"
