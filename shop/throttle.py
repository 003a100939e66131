"""How often one address may try something: counted in memory or in Redis."""

from flask import current_app, request
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from shop.errors import TooMany
from shop.web import config

_KEY = "tsubo_limiter"


def _limiter() -> MovingWindowRateLimiter:
    if _KEY not in current_app.extensions:
        current_app.extensions[_KEY] = MovingWindowRateLimiter(storage_from_string(config().limits_url))
    limiter: MovingWindowRateLimiter = current_app.extensions[_KEY]
    return limiter


def throttle(scope: str, rate: str, *, subject: str | None = None) -> None:
    """Count one try; raises TooMany above `rate` ("10/minute") for this scope and subject (default: the address)."""
    item = parse(rate)
    if not _limiter().hit(item, scope, subject or request.remote_addr or "unknown"):
        raise TooMany(retry_after_seconds=item.get_expiry())


def forgive(scope: str, rate: str, *, subject: str | None = None) -> None:
    """Forget the tries of this scope and subject: the last one was rightful."""
    _limiter().clear(parse(rate), scope, subject or request.remote_addr or "unknown")
