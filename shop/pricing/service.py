"""The shop's zones, read once per file."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from shop.config import Config, ConfigError
from shop.pricing.rules import Zones, cheapest_delivery, make_quote
from shop.pricing.zone_file import read_zones

__all__ = ["SHIPPED", "Zones", "cheapest_delivery", "currencies_of", "make_quote", "zones"]

SHIPPED = Path(__file__).with_name("zones.toml")


def zones(config: Config) -> Zones:
    """The zones of this shop: the file of SHOP_ZONES, or the one shipped with it. Raises ConfigError.

    Where the file's home country pays in another currency than the shop's, the first country that does is home.
    """
    return _read(config.zones or str(SHIPPED), config.currency)


def currencies_of(zones: Zones) -> tuple[str, ...]:
    """The currencies that the shop sells in, that of its home first."""
    return tuple(dict.fromkeys([zones.zone(None).currency, *(zone.currency for zone in zones.zones)]))


@lru_cache(maxsize=8)
def _read(path: str, currency: str) -> Zones:
    found = read_zones(Path(path))
    if found.zone(None).currency == currency:
        return found
    homes = [code for zone in found.zones if zone.currency == currency for code in zone.countries]
    if not homes:
        raise ConfigError(f"CURRENCY is {currency}, but no zone of {Path(path).name} uses it")
    return replace(found, home=homes[0])
