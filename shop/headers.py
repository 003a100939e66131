"""Security headers on the answers of our own blueprints."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from shop.assets import FOREVER
from shop.config import Config

STRIPE_JS = "https://js.stripe.com"
NO_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), browsing-topics=()"


def content_security_policy(config: Config) -> str:
    """Nothing from other origins; forms may lead to the provider's payment page."""
    return "; ".join(
        (
            "default-src 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "img-src 'self' data:",
            f"form-action 'self' {config.stripe_page_origin}",
        )
    )


def payment_page_policy(config: Config, nonce: str) -> str:
    """For the one page with the provider's fields in it: its script by nonce and by origin, its frames, its address."""
    script = urlsplit(config.stripe_js_url)
    provider = frames = calls = f"{script.scheme}://{script.netloc}"
    if provider == STRIPE_JS:
        provider, calls = f"{STRIPE_JS} https://*.js.stripe.com", "https://api.stripe.com"
        frames = f"{provider} https://hooks.stripe.com"
    return "; ".join(
        (
            content_security_policy(config),
            f"script-src 'self' 'nonce-{nonce}' {provider}",
            f"frame-src {frames}",
            f"connect-src 'self' {calls}",
        )
    )


def payment_page_permissions(config: Config) -> str:
    """The wallets of the provider's fields ask the browser: allowed on that page alone."""
    script = urlsplit(config.stripe_js_url)
    return NO_PERMISSIONS.replace("payment=()", f'payment=(self "{script.scheme}://{script.netloc}")')


def register_headers(blueprint: Blueprint, config: Config) -> None:
    """Set the headers after each request to a page of the shop; a view's own choice is kept."""
    fixed = {
        "Content-Security-Policy": content_security_policy(config),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": NO_PERMISSIONS,
        "Cache-Control": "private, no-cache",
    }
    if config.is_secure:
        fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    def add_headers(response: Response) -> Response:
        if request.endpoint == f"{config.blueprint_name}.static" and "v" in request.args:
            response.headers["Cache-Control"] = FOREVER
        chosen = {name.lower() for name, _ in response.headers}
        for name, value in fixed.items():
            if name.lower() not in chosen:
                response.headers.add(name, value)  # looks for no other of that name
        response.vary.add("Cookie")
        return response

    blueprint.after_request(add_headers)
