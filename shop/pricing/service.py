"""The shop's zones, read once per file."""

from functools import lru_cache
from pathlib import Path

from shop.config import Config, ConfigError
from shop.pricing.rules import Zones, cheapest_delivery, make_quote
from shop.pricing.zone_file import read_zones

__all__ = ["SHIPPED", "Zones", "cheapest_delivery", "make_quote", "zones"]

SHIPPED = Path(__file__).with_name("zones.toml")


def zones(config: Config) -> Zones:
    """The zones of this shop: the file of SHOP_ZONES, or the one shipped with it. Raises ConfigError."""
    found = _read(config.zones or str(SHIPPED))
    currency = found.zone(found.home).currency
    if currency != config.currency:
        raise ConfigError(
            f"SHOP_CURRENCY is {config.currency}, but the home country of the zones file ({found.home}) uses {currency}"
        )
    return found


@lru_cache(maxsize=8)
def _read(path: str) -> Zones:
    return read_zones(Path(path))
