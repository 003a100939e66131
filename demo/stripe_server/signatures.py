"""Sign webhooks as Stripe does, and send them over HTTP."""

import hashlib
import hmac
from collections.abc import Callable
from http.client import HTTPConnection
from ipaddress import ip_address
from urllib.parse import urlsplit

Post = Callable[[bytes, dict[str, str]], int]


def signature_header(body: bytes, secret: str, *, timestamp: int) -> str:
    """Return a `Stripe-Signature` for exactly these bytes, said to be made at `timestamp`."""
    digest = hmac.new(secret.encode(), b"%d.%b" % (timestamp, body), hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def webhook_headers(body: bytes, secret: str, *, timestamp: int) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (stand-in)",
        "Stripe-Signature": signature_header(body, secret, timestamp=timestamp),
    }


def webhook_to(url: str, *, timeout_seconds: float = 20) -> Post:
    """Return a `post` that sends to `url` on this machine. Follows no redirects, as Stripe does not."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or not (host == "localhost" or _is_loopback(host)):
        raise ValueError("The webhook address must be http:// on this machine (127.0.0.1).")

    def post(body: bytes, headers: dict[str, str]) -> int:
        connection = HTTPConnection(host, parts.port or 80, timeout=timeout_seconds)
        try:
            connection.request("POST", parts.path or "/", body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    return post


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
