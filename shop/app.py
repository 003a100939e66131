"""The standalone shop: a Flask app with nothing in it but the extension."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from shop.extension import Shop
from shop.observe import set_up_logging

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "SHOP_"


class Site(Flask):
    """A Flask app that believes as many proxies in front of it as it is told of."""

    proxies = 0

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """The request as the visitor sent it to the outermost proxy."""
        inner: WSGIApplication = super().wsgi_app
        if self.proxies:
            inner = ProxyFix(inner, x_for=self.proxies, x_proto=self.proxies)
        return inner(environ, start_response)


def create_app(settings: Mapping[str, Any] | None = None, **options: Any) -> Flask:
    """A whole shop. Settings come from SHOP_* environment variables, overridden by `settings`.

    `options` go to `Shop.init_app` (gateway, engine, is_merchant). Raises ConfigError when a setting is wrong.
    """
    app = Site("shop", static_folder=None, template_folder=None)
    app.config.update({key: value for key, value in os.environ.items() if key.startswith(PREFIX)})
    app.config.update(settings or {})
    runtime = Shop().init_app(app, **options)
    set_up_logging(runtime.config.log_format)
    app.config["MAX_CONTENT_LENGTH"] = runtime.config.max_upload_bytes
    app.proxies = runtime.config.trusted_proxies
    return app
