"""The whole shop in a real browser: web process, payment stand-in and Chromium, each on 127.0.0.1."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from werkzeug.serving import make_server

from demo.stripe_server import StripeServer, serving, webhook_to
from shop import create_app
from tests.databases import SqliteDatabases

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
REQUIRED = bool(os.environ.get("TSUBO_TESTS_REQUIRE_ALL"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WEBHOOK_SECRET = "whsec_journeys"


class LiveShop:
    """A running shop: `url` is its address, `provider` the stand-in behind it, `app` the Flask app.

    `front` is what the server calls: the app, or a middleware that a test has put before it.
    """

    def __init__(self, app: Flask, url: str, provider: StripeServer) -> None:
        self.app, self.url, self.provider = app, url, provider
        self.front: Callable[[Any, Any], Any] = app


def _serve(app: Callable[[Any, Any], Any]) -> tuple[Any, int]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_port


@pytest.fixture(scope="session")
def live_shop(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveShop]:
    """The demo shop with its goods and its merchant, paid through the stand-in over a socket."""
    var = tmp_path_factory.mktemp("live")
    holder: dict[str, LiveShop] = {}

    def hand_over(environ: Any, start: Any) -> Any:
        """The port is taken before the shop exists, because the shop's settings name it."""
        return holder["shop"].front(environ, start)

    web, port = _serve(hand_over)
    url = f"http://127.0.0.1:{port}"
    provider = StripeServer(webhook_secret=WEBHOOK_SECRET, post=webhook_to(f"{url}/webhooks/stripe"))
    with sqlite_databases.fresh() as database_url, serving(provider, port=0) as provider_url:
        app = create_app(_settings(url, provider_url, database_url, var))
        holder["shop"] = live = LiveShop(app, url, provider)
        runner = app.test_cli_runner()
        for arguments in (
            ["shop", "load-demo"],
            ["shop", "add-merchant", "merchant@shop.example", "--password-from", "P"],
        ):
            done = runner.invoke(args=arguments, env={"P": "blue lamp river"})
            assert done.exit_code == 0, done.output
        yield live
        web.shutdown()
        app.extensions["tsubo"].engine.dispose()


def _settings(url: str, provider_url: str, database_url: str, var: Path) -> dict[str, str]:
    return {
        "SHOP_MODE": "demo",
        "SHOP_BASE_URL": url,
        "SHOP_DATABASE_URL": database_url,
        "SHOP_JOBS_URL": f"sqlite:///{var}/jobs.db",
        "SHOP_MEDIA_DIR": str(var / "media"),
        "SHOP_MODELS_DIR": str(var / "models"),
        "SHOP_SECRET_KEYS": "a-secret-for-tests-only-0123456789abcdef",
        "SHOP_STRIPE_SECRET_KEY": "sk_test_journeys",
        "SHOP_STRIPE_API_BASE": provider_url,
        "SHOP_STRIPE_PAGE_ORIGIN": provider_url,
        "SHOP_STRIPE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        "SHOP_POSTAL_ADDRESS": "Tsubo test shop, 1 Example Street, Sampletown",
    }


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, when it is on this machine; the tests say so when it is not."""
    if CHROMIUM is None:
        if REQUIRED:
            pytest.fail("no Chromium on the PATH, and every test is required")
        pytest.skip("no Chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


NewContext = Callable[..., BrowserContext]


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Make browser profiles: size, colour scheme, JavaScript. Each is closed after the test."""
    opened: list[BrowserContext] = []

    def make(width: int = 390, height: int = 844, *, java_script: bool = True, dark: bool = False) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=java_script,
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
