"""Every SHOP_* key: its default and its check, in one place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from babel.localedata import locale_identifiers

from shop import config_urls
from shop.email_address import is_email
from shop.money import exponent

Mode = Literal["demo", "test", "live"]
MINIMUM_SECRET_LENGTH = 32


class ConfigError(ValueError):
    """A setting is missing or wrong; the message names the key and says what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one mounted shop. Each field is the key SHOP_<FIELD> (or another prefix) in capitals."""

    mode: Mode = "demo"
    name: str = "Tsubo"
    blueprint_name: str = "shop"
    cli_name: str = "shop"
    url_prefix: str = ""
    base_url: str = "http://127.0.0.1:8000"
    database_url: str = "sqlite:///var/shop.db"
    database_wait_seconds: int = 20
    secret_keys: tuple[str, ...] = ()
    locale: str = "en_US"
    currency: str = "USD"
    zones: str = ""
    carriers: str = ""
    articles: str = ""
    media_dir: str = "var/media"
    models_dir: str = "var/models"
    contact_email: str = "hello@shop.example"
    postal_address: str = "Set SHOP_POSTAL_ADDRESS to the shop's postal address"
    legal_name: str = ""
    tax_number: str = ""
    invoice_note: str = ""
    invoice_years: int = 10
    document_font: str = ""
    stripe_secret_key: str = ""
    stripe_api_base: str = ""
    stripe_page_origin: str = "https://checkout.stripe.com"
    stripe_webhook_secrets: tuple[str, ...] = ()
    payment_ui: str = "hosted"
    tax_source: str = "zones"
    tax_when_silent: str = "refuse"
    stripe_tax_code: str = "txcd_99999999"
    stripe_publishable_key: str = ""
    stripe_js_url: str = "https://js.stripe.com/endive/stripe.js"
    provider_timeout_seconds: int = 5
    provider_concurrency: int = 4
    session_minutes: int = 31
    hold_minutes: int = 40
    cart_days: int = 30
    answers_minutes: int = 60
    learning_days: int = 400
    exploration: float = 0.0
    smtp_url: str = ""
    mail_from: str = "shop@shop.example"
    jobs_url: str = "sqlite:///var/jobs.db"
    limits_url: str = "memory://"
    require_second_factor: str = "auto"
    cart_posts_per_minute: int = 240
    quiz_posts_per_minute: int = 240
    open_orders_per_email: int = 3
    orders_per_address_and_hour: int = 1000
    max_form_bytes: int = 64 * 1024
    max_upload_bytes: int = 8 * 1024 * 1024
    trusted_proxies: int = 0
    metrics_token: str = ""
    failpoint: str = ""
    log_format: str = "json"

    @property
    def is_secure(self) -> bool:
        """Whether visitors come by https: decides Secure cookies, the __Host- prefix and HSTS."""
        return self.base_url.startswith("https://")

    @property
    def requires_second_factor(self) -> bool:
        """Whether a password alone opens none of the merchant's pages but the one that sets up a second factor."""
        return self.require_second_factor == "on" or (self.require_second_factor == "auto" and self.mode == "live")

    @property
    def origin(self) -> str:
        """Scheme, host and port of the public address."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"


_ORDERING = ("cart_posts_per_minute", "open_orders_per_email", "orders_per_address_and_hour")
UNLIMITED = {"demo": _ORDERING, "test": (*_ORDERING, "quiz_posts_per_minute")}
"""What keeps crowds and hoarders off is 0 in these modes, unless it is set: load tests come from one address."""


def load_config(settings: Mapping[str, Any], prefix: str = "SHOP_") -> Config:
    """Read `prefix`KEY settings into a checked Config. Raises ConfigError, also for a key nobody knows."""
    known = {prefix + field.name.upper(): field for field in fields(Config)}
    unknown = sorted(key for key in settings if key.startswith(prefix) and key not in known)
    if unknown:
        raise ConfigError(f"unknown setting {unknown[0]}; known are {', '.join(sorted(known))}")
    values = {
        field.name: _read(key, settings[key], cast(Any, field.default))
        for key, field in known.items()
        if key in settings
    }
    values = dict.fromkeys(UNLIMITED.get(values.get("mode", "demo"), ()), 0) | values
    config = Config(**values)
    _check(config, prefix)
    return config


def _read(key: str, value: Any, default: Any) -> Any:
    if isinstance(default, tuple):
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(str(part).strip() for part in parts if str(part).strip())
    if isinstance(default, int):
        try:
            number = int(value)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{key} must be a whole number, not {value!r}") from error
        if number < 0:
            raise ConfigError(f"{key} must not be negative")
        return number
    if isinstance(default, float):
        try:
            return float(value)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{key} must be a number, not {value!r}") from error
    return str(value).strip()


_MAIL_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
_ORIGIN = re.compile(r"https?://[\w.-]+(:\d+)?")


def _is_address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not parts.query and not parts.fragment


_RULES: tuple[tuple[str, Callable[[Config], bool], str], ...] = (
    ("MODE", lambda c: c.mode in ("demo", "test", "live"), "must be demo, test or live"),
    ("BASE_URL", lambda c: _is_address(c.base_url), "must be the public address, such as https://shop.example"),
    ("URL_PREFIX", lambda c: not c.url_prefix or c.url_prefix.startswith("/"), "must begin with /"),
    ("SECRET_KEYS", lambda c: bool(c.secret_keys), "is missing: give at least one random secret"),
    (
        "SECRET_KEYS",
        lambda c: all(len(key) >= MINIMUM_SECRET_LENGTH for key in c.secret_keys),
        f"needs {MINIMUM_SECRET_LENGTH} characters or more in each secret",
    ),
    ("SESSION_MINUTES", lambda c: 31 <= c.session_minutes < 24 * 60, "must be 31 or more and less than a day"),
    ("HOLD_MINUTES", lambda c: c.hold_minutes > c.session_minutes, "must be longer than SESSION_MINUTES"),
    ("ANSWERS_MINUTES", lambda c: 1 <= c.answers_minutes <= 60, "must be between 1 and 60"),
    ("LEARNING_DAYS", lambda c: 90 <= c.learning_days <= 1100, "must be between 90 and 1100"),
    ("EXPLORATION", lambda c: 0.0 <= c.exploration <= 1.0, "must be between 0 (none) and 1"),
    ("FAILPOINT", lambda c: not (c.failpoint and c.mode == "live"), "is refused in live mode"),
    (
        "BASE_URL",
        lambda c: c.mode != "live" or c.is_secure,
        "must be https in live mode: cookies would travel in clear",
    ),
    (
        "STRIPE_SECRET_KEY",
        lambda c: c.mode != "live" or c.stripe_secret_key.startswith(("sk_live_", "rk_live_")),
        "must be a live key in live mode",
    ),
    (
        "STRIPE_SECRET_KEY",
        lambda c: c.mode == "live" or not c.stripe_secret_key.startswith(("sk_live_", "rk_live_")),
        "is a live key, but MODE is not live",
    ),
    ("STRIPE_WEBHOOK_SECRETS", lambda c: c.mode != "live" or bool(c.stripe_webhook_secrets), "is missing"),
    ("STRIPE_API_BASE", lambda c: c.mode != "live" or not c.stripe_api_base, "must not be set in live mode"),
    ("TAX_SOURCE", lambda c: c.tax_source in ("zones", "stripe"), "must be zones or stripe"),
    ("TAX_WHEN_SILENT", lambda c: c.tax_when_silent in ("refuse", "zones"), "must be refuse or zones"),
    ("STRIPE_TAX_CODE", lambda c: bool(re.fullmatch(r"txcd_\d{8}", c.stripe_tax_code)), "must be like txcd_99999999"),
    ("PAYMENT_UI", lambda c: c.payment_ui in ("hosted", "elements"), "must be hosted or elements"),
    (
        "STRIPE_PUBLISHABLE_KEY",
        lambda c: c.payment_ui != "elements" or c.stripe_publishable_key.startswith("pk_"),
        "is needed where PAYMENT_UI is elements: the key that begins with pk_",
    ),
    (
        "STRIPE_PUBLISHABLE_KEY",
        lambda c: not c.stripe_publishable_key or (c.mode == "live") is c.stripe_publishable_key.startswith("pk_live_"),
        "must be a live key in live mode, and only there",
    ),
    (
        "STRIPE_JS_URL",
        lambda c: c.mode != "live" or c.stripe_js_url.startswith("https://js.stripe.com/"),
        "must be at https://js.stripe.com/ in live mode",
    ),
    ("SMTP_URL", lambda c: c.mode != "live" or bool(c.smtp_url), "is missing: order mails could not leave"),
    ("MAIL_FROM", lambda c: bool(_MAIL_ADDRESS.fullmatch(c.mail_from)), "must be one e-mail address"),
    ("CONTACT_EMAIL", lambda c: is_email(c.contact_email), "must be one e-mail address, without a name"),
    ("STRIPE_PAGE_ORIGIN", lambda c: bool(_ORIGIN.fullmatch(c.stripe_page_origin)), "must be an origin: https://host"),
    ("BLUEPRINT_NAME", lambda c: c.blueprint_name.isidentifier(), "must be a plain name"),
    ("LOCALE", lambda c: c.locale in locale_identifiers(), "must be a locale such as en_US"),
    ("CART_DAYS", lambda c: 7 <= c.cart_days <= 365, "must be between 7 and 365"),
    ("PROVIDER_TIMEOUT_SECONDS", lambda c: 1 <= c.provider_timeout_seconds <= 60, "must be between 1 and 60"),
    ("PROVIDER_CONCURRENCY", lambda c: c.provider_concurrency >= 1, "must be 1 or more"),
    (
        "REQUIRE_SECOND_FACTOR",
        lambda c: c.require_second_factor in ("auto", "on", "off"),
        "must be on, off or auto (on in live mode)",
    ),
    ("JOBS_URL", lambda c: c.jobs_url != c.database_url, "must not be the shop's own database"),
    ("ARTICLES", lambda c: not c.articles or Path(c.articles).is_dir(), "must be a folder that exists"),
    ("INVOICE_YEARS", lambda c: 1 <= c.invoice_years <= 30, "must be between 1 and 30"),
    (
        "DOCUMENT_FONT",
        lambda c: not c.document_font or (c.document_font.lower().endswith(".ttf") and Path(c.document_font).is_file()),
        "must be a TrueType file (.ttf) that exists",
    ),
    ("ZONES", lambda c: not c.zones or Path(c.zones).is_file(), "must be a file that exists"),
    ("CARRIERS", lambda c: not c.carriers or Path(c.carriers).is_file(), "must be a file that exists"),
)


_URLS: tuple[tuple[str, Callable[[Config], str], tuple[str, ...]], ...] = (
    ("BASE_URL", lambda c: c.base_url, config_urls.PAGES),
    ("DATABASE_URL", lambda c: c.database_url, config_urls.DATABASES),
    ("JOBS_URL", lambda c: c.jobs_url, config_urls.QUEUES),
    ("LIMITS_URL", lambda c: c.limits_url, config_urls.COUNTERS),
    ("SMTP_URL", lambda c: c.smtp_url, config_urls.MAIL_SERVERS),
    ("STRIPE_API_BASE", lambda c: c.stripe_api_base, config_urls.PAGES),
    ("STRIPE_PAGE_ORIGIN", lambda c: c.stripe_page_origin, config_urls.PAGES),
    ("STRIPE_JS_URL", lambda c: c.stripe_js_url, config_urls.PAGES),
)
_MAY_BE_EMPTY = ("SMTP_URL", "STRIPE_API_BASE")


def _check_urls(config: Config, prefix: str) -> None:
    for key, read, schemes in _URLS:
        url = read(config)
        trouble = None if not url and key in _MAY_BE_EMPTY else config_urls.url_trouble(url, schemes)
        if trouble:
            raise ConfigError(f"{prefix}{key} {trouble}")
    for key, folder in (("MEDIA_DIR", config.media_dir), ("MODELS_DIR", config.models_dir)):
        trouble = config_urls.folder_trouble(Path(folder))
        if trouble:
            raise ConfigError(f"{prefix}{key} {trouble}")


def _check(config: Config, prefix: str) -> None:
    _check_urls(config, prefix)
    for key, rule, sentence in _RULES:
        if not rule(config):
            raise ConfigError(f"{prefix}{key} {sentence}")
    try:
        exponent(config.currency)
    except ValueError as error:
        raise ConfigError(f"{prefix}CURRENCY: {error}") from error
