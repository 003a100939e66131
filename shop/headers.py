"""Security headers on the answers of our own blueprints."""

from flask import Blueprint, Response, request

from shop.assets import FOREVER
from shop.config import Config


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


def register_headers(blueprint: Blueprint, config: Config) -> None:
    """Set the headers after each request to a page of the shop; a view's own choice is kept."""
    fixed = {
        "Content-Security-Policy": content_security_policy(config),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), browsing-topics=()",
        "Cache-Control": "private, no-cache",
    }
    if config.is_secure:
        fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    def add_headers(response: Response) -> Response:
        if request.endpoint == f"{config.blueprint_name}.static" and "v" in request.args:
            response.headers["Cache-Control"] = FOREVER
        for name, value in fixed.items():
            if name not in response.headers:
                response.headers[name] = value
        response.vary.add("Cookie")
        return response

    blueprint.after_request(add_headers)
