"""A mistake in the zones file stops the start, and is named."""

from pathlib import Path

import pytest

from shop.config import Config, ConfigError
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
