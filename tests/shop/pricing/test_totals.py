"""Every total is the sum of what is shown above it, to the cent."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.errors import BadInput
from shop.money import Money
from shop.pricing.rules import (
    Country,
    Item,
    Place,
    ShippingMethod,
    Zones,
    by_price,
    cheapest,
    cheapest_delivery,
    make_quote,
)
from shop.pricing.service import SHIPPED
from shop.pricing.zone_file import read_zones

ZONES: Zones = read_zones(SHIPPED)


def _place(country: str, region: str | None = None, method: str = "standard") -> Place:
    zone = ZONES.zone(country)
    return Place(zone, country, region, zone.method_or_cheapest(method))


def _items(currency: str, *lines: tuple[int, int]) -> list[Item]:
    return [Item(f"SKU{n}", quantity, Money(minor, currency)) for n, (minor, quantity) in enumerate(lines)]


def test_tax_is_added_on_top_where_prices_are_without_tax() -> None:
    quote = make_quote(_place("US", "CA"), _items("USD", (3400, 1), (1999, 2)))

    assert quote.subtotal == Money(7398, "USD")
    assert [line.tax.minor for line in quote.lines] == [247, 290]  # 246.5 and 289.855, half up
    assert quote.shipping == Money(590, "USD")
    assert quote.total == Money(7398 + 590 + 537, "USD")


def test_tax_is_contained_where_prices_include_it() -> None:
    quote = make_quote(_place("DE"), _items("EUR", (1190, 1)))

    assert quote.lines[0].tax == Money(190, "EUR")
    assert quote.shipping_tax == Money(110, "EUR")
    assert quote.tax == Money(300, "EUR")
    assert quote.total == Money(1190 + 690, "EUR")


def test_a_state_without_a_rate_of_its_own_has_the_countrys() -> None:
    quote = make_quote(_place("US", "OR"), _items("USD", (3400, 1)))

    assert quote.tax == Money(0, "USD")


def test_delivery_is_free_from_the_threshold_on_and_not_a_cent_below() -> None:
    below, at = (make_quote(_place("US"), _items("USD", (minor, 1))) for minor in (7499, 7500))

    assert below.shipping == Money(590, "USD")
    assert at.shipping == Money(0, "USD")


def test_express_is_never_free() -> None:
    quote = make_quote(_place("US", method="express"), _items("USD", (100_000, 1)))

    assert quote.shipping == Money(1490, "USD")


def test_nothing_costs_nothing() -> None:
    quote = make_quote(_place("US"), [])

    assert quote.total == Money(0, "USD")


LINES = st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 20)), max_size=8)
PLACES = st.sampled_from([("US", "CA"), ("US", None), ("US", "NY"), ("DE", None), ("IE", None), ("FI", None)])


@given(lines=LINES, place=PLACES, method=st.sampled_from(["standard", "express"]))
def test_every_total_is_the_sum_of_its_parts(
    lines: list[tuple[int, int]], place: tuple[str, str | None], method: str
) -> None:
    where = _place(*place, method)

    quote = make_quote(where, _items(where.zone.currency, *lines))

    parts = sum(line.total.minor for line in quote.lines) + quote.shipping.minor
    tax = sum(line.tax.minor for line in quote.lines) + quote.shipping_tax.minor
    assert quote.subtotal.minor == sum(minor * quantity for minor, quantity in lines)
    assert quote.tax.minor == tax
    assert quote.total.minor == (parts if quote.tax_inclusive else parts + tax)


@given(minor=st.integers(0, 10**9), country=st.sampled_from(["DE", "AT", "FI", "LU"]))
def test_contained_tax_and_net_make_the_price_again(minor: int, country: str) -> None:
    quote = make_quote(_place(country), _items("EUR", (minor, 1)))

    net = minor - quote.lines[0].tax.minor
    rate = quote.lines[0].tax_rate
    assert abs(net * rate / 1_000_000 - quote.lines[0].tax.minor) <= 1


def _by_weight(grams: int) -> int:
    steps = ((2000, Money(490, "USD")), (10_000, Money(990, "USD")))
    method = ShippingMethod("parcel", "Parcel", steps[0][1], Money(50_000, "USD"), "3 days", False, steps)
    place = replace(_place("US"), method=method)
    return make_quote(place, [Item("A", 2, Money(100, "USD"), weight_grams=grams)]).shipping.minor


@pytest.mark.parametrize(
    ("grams_each", "price"),
    [(0, 490), (1000, 490), (1001, 990), (5000, 990), (5001, 990 + 490), (10_000, 2 * 990), (11_001, 2 * 990 + 990)],
)
def test_delivery_by_weight_goes_up_in_steps_and_in_several_parcels_above_the_last(grams_each: int, price: int) -> None:
    assert _by_weight(grams_each) == price


@given(grams=st.integers(0, 10**6), more=st.integers(0, 10**5))
def test_heavier_goods_never_cost_less_to_send_when_the_steps_rise(grams: int, more: int) -> None:
    assert _by_weight(grams) <= _by_weight(grams + more)


def test_a_class_is_taxed_at_its_own_rate_and_like_everything_else_where_it_has_none() -> None:
    there = Country(
        "US", 50_000, {"CA": "California", "NY": "New York"}, {"CA": 72_500}, {"books": {"NY": 0, "": 10_000}}
    )
    zone = replace(ZONES.zone("US"), countries={"US": there})
    place = Place(zone, "US", "NY", zone.methods[0])
    items = [Item("A", 1, Money(1000, "USD"), tax_class="books"), Item("B", 1, Money(1000, "USD"), tax_class="other")]

    quote = make_quote(place, items)

    assert [line.tax_rate for line in quote.lines] == [0, 50_000]
    assert quote.tax.minor == 50
    assert there.rate("CA", "books") == 10_000


def test_picking_up_is_never_what_a_product_page_calls_delivery() -> None:
    zone = ZONES.zone("US")
    shop = ShippingMethod("shop", "Pick up", Money(0, "USD"), None, "next day", False, (), "1 Long Street")
    methods = tuple(sorted((shop, *zone.methods), key=by_price))

    assert cheapest(methods).code == "standard"
    assert methods[-1] is shop


def test_the_cheapest_delivery_of_a_country_is_named() -> None:
    hint = cheapest_delivery(ZONES, "DE")

    assert (hint.price, hint.free_over) == (Money(690, "EUR"), Money(7900, "EUR"))
    assert hint.days


@pytest.mark.parametrize("country", [None, "", "XX"])
def test_without_a_country_the_home_one_is_assumed(country: str | None) -> None:
    assert cheapest_delivery(ZONES, country).country == "US"


def test_a_country_nobody_delivers_to_is_refused() -> None:
    with pytest.raises(BadInput):
        ZONES.zone("XX")
