"""`Shop`: mounts the whole storefront in a Flask app, as one parent blueprint and one command group."""

import sys
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Flask
from sqlalchemy import Engine

import recommender
from shop import jobs, paths
from shop.assets import register_assets, shop_static, shop_stylesheet
from shop.checkout import own_page_views as checkout_views  # it adds to the blueprint of checkout.views
from shop.cli import make_group
from shop.config import ConfigError, load_config
from shop.db import make_engine, make_sessions
from shop.errors import NotFound
from shop.gateway import Gateway
from shop.headers import register_headers
from shop.keys import Keyring
from shop.learning.live import MODELS_DIR
from shop.learning.tags import TAG_KEYS
from shop.merchant import views as merchant_views
from shop.observe import register_observation
from shop.orders.carriers import carriers
from shop.payments import views as payment_views
from shop.payments.adapter import StripeGateway
from shop.pricing.service import zones
from shop.quiz import log_views as quiz_views  # it adds to the blueprint of quiz.views
from shop.storefront import (
    cart_views,
    compare_views,
    content_views,
    document_views,
    follow_up_views,
    mail_views,
    newsletter_views,
    ops_views,
    picture_views,
    saved_cart_views,
    site_views,
    stock_wish_views,
)
from shop.storefront import return_views as order_views  # it adds to the blueprint of order_views
from shop.storefront import views as storefront_views
from shop.storefront.context import register_context
from shop.storefront.rendering import frame_html
from shop.web import (
    EXTENSION,
    Runtime,
    close_session,
    day_filter,
    moment_filter,
    money_filter,
    register_body_limit,
    register_refusals,
    shop_url,
)

PAGES: tuple[Blueprint, ...] = (
    cart_views.blueprint,
    compare_views.blueprint,
    checkout_views.blueprint,
    order_views.blueprint,
    content_views.blueprint,
    document_views.blueprint,
    follow_up_views.blueprint,
    mail_views.blueprint,
    newsletter_views.blueprint,
    merchant_views.blueprint,
    ops_views.blueprint,
    payment_views.blueprint,
    quiz_views.blueprint,
    picture_views.blueprint,
    saved_cart_views.blueprint,
    site_views.blueprint,
    stock_wish_views.blueprint,
    storefront_views.blueprint,
)
TEMPLATE_FUNCTIONS: dict[str, Callable[..., str]] = {
    "shop_url": shop_url,
    "shop_static": shop_static,
    "shop_stylesheet": shop_stylesheet,
    "shop_frame": frame_html,
}


class Shop:
    """The storefront as a Flask extension.

    `gateway`, `engine` and `is_merchant` replace the payment provider, the database engine and the sign-in.
    Raises ConfigError when a setting is wrong or another package answers to our names.
    """

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(
        self,
        app: Flask,
        *,
        config_prefix: str = "SHOP_",
        gateway: Gateway | None = None,
        engine: Engine | None = None,
        is_merchant: Callable[[], bool] | None = None,
    ) -> Runtime:
        """Mount the shop under its URL prefix; returns what it runs on."""
        refuse_foreign_packages()
        if EXTENSION in app.extensions:
            raise ConfigError("this app has a shop already")
        config = load_config(app.config, config_prefix)
        zones(config)  # a mistake in the zones file stops the start, not the first customer
        carriers(config)
        engine = engine or make_engine(config.database_url, config.database_wait_seconds)
        keyring = Keyring(config.secret_keys)
        runtime = Runtime(
            config=config,
            engine=engine,
            sessions=make_sessions(engine, **{TAG_KEYS: keyring, MODELS_DIR: Path(config.models_dir)}),
            keyring=keyring,
            gateway=gateway or StripeGateway(config),
            is_merchant=is_merchant,
            wake=lambda job: jobs.wake(app, job),
        )
        app.extensions[EXTENSION] = runtime
        parent = _parent_blueprint(runtime)
        register_observation(app, parent)
        app.register_blueprint(parent, url_prefix=config.url_prefix or None)
        app.teardown_appcontext(close_session)
        app.jinja_env.filters.update(shop_money=money_filter, shop_day=day_filter, shop_moment=moment_filter)
        app.jinja_env.globals.update(TEMPLATE_FUNCTIONS)
        app.cli.add_command(make_group(config.cli_name))
        return runtime


def _parent_blueprint(runtime: Runtime) -> Blueprint:
    """One blueprint that carries all pages, so that headers and error pages are ours alone."""
    parent = Blueprint(
        runtime.config.blueprint_name,
        __name__,
        template_folder=str(paths.templates()),
        static_folder=str(paths.static()),
        static_url_path="/static",
    )
    register_refusals(parent)
    register_body_limit(parent, runtime.config)
    register_headers(parent, runtime.config)
    register_assets(parent)
    register_context(parent)
    parent.add_url_rule("/<path:_rest>", "nowhere", _nowhere)
    for pages in PAGES:
        parent.register_blueprint(pages)
    return parent


def _nowhere(_rest: str) -> str:
    raise NotFound


def refuse_foreign_packages() -> None:
    """Refuse to start beside another package named `shop` or `recommender`. Raises ConfigError."""
    ours = paths.PACKAGE.parent
    found = Path(recommender.__file__).resolve().parent.parent if recommender.__file__ else None
    if found != ours:
        raise ConfigError(f"another package named 'recommender' hides ours: {found}")
    for entry in sys.path:
        other = Path(entry or ".").resolve() / "shop" / "__init__.py"
        if other.is_file() and other.parent != paths.PACKAGE and not _is_copy_of_ours(other):
            raise ConfigError(f"another package named 'shop' is installed beside ours: {other.parent}")


def _is_copy_of_ours(package: Path) -> bool:
    """Whether this file is Tsubo's too, as when a checkout and an installed wheel are both on the path."""
    return package.read_bytes() == (paths.PACKAGE / "__init__.py").read_bytes()
