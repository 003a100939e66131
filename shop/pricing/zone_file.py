"""Reads a zones file: every mistake in it is named with the zone and the key it stands in."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shop.config import ConfigError
from shop.money import MILLION, Money, exponent, parse_money
from shop.pricing.rules import Country, ShippingMethod, Zone, Zones, by_price
from shop.provider_amounts import NotPayable, to_provider

_ZONE_KEYS = {"code", "currency", "prices", "tax_name", "rates", "regions", "classes", "delivery"}
_METHOD_KEYS = {"code", "title", "price", "weights", "free_over", "days", "taxed", "pick_up", "where"}
_CLASS = re.compile(r"[a-z][a-z0-9_]{0,19}", re.ASCII)
_HEAVIEST = 10_000_000
_LONGEST_PLACE = 300


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

    def price(self, table: Mapping[str, Any], key: str, currency: str) -> Money:
        price = self.money(table, key, currency)
        try:
            to_provider(price)
        except NotPayable as error:
            raise self.wrong(key, f"cannot be paid. {error}") from error
        return price

    def flag(self, table: Mapping[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false")
        return value

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
    classes = _classes(place, table, set(rates))
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
        countries[code] = Country(code, rate, regions, region_rates, _rates_in(code, classes))
    strays = [key for key in rates if "-" in key and key.split("-")[0] not in countries]
    if strays:
        raise place.wrong(f"rates.{strays[0]}", "belongs to no country of this zone")
    return countries


def _classes(place: _Place, table: Mapping[str, Any], known: set[str]) -> dict[str, dict[str, int]]:
    """Rates per tax class, for countries and regions that have a standard rate as well."""
    tables = table.get("classes", {})
    if not isinstance(tables, dict):
        raise place.wrong("classes", "must be tables such as [zone.classes.books.rates]")
    classes = {}
    for name, content in tables.items():
        if not _CLASS.fullmatch(name):
            raise place.wrong(f"classes.{name}", "must be named in small letters, digits and underscores")
        here = place.inside(f"class {name}")
        here.only(content, {"rates"})
        classes[name] = here.rates(content, "rates")
        strays = sorted(set(classes[name]) - known)
        if strays:
            raise here.wrong(f"rates.{strays[0]}", "has no standard rate under rates of this zone")
    return classes


def _rates_in(country: str, classes: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """The rates of each class in one country, by region; "" for the country as a whole."""
    return {
        name: {code[3:]: rate for code, rate in rates.items() if code[:2] == country} for name, rates in classes.items()
    }


def _methods(place: _Place, tables: list[Any], currency: str) -> tuple[ShippingMethod, ...]:
    methods = tuple(
        _method(place.inside(f"delivery {number}"), table, currency) for number, table in enumerate(tables, start=1)
    )
    if len({method.code for method in methods}) < len(methods):
        raise place.wrong("delivery", "uses a code twice")
    return tuple(sorted(methods, key=by_price))


def _method(here: _Place, table: Any, currency: str) -> ShippingMethod:
    here.only(table, _METHOD_KEYS)
    is_picked_up, is_taxed = here.flag(table, "pick_up"), here.flag(table, "taxed")
    weights = _weights(here, table, currency)
    wrong = [key for key in ("price", "weights", "free_over") if is_picked_up and key in table]
    if wrong:
        raise here.wrong(wrong[0], "has no place where goods are picked up: that costs nothing")
    if weights and "price" in table:
        raise here.wrong("price", "and weights exclude each other")
    if "where" in table and not is_picked_up:
        raise here.wrong("where", "belongs to a method with pick_up = true")
    where = here.text(table, "where") if is_picked_up else ""
    if len(where) > _LONGEST_PLACE:
        raise here.wrong("where", f"is too long: {_LONGEST_PLACE} characters at the most")
    return ShippingMethod(
        code=here.text(table, "code"),
        title=here.text(table, "title"),
        price=_least_price(here, table, weights, currency, is_free=is_picked_up),
        free_over=here.money(table, "free_over", currency) if "free_over" in table else None,
        days=here.text(table, "days"),
        is_taxed=is_taxed,
        weights=weights,
        pick_up_at=where,
    )


def _least_price(
    here: _Place, table: Mapping[str, Any], weights: tuple[tuple[int, Money], ...], currency: str, *, is_free: bool
) -> Money:
    """What the lightest parcel costs."""
    if is_free:
        return Money(0, currency)
    return weights[0][1] if weights else here.price(table, "price", currency)


def _weights(here: _Place, table: Mapping[str, Any], currency: str) -> tuple[tuple[int, Money], ...]:
    """Steps of (grams up to, price), none where the method has one price."""
    if "weights" not in table:
        return ()
    rows = table["weights"]
    if not isinstance(rows, list) or not rows:
        raise here.wrong("weights", 'must be a list of steps such as [2000, "5.90"]')
    steps: list[tuple[int, Money]] = []
    for number, row in enumerate(rows, start=1):
        step = here.inside(f"weights, step {number}")
        if not isinstance(row, list) or len(row) != 2:
            raise step.wrong("it", 'must be grams and price, such as [2000, "5.90"]')
        grams = row[0]
        if isinstance(grams, bool) or not isinstance(grams, int) or not 0 < grams <= _HEAVIEST:
            raise step.wrong("grams", f"must be a whole number from 1 to {_HEAVIEST}")
        if steps and grams <= steps[-1][0]:
            raise step.wrong("grams", "must be more than those of the step before")
        steps.append((grams, step.price({"price": row[1]}, "price", currency)))
    return tuple(steps)
