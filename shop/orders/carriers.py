"""Who carries parcels, and where one of theirs is followed: links are made from known addresses only."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from shop.config import Config, ConfigError

SHIPPED = Path(__file__).with_name("carriers.toml")
PLACE = "{number}"
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{3,39}", re.ASCII)
_PATTERN = re.compile(r"[!#-;=?-~]+", re.ASCII)  # no blank, quote or angle bracket


@dataclass(frozen=True, slots=True)
class Carriers:
    """The known carriers: the address pattern of each by its name."""

    patterns: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        """What to offer, in the order of the file."""
        return list(self.patterns)

    def tracking_url(self, carrier: str, number: str) -> str | None:
        """Where a parcel is followed; None for a carrier nobody knows or a number that looks like none."""
        pattern = next((url for name, url in self.patterns.items() if name.casefold() == carrier.casefold()), None)
        if pattern is None or not _NUMBER.fullmatch(number):
            return None
        return pattern.replace(PLACE, quote(number, safe=""))


def carriers(config: Config) -> Carriers:
    """The carriers of this shop: the file of SHOP_CARRIERS, or the one shipped with it. Raises ConfigError."""
    return read_carriers(config.carriers or str(SHIPPED))


@lru_cache(maxsize=8)
def read_carriers(path: str) -> Carriers:
    """The carriers of a TOML file. Raises ConfigError with the place of the first mistake."""
    name = Path(path).name
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{name}: cannot be read: {error}") from error
    tables = content.get("carrier")
    if set(content) != {"carrier"} or not isinstance(tables, list):
        raise ConfigError(f"{name}: needs [[carrier]] tables and nothing else")
    patterns: dict[str, str] = {}
    for number, table in enumerate(tables, start=1):
        where = f"{name}, carrier {number}"
        if not isinstance(table, dict) or set(table) != {"name", "tracking"}:
            raise ConfigError(f"{where}: needs name and tracking, and nothing else")
        patterns[_name(table["name"], where)] = _pattern(table["tracking"], where)
    return Carriers(patterns)


def _name(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 60:
        raise ConfigError(f"{where}: name must be a text of 60 characters at the most")
    return value.strip()


def _pattern(value: object, where: str) -> str:
    if isinstance(value, str) and _PATTERN.fullmatch(value) and value.count(PLACE) == 1:
        parts = urlsplit(value)
        if parts.scheme == "https" and parts.hostname and PLACE not in parts.netloc and "@" not in parts.netloc:
            return value
    raise ConfigError(f"{where}: tracking must be an https address with {PLACE} once, behind the host")
