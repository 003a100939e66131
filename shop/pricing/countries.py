"""Countries by the names that people of the shop's language know them by, and how their post writes a town."""

from functools import lru_cache

from babel.core import Locale, UnknownLocaleError

from shop.pricing.rules import Zones


@lru_cache(maxsize=1024)
def country_name(code: str, locale: str) -> str:
    """The name of a country, or its code where the language has none for it."""
    try:
        names = Locale.parse(locale).territories
    except (UnknownLocaleError, ValueError):
        return code
    return str(names.get(code, code))


def town_line(country: str, city: str, region: str, postal_code: str) -> str:
    """The line of an address that names the town: Springfield, IL 62701 in the US, 10115 Berlin elsewhere."""
    if country == "US":
        return " ".join(filter(None, (", ".join(filter(None, (city, region))), postal_code)))
    return ", ".join(filter(None, (" ".join(filter(None, (postal_code, city))), region)))


def country_choices(zones: Zones, locale: str) -> list[tuple[str, str]]:
    """(code, name) of each country the shop delivers to, by name."""
    named = [(code, country_name(code, locale)) for code in zones.country_codes()]
    return sorted(named, key=lambda pair: pair[1])
