"""Our cookies: HttpOnly, SameSite=Lax, Secure with the __Host- prefix on https, and never set by reading a page."""

from flask import Response, request

from shop.web import config

CART = "tsubo_cart"
ANSWERS = "tsubo_answers"
STAFF = "tsubo_staff"
DEVICE = "tsubo_device"


def _name(cookie: str) -> str:
    return f"__Host-{cookie}" if config().is_secure else cookie


def read(cookie: str) -> str | None:
    """The value the visitor sent, or None."""
    return request.cookies.get(_name(cookie))


def write(response: Response, cookie: str, value: str, *, max_age_seconds: int) -> None:
    """Set one of our cookies on an answer."""
    response.set_cookie(
        _name(cookie),
        value,
        max_age=max_age_seconds,
        path="/",
        secure=config().is_secure,
        httponly=True,
        samesite="Lax",
    )


def drop(response: Response, cookie: str) -> None:
    """Delete one of our cookies."""
    response.delete_cookie(_name(cookie), path="/", secure=config().is_secure, httponly=True, samesite="Lax")
