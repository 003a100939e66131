"""The standalone shop: a Flask app with nothing in it but the extension."""

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from shop.extension import Shop
from shop.observe import set_up_logging

PREFIX = "SHOP_"


def create_app(settings: Mapping[str, Any] | None = None, **options: Any) -> Flask:
    """A whole shop. Settings come from SHOP_* environment variables, overridden by `settings`.

    `options` go to `Shop.init_app` (gateway, engine, is_merchant). Raises ConfigError when a setting is wrong.
    """
    app = Flask("shop", static_folder=None, template_folder=None)
    app.config.update({key: value for key, value in os.environ.items() if key.startswith(PREFIX)})
    app.config.update(settings or {})
    runtime = Shop().init_app(app, **options)
    set_up_logging(runtime.config.log_format)
    app.config["MAX_CONTENT_LENGTH"] = runtime.config.max_upload_bytes
    if runtime.config.trusted_proxies:
        hops = runtime.config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # Flask's idiom
    return app
