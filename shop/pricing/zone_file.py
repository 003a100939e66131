"""Reads a zones file: every mistake in it is named with the zone and the key it stands in."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shop.config import ConfigError
from shop.money import MILLION, Money, exponent, parse_money
from shop.pricing.rules import Country, ShippingMethod, Zone, Zones

_ZONE_KEYS = {"code", "currency", "prices", "tax_name", "rates", "regions", "delivery"}
_METHOD_KEYS = {"code", "title", "price", "free_over", "days", "taxed"}


def read_zones(path: Path) -> Zones:
    """The zones of a TOML file. Raises ConfigError with the place of the first mistake."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path.name}: cannot be read: {error}") from error
    file = _Place(path.name)
    file.only(content, {"home", "zone"})
    tables = content.get("zone")
    if not isinstance(tables, list) or not tables:
        raise file.wrong("zone", "needs at least one [[zone]]")
    zones = tuple(_zone(file.inside(f"zone {number}"), table) for number, table in enumerate(tables, start=1))
    codes = [code for zone in zones for code in zone.countries]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise file.wrong("zone", f"names {twice[0]} in more than one zone")
    home = content.get("home", codes[0])
    if home not in codes:
        raise file.wrong("home", "must be a country of one of the zones")
    return Zones(zones, home)


class _Place:
    """Where in the file we are, for messages."""

    def __init__(self, name: str) -> None:
        self.name = name

    def inside(self, part: str) -> "_Place":
        return _Place(f"{self.name}, {part}")

    def wrong(self, key: str, sentence: str) -> ConfigError:
        return ConfigError(f"{self.name}: {key} {sentence}")

    def only(self, table: Any, known: set[str]) -> None:
        if not isinstance(table, dict):
            raise ConfigError(f"{self.name}: must be a table")
        for key in table:
            if key not in known:
                raise self.wrong(key, f"is unknown; known are {', '.join(sorted(known))}")

    def text(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "must be a text")
        return value.strip()

    def money(self, table: Mapping[str, Any], key: str, currency: str) -> Money:
        try:
            return parse_money(self.text(table, key), currency)
        except ValueError as error:
            raise self.wrong(key, f'must be an amount in {currency} such as "4.90": {error}') from error

    def rates(self, table: Mapping[str, Any], key: str) -> dict[str, int]:
        rates = table.get(key)
        if not isinstance(rates, dict) or not rates:
            raise self.wrong(key, "must be a table of rates in millionths, such as DE = 190_000")
        for code, rate in rates.items():
            if isinstance(rate, bool) or not isinstance(rate, int) or not 0 <= rate < MILLION:
                raise self.wrong(f"{key}.{code}", "must be a whole number of millionths, 190_000 for 19 %")
        return rates


def _zone(place: _Place, table: Any) -> Zone:
    place.only(table, _ZONE_KEYS)
    place = place.inside(place.text(table, "code"))
    currency = place.text(table, "currency")
    try:
        exponent(currency)
    except ValueError as error:
        raise place.wrong("currency", str(error)) from error
    prices = table.get("prices")
    if prices not in ("with tax", "without tax"):
        raise place.wrong("prices", 'must be "with tax" or "without tax"')
    methods = table.get("delivery")
    if not isinstance(methods, list) or not methods:
        raise place.wrong("delivery", "needs at least one [[zone.delivery]]")
    return Zone(
        code=place.text(table, "code"),
        currency=currency,
        tax_inclusive=prices == "with tax",
        tax_name=place.text(table, "tax_name"),
        countries=_countries(place, table),
        methods=_methods(place, methods, currency),
    )


def _countries(place: _Place, table: Mapping[str, Any]) -> dict[str, Country]:
    rates = place.rates(table, "rates")
    country_rates = {code: rate for code, rate in rates.items() if "-" not in code}
    all_regions = table.get("regions", {})
    place.inside("regions").only(all_regions, set(country_rates))
    countries = {}
    for code, rate in country_rates.items():
        if len(code) != 2 or not code.isascii() or not code.isupper():
            raise place.wrong(f"rates.{code}", "must be a country of two capitals, or country-region")
        regions = all_regions.get(code, {})
        prefix = f"{code}-"
        region_rates = {key.removeprefix(prefix): value for key, value in rates.items() if key.startswith(prefix)}
        unnamed = sorted(set(region_rates) - set(regions))
        if unnamed:
            raise place.wrong(f"rates.{prefix}{unnamed[0]}", f"has no name under regions.{code}")
        countries[code] = Country(code, rate, regions, region_rates)
    strays = [key for key in rates if "-" in key and key.split("-")[0] not in countries]
    if strays:
        raise place.wrong(f"rates.{strays[0]}", "belongs to no country of this zone")
    return countries


def _methods(place: _Place, tables: list[Any], currency: str) -> tuple[ShippingMethod, ...]:
    methods = []
    for number, table in enumerate(tables, start=1):
        here = place.inside(f"delivery {number}")
        here.only(table, _METHOD_KEYS)
        taxed = table.get("taxed", False)
        if not isinstance(taxed, bool):
            raise here.wrong("taxed", "must be true or false")
        methods.append(
            ShippingMethod(
                code=here.text(table, "code"),
                title=here.text(table, "title"),
                price=here.money(table, "price", currency),
                free_over=here.money(table, "free_over", currency) if "free_over" in table else None,
                days=here.text(table, "days"),
                is_taxed=taxed,
            )
        )
    if len({method.code for method in methods}) < len(methods):
        raise place.wrong("delivery", "uses a code twice")
    return tuple(sorted(methods, key=lambda method: method.price.minor))
