"""What a promotion takes off, to the cent, and which one an order gets."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.money import Money
from shop.pricing.rules import Country, Item, Place, Quote, ShippingMethod, Zone, make_quote
from shop.pricing.service import SHIPPED
from shop.pricing.zone_file import read_zones
from shop.promotions.models import Promotion
from shop.promotions.rules import Choice, Reason, Sale, Uses, choose, customer_key, normal_code
from shop.promotions.states import PromotionKind
from shop.promotions.words import sentence
from shop.provider_amounts import to_provider
from tests.make import NOW

ZONES = read_zones(SHIPPED)
NO_USES = Uses()
LINES = st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 20)), min_size=1, max_size=8)
PLACES = st.sampled_from([("US", "CA"), ("US", None), ("DE", None), ("IE", None)])
OFFERS = st.one_of(
    st.builds(lambda rate: {"kind": PromotionKind.PERCENT, "rate_millionths": rate}, st.integers(1, 1_000_000)),
    st.builds(lambda minor: {"kind": PromotionKind.AMOUNT, "amount_minor": minor}, st.integers(1, 10**8)),
    st.just({"kind": PromotionKind.DELIVERY}),
)


def _place(country: str = "US", region: str | None = "CA", method: str = "standard") -> Place:
    zone = ZONES.zone(country)
    return Place(zone, country, region, zone.method_or_cheapest(method))


def _items(place: Place, *lines: tuple[int, int]) -> list[Item]:
    currency = place.zone.currency
    return [
        Item(f"SKU{n}-X", quantity, Money(minor, currency), product_sku=f"SKU{n}", type=("mat", "ball")[n % 2])
        for n, (minor, quantity) in enumerate(lines)
    ]


def _promotion(code: str | None = "SPRING10", **fields: Any) -> Promotion:
    defaults: dict[str, Any] = {
        "id": 1, "title": "Spring offer", "kind": PromotionKind.PERCENT, "rate_millionths": 100_000, "amount_minor": 0,
        "minimum_minor": 0, "currency": "", "products": (), "types": (),
    }  # fmt: skip
    return Promotion(code=code, **(defaults | fields))


def _quoted(place: Place, items: list[Item], *promotions: Promotion, typed: str = "SPRING10") -> tuple[Choice, Quote]:
    choice = choose(typed, [(promotion, NO_USES) for promotion in promotions], Sale(place, items, NOW))
    return choice, make_quote(place, items, choice.deduction)


def _refusal(promotion: Promotion, uses: Uses = NO_USES, *lines: tuple[int, int]) -> Any:
    place = _place()
    return choose("SPRING10", [(promotion, uses)], Sale(place, _items(place, *(lines or [(3400, 1)])), NOW)).refusal


@given(lines=LINES, offer=OFFERS)
def test_what_is_left_to_pay_has_no_decimal_that_the_provider_does_not_take(
    lines: list[tuple[int, int]], offer: dict[str, Any]
) -> None:
    land = Country("KW", 0, {}, {})
    price = Money(2000, "KWD")
    zone = Zone("gulf", "KWD", True, "VAT", {"KW": land}, (ShippingMethod("post", "Post", price, None, "", False),))
    place = Place(zone, "KW", None, zone.methods[0])
    offer = {name: value // 10 * 10 if name == "amount_minor" else value for name, value in offer.items()}

    _, quote = _quoted(
        place, _items(place, *((minor * 10, quantity) for minor, quantity in lines)), _promotion(**offer)
    )

    for line in quote.lines:
        to_provider(line.total - line.discount)
        assert 0 <= line.discount.minor <= line.total.minor


@given(lines=LINES, where=PLACES, offer=OFFERS, method=st.sampled_from(["standard", "express"]))
def test_with_a_discount_every_total_is_the_sum_of_its_lines(
    lines: list[tuple[int, int]], where: tuple[str, str | None], offer: dict[str, Any], method: str
) -> None:
    place = _place(*where, method)

    _, quote = _quoted(place, _items(place, *lines), _promotion(**offer))

    assert quote.subtotal.minor == sum(line.total.minor for line in quote.lines)
    assert quote.discount.minor == sum(line.discount.minor for line in quote.lines)
    assert quote.tax.minor == sum(line.tax.minor for line in quote.lines) + quote.shipping_tax.minor
    left = quote.subtotal.minor - quote.discount.minor + quote.shipping.minor
    assert quote.total.minor == (left if quote.tax_inclusive else left + quote.tax.minor)
    assert all(0 <= line.discount.minor <= line.total.minor for line in quote.lines)


@given(lines=LINES, where=PLACES)
def test_peer_10_a_code_of_100_percent_gives_exactly_zero(
    lines: list[tuple[int, int]], where: tuple[str, str | None]
) -> None:
    place = _place(*where, "express")
    items = _items(place, *lines)

    choice, quote = _quoted(place, items, _promotion(rate_millionths=1_000_000))

    assert choice.applied is not None
    assert (quote.total.minor, quote.tax.minor, quote.shipping.minor) == (0, 0, 0)


@given(lines=LINES, rate=st.integers(1, 1_000_000), kept=st.integers(0, 7))
def test_the_share_of_a_line_is_within_a_cent_of_its_part(lines: list[tuple[int, int]], rate: int, kept: int) -> None:
    place = _place()

    _, quote = _quoted(place, _items(place, *lines), _promotion(rate_millionths=rate))

    line = quote.lines[kept % len(lines)]
    assert abs(line.discount.minor - line.total.minor * rate / 1_000_000) <= 1.5


def test_tax_is_on_what_is_left_after_the_discount() -> None:
    place = _place()

    _, quote = _quoted(place, _items(place, (10_000, 1)), _promotion(rate_millionths=500_000))

    assert quote.lines[0].tax == Money(363, "USD")  # 7.25 % of 50.00, half up


def test_an_amount_above_the_goods_takes_the_goods_and_leaves_delivery_to_pay() -> None:
    place = _place()

    _, quote = _quoted(
        place, _items(place, (1000, 1)), _promotion(kind=PromotionKind.AMOUNT, amount_minor=5000, currency="USD")
    )

    assert (quote.discount.minor, quote.shipping.minor, quote.total.minor) == (1000, 590, 590)


def test_only_the_goods_it_is_for_become_cheaper() -> None:
    place = _place()
    items = _items(place, (1000, 1), (1000, 1), (1000, 1))

    by_type = _quoted(place, items, _promotion(types=("ball",)))[1]
    by_product = _quoted(place, items, _promotion(products=("SKU2",)))[1]

    assert [line.discount.minor for line in by_type.lines] == [0, 100, 0]
    assert [line.discount.minor for line in by_product.lines] == [0, 0, 100]


def test_a_whole_discount_on_some_goods_does_not_free_delivery() -> None:
    place = _place()

    _, quote = _quoted(
        place, _items(place, (1000, 1), (1000, 1)), _promotion(rate_millionths=1_000_000, types=("ball",))
    )

    assert (quote.discount.minor, quote.shipping.minor) == (1000, 590)


def test_the_promotion_that_takes_most_off_is_the_only_one() -> None:
    place = _place()
    items = _items(place, (10_000, 1))
    offer = _promotion(None, id=2, title="Autumn offer", rate_millionths=300_000)

    choice, quote = _quoted(place, items, _promotion(), offer)

    assert quote.discount.minor == 3000
    assert choice.applied is not None
    assert choice.applied.title == "Autumn offer"
    assert choice.refusal is not None
    assert "Keep the code for another order." in sentence(choice.refusal, "en_US")


def test_between_equals_the_code_that_was_typed_is_used() -> None:
    place = _place()
    offer = _promotion(None, id=2, title="Autumn offer")

    choice, quote = _quoted(place, _items(place, (10_000, 1)), offer, _promotion())

    assert choice.applied is not None
    assert (choice.applied.code, quote.discount.minor, choice.refusal) == ("SPRING10", 1000, None)


def test_an_offer_without_a_code_holds_by_itself() -> None:
    place = _place()

    choice, quote = _quoted(place, _items(place, (1000, 1)), _promotion(None), typed="")

    assert (choice.code, choice.title, quote.discount.minor) == ("", "Spring offer", 100)


@pytest.mark.parametrize(
    ("fields", "uses", "reason", "said"),
    [
        ({"code": "OTHER"}, NO_USES, Reason.UNKNOWN, "We know no such code."),
        ({"starts_at": NOW + timedelta(days=3)}, NO_USES, Reason.NOT_YET, "holds from June 4, 2026 on"),
        ({"ends_at": NOW.replace(hour=0)}, NO_USES, Reason.ENDED, "held until May 31, 2026"),
        ({"currency": "EUR"}, NO_USES, Reason.OTHER_CURRENCY, "orders in EUR only"),
        ({"types": ("pillow",)}, NO_USES, Reason.OTHER_GOODS, "not for these goods"),
        ({"minimum_minor": 3401, "currency": "USD"}, NO_USES, Reason.BELOW_MINIMUM, "goods of $34.01 or more"),
        ({"most_orders": 5}, Uses(5, 0), Reason.USED_UP, "is used up"),
        ({"most_per_customer": 1}, Uses(1, 1), Reason.USED_BY_YOU, "with this e-mail address"),
        ({"rate_millionths": 1}, NO_USES, Reason.NOTHING_OFF, "takes nothing off"),
    ],
)
def test_each_wrong_code_has_a_sentence_of_its_own(
    fields: dict[str, Any], uses: Uses, reason: Reason, said: str
) -> None:
    promotion = _promotion(**fields)

    refusal = _refusal(promotion, uses)

    assert refusal.reason is reason
    assert said in sentence(refusal, "en_US")


def test_a_code_is_the_same_in_lower_case_and_with_blanks() -> None:
    assert normal_code(" spring 10 ") == "SPRING10"
    assert normal_code("x" * 41) == ""
    assert normal_code("A\x00B") == ""


def test_one_customer_is_one_however_they_write_their_address() -> None:
    assert customer_key("Pat+shop@Example.com ") == customer_key("pat@example.com")
    assert customer_key("pat@example.com") != customer_key("sam@example.com")
    assert customer_key("") == ""
