"""Whether an address in the settings can work at all: known scheme, driver installed, port a number, folder writable.

Nothing is opened here: a server that is away for a moment must not keep the shop from starting.
"""

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
QUEUES = ("sqlite", "redis", "rediss", "postgresql", "postgresql+psycopg", "memory")
COUNTERS = ("memory", "redis", "rediss")
MAIL_SERVERS = ("smtp", "smtps")
PAGES = ("http", "https")
_DRIVERS = {
    "postgresql": ("psycopg", "tsubo[postgres]"),
    "redis": ("redis", "tsubo[redis]"),
    "rediss": ("redis", "tsubo[redis]"),
}
_NEED_HOST = (*MAIL_SERVERS, *PAGES, "redis", "rediss")


def url_trouble(url: str, schemes: tuple[str, ...]) -> str | None:
    """What is wrong with this address, as the end of a sentence that begins with its key; None when nothing is."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # reading it is what checks it
    except ValueError:
        return "has a port or a host that cannot be"
    if parts.scheme not in schemes or "://" not in url:
        return f"must begin with {_either([f'{scheme}://' for scheme in schemes])}"
    if parts.scheme in _NEED_HOST and not parts.hostname:
        return f"names no host: {parts.scheme}://host"
    driver, extra = _DRIVERS.get(parts.scheme.partition("+")[0], ("", ""))
    if driver and find_spec(driver) is None:
        return f"needs the package {driver!r}, which is not installed: pip install {extra}"
    return _file_trouble(url) if parts.scheme == "sqlite" else None


def folder_trouble(folder: Path) -> str | None:
    """Why nothing can be written into this folder, which need not be there yet; None when it can."""
    present = folder.absolute()
    while not present.exists() and present != present.parent:
        present = present.parent
    if not present.is_dir():
        return f"lies under {present}, which is a file and no folder"
    return None if os.access(present, os.W_OK | os.X_OK) else f"lies under {present}, where nothing can be written"


def _file_trouble(url: str) -> str | None:
    if not url.startswith("sqlite:///"):
        return None if url == "sqlite://" else "must have three slashes before the file: sqlite:///file"
    path = unquote(url.removeprefix("sqlite:///").partition("?")[0])
    if path in ("", ":memory:"):
        return None
    if Path(path).is_dir():
        return "names a folder and no file"
    return folder_trouble(Path(path).parent)


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
