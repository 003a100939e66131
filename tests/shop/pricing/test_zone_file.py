"""A mistake in the zones file stops the start, and is named."""

from pathlib import Path

import pytest

from shop.config import Config, ConfigError
from shop.money import Money
from shop.pricing.service import zones
from shop.pricing.zone_file import read_zones
from tests.conftest import MakeApp

GOOD = """
home = "DE"
[[zone]]
code = "eu"
currency = "EUR"
prices = "with tax"
tax_name = "VAT"
[zone.rates]
DE = 190_000
[[zone.delivery]]
code = "standard"
title = "Standard"
price = "4.90"
days = "2 days"
taxed = true
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "my-zones.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    found = read_zones(_file(tmp_path, GOOD))

    assert found.home == "DE"
    assert found.zone("DE").countries["DE"].rate(None) == 190_000


@pytest.mark.parametrize(
    ("good", "bad", "named"),
    [
        ('home = "DE"', 'home = "US"', "home"),
        ('currency = "EUR"', 'currency = "ABC"', "currency"),
        ('prices = "with tax"', 'prices = "maybe"', "prices"),
        ("DE = 190_000", "DE = 19.0", "rates.DE"),
        ("DE = 190_000", "DE = 1_900_000", "rates.DE"),
        ("DE = 190_000", "Germany = 190_000", "rates.Germany"),
        ("DE = 190_000", "DE = 190_000\nDE-BY = 1", "rates.DE-BY"),
        ('price = "4.90"', 'price = "4,905"', "price"),
        ('price = "4.90"', "price = 4.90", "price"),
        ('days = "2 days"', "", "days"),
        ("taxed = true", 'taxed = "yes"', "taxed"),
        ("taxed = true", "surprise = true", "surprise"),
        ('tax_name = "VAT"', "tax_name = VAT", "cannot be read"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(tmp_path: Path, good: str, bad: str, named: str) -> None:
    path = _file(tmp_path, GOOD.replace(good, bad))

    with pytest.raises(ConfigError) as refused:
        read_zones(path)

    assert named in str(refused.value)
    assert "my-zones.toml" in str(refused.value)


BY_WEIGHT = 'weights = [[2000, "4.90"], [10_000, "9.90"]]'
PICK_UP = 'pick_up = true\nwhere = "1 Long Street, Springfield"'
CLASS = "DE = 190_000\n[zone.classes.books.rates]\nDE = 70_000"


def test_methods_may_go_by_weight_be_picked_up_and_have_classes_of_tax(tmp_path: Path) -> None:
    second = '[[zone.delivery]]\ncode = "shop"\ntitle = "Pick up"\ndays = "next day"\n' + PICK_UP
    text = GOOD.replace('price = "4.90"', BY_WEIGHT).replace("DE = 190_000", CLASS) + second

    zone = read_zones(_file(tmp_path, text)).zone("DE")

    parcel, shop = zone.methods
    assert parcel.weights == ((2000, Money(490, "EUR")), (10_000, Money(990, "EUR")))
    assert (shop.pick_up_at, shop.price.minor) == ("1 Long Street, Springfield", 0)
    assert zone.countries["DE"].rate(None, "books") == 70_000


@pytest.mark.parametrize(
    ("good", "bad", "named"),
    [
        ('price = "4.90"', "weights = []", "delivery 1: weights must be a list"),
        ('price = "4.90"', 'weights = [[2000, "4.90", 1]]', "weights, step 1: it must be grams and price"),
        ('price = "4.90"', 'weights = [[0, "4.90"]]', "weights, step 1: grams must be a whole number"),
        ('price = "4.90"', 'weights = [[true, "4.90"]]', "weights, step 1: grams must be a whole number"),
        ('price = "4.90"', 'weights = [[9, "4.90"], [9, "5.90"]]', "weights, step 2: grams must be more"),
        ('price = "4.90"', "weights = [[9, 4.90]]", "weights, step 1: price must be a text"),
        ('price = "4.90"', 'price = "4.90"\n' + BY_WEIGHT, "price and weights exclude each other"),
        ('price = "4.90"', "", "price must be a text"),
        ('price = "4.90"', "pick_up = true", "where must be a text"),
        ('price = "4.90"', 'pick_up = "yes"', "pick_up must be true or false"),
        ('price = "4.90"', PICK_UP + '\nprice = "1.00"', "price has no place"),
        ('price = "4.90"', PICK_UP + '\nfree_over = "1.00"', "free_over has no place"),
        ('price = "4.90"', 'price = "4.90"\nwhere = "Here"', "where belongs to a method with pick_up"),
        ('price = "4.90"', f'pick_up = true\nwhere = "{"x" * 301}"', "where is too long"),
        ("DE = 190_000", "DE = 190_000\n[zone.classes.Books.rates]\nDE = 1", "classes.Books must be named"),
        ("DE = 190_000", "DE = 190_000\n[zone.classes.books]\nrate = 1", "class books: rate is unknown"),
        ("DE = 190_000", "DE = 190_000\n[zone.classes.books.rates]\nFR = 1", "class books: rates.FR has no standard"),
        ("DE = 190_000", "DE = 190_000\n[zone.classes.books.rates]\nDE = 1.5", "class books: rates.DE must be"),
        ("DE = 190_000", "DE = 190_000\n[zone.classes]\nbooks = 1", "class books: must be a table"),
    ],
)
def test_a_mistake_in_weights_pick_up_or_classes_is_named(tmp_path: Path, good: str, bad: str, named: str) -> None:
    path = _file(tmp_path, GOOD.replace(good, bad))

    with pytest.raises(ConfigError) as refused:
        read_zones(path)

    assert named in str(refused.value)
    assert "my-zones.toml, zone 1, eu" in str(refused.value)


@pytest.mark.parametrize("price", ['price = "1.255"', 'weights = [[2000, "1.255"]]'])
def test_a_delivery_price_that_cannot_be_paid_is_refused_at_the_start(tmp_path: Path, price: str) -> None:
    dinars = GOOD.replace("EUR", "KWD")

    with pytest.raises(ConfigError) as refused:
        read_zones(_file(tmp_path, dinars.replace('price = "4.90"', price)))

    assert "price cannot be paid. The payment service does not take 1.255 KWD" in str(refused.value)
    assert read_zones(_file(tmp_path, dinars.replace("4.90", "1.250"))).home == "DE"


def test_a_shop_with_a_broken_zones_file_does_not_start(tmp_path: Path, make_app: MakeApp) -> None:
    path = _file(tmp_path, GOOD.replace("with tax", "maybe"))

    with pytest.raises(ConfigError, match="prices"):
        make_app(SHOP_ZONES=str(path))


def test_home_is_where_the_shops_currency_is_paid() -> None:
    found = zones(Config(currency="EUR", secret_keys=("x" * 32,)))

    assert found.zone(None).currency == "EUR"


def test_a_currency_without_a_zone_is_refused() -> None:
    with pytest.raises(ConfigError, match="GBP"):
        zones(Config(currency="GBP", secret_keys=("x" * 32,)))
