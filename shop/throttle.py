"""How often one address may try something: guesses are counted in memory or in Redis, crowds in each process.

Only what changes something or guesses at a secret is counted; reading pages never is.
"""

from collections import Counter
from functools import lru_cache
from ipaddress import IPv6Address
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING

import structlog
from flask import current_app, request

from shop.clock import utc_now
from shop.errors import TooMany
from shop.web import config

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import RateLimiter

_KEY = "tsubo_limiter"
_SPARE_KEY = "tsubo_spare_limiter"
_CROWDS_KEY = "tsubo_crowds"
_making = Lock()
log = structlog.get_logger("shop.throttle")


def throttle(scope: str, rates: str, *, subject: str | None = None) -> None:
    """Count one try; raises TooMany above `rates` for this scope and subject (default: the client's address).

    rates: "10/minute", or several that all hold, with semicolons between: "10/15 minutes;40/day" makes the wait grow.
    "" counts nothing. When the counters' server is away, this process counts alone: slower guessing, and no 500.
    """
    who = subject or client_address()
    for item in _parse(rates):
        if not _hit(item, scope, who):
            log.warning("throttled", scope=scope)
            raise TooMany(retry_after_seconds=_seconds_to_wait(item, scope, who))


def forgive(scope: str, rates: str, *, subject: str | None = None) -> None:
    """Forget the tries of this scope and subject: the last one was rightful."""
    from limits.errors import StorageError  # see _make

    who = subject or client_address()
    for item in _parse(rates):
        try:
            _limiter().clear(item, scope, who)
        except StorageError:
            log.warning("limits_unavailable")
        _spare().clear(item, scope, who)


def throttle_posts(scope: str, per_minute: int) -> None:
    """Count a POST; raises TooMany above `per_minute` from one client address in this process (0: no limit).

    For what must cost nothing, such as adding to a cart: a few microseconds, where the library takes hundreds.
    """
    if request.method != "POST" or not per_minute:
        return
    crowds: _Crowds = current_app.extensions.get(_CROWDS_KEY) or current_app.extensions.setdefault(
        _CROWDS_KEY, _Crowds()
    )
    seconds = utc_now().timestamp()
    if crowds.count((scope, client_address()), int(seconds // 60)) > per_minute:
        log.warning("throttled", scope=scope)
        raise TooMany(retry_after_seconds=60 - int(seconds % 60))


class _Crowds:
    """How many came in the present minute. What is kept goes with the minute, so it stays small."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def count(self, who: tuple[str, str], minute: int) -> int:
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, Counter()
            self._counts[who] += 1
            return self._counts[who]


def client_address() -> str:
    """Who is counted as one client: an IPv4 address, or the network of 64 bits that one IPv6 line gets."""
    address = request.remote_addr or "unknown"
    if ":" not in address:
        return address
    try:
        found = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found.ipv4_mapped or f"{IPv6Address(int(found) >> 64 << 64)}/64")


def _seconds_to_wait(item: "RateLimitItem", scope: str, who: str) -> int:
    from limits.errors import StorageError  # see _make

    try:
        free_at = _limiter().get_window_stats(item, scope, who).reset_time
    except StorageError:
        return item.get_expiry()
    return min(item.get_expiry(), max(1, ceil(free_at - utc_now().timestamp())))


def _hit(item: "RateLimitItem", scope: str, who: str) -> bool:
    from limits.errors import StorageError  # see _make

    try:
        return _limiter().hit(item, scope, who)
    except StorageError:
        log.warning("limits_unavailable")
        return _spare().hit(item, scope, who)


@lru_cache(maxsize=64)
def _parse(rates: str) -> tuple["RateLimitItem", ...]:
    if not rates:
        return ()
    from limits import parse_many  # see _make

    return tuple(parse_many(rates))


def _limiter() -> "RateLimiter":
    return _made(_KEY, config().limits_url)


def _spare() -> "RateLimiter":
    return _made(_SPARE_KEY, "memory://")


def _made(key: str, url: str) -> "RateLimiter":
    limiter: RateLimiter | None = current_app.extensions.get(key)
    if limiter is None:
        with _making:
            limiter = current_app.extensions.get(key) or _make(url)
            current_app.extensions[key] = limiter
    return limiter


def _make(url: str) -> "RateLimiter":
    """The library is loaded with the first count: it brings asyncio along, which no start should wait for."""
    from limits.storage import storage_from_string
    from limits.strategies import MovingWindowRateLimiter

    return MovingWindowRateLimiter(storage_from_string(url, wrap_exceptions=True))
