"""The shop inside somebody's app: under a prefix, with its own names, beside another one."""

import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect

from shop import Shop, schema
from shop.config import ConfigError
from shop.db import make_engine
from tests.databases import SqliteDatabases
from tests.fakes import FakeGateway

SECRET = "a-secret-for-tests-only-0123456789abcdef"


def make_host(url: str, **settings: str) -> Flask:
    """Somebody's own app with a page, an error page and a session of its own."""
    host = Flask("host")
    host.config.update(TESTING=True, SHOP_MODE="test", SHOP_SECRET_KEYS=SECRET, SHOP_DATABASE_URL=url, **settings)
    host.add_url_rule("/", "front", lambda: "the host's front page")
    host.register_error_handler(404, lambda _error: ("the host's own 404", 404))
    return host


def test_it_mounts_under_a_prefix_and_leaves_the_host_alone(sqlite_databases: SqliteDatabases) -> None:
    with sqlite_databases.fresh() as url:
        host = make_host(url, SHOP_URL_PREFIX="/store", SHOP_BLUEPRINT_NAME="store", SHOP_CLI_NAME="store")
        Shop().init_app(host, gateway=FakeGateway())
        client = host.test_client()

        front, missing, ours, ours_missing = (client.get(p) for p in ("/", "/nope", "/store/products", "/store/nope"))

        assert front.text == "the host's front page"
        assert "Content-Security-Policy" not in front.headers
        assert missing.text == "the host's own 404"
        assert ours.status_code == 200
        assert 'href="/store/' in ours.text
        assert "Content-Security-Policy" in ours.headers
        assert ours_missing.status_code == 404
        assert "Page not found" in ours_missing.text
        host.extensions["tsubo"].engine.dispose()


def test_two_apps_in_one_process_keep_apart(sqlite_databases: SqliteDatabases) -> None:
    with sqlite_databases.fresh() as first, sqlite_databases.fresh() as second:
        apps = [make_host(first, SHOP_NAME="Alpha"), make_host(second, SHOP_NAME="Beta")]
        for app, prefix in zip(apps, ("/a", "/b"), strict=True):
            app.config["SHOP_URL_PREFIX"] = prefix
            Shop().init_app(app, gateway=FakeGateway())

        pages = [
            app.test_client().get(f"{prefix}/products").text for app, prefix in zip(apps, ("/a", "/b"), strict=True)
        ]

        assert "Alpha" in pages[0]
        assert "Beta" not in pages[0]
        assert "Beta" in pages[1]
        for app in apps:
            app.extensions["tsubo"].engine.dispose()


def test_a_host_overrides_a_template(sqlite_databases: SqliteDatabases, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "error.html").write_text("<h1>Ours: {{ title }}</h1>")
    with sqlite_databases.fresh() as url:
        host = make_host(url, SHOP_URL_PREFIX="/store")
        host.template_folder = str(tmp_path)
        Shop().init_app(host, gateway=FakeGateway())

        assert host.test_client().get("/store/nope").text == "<h1>Ours: Page not found</h1>"
        host.extensions["tsubo"].engine.dispose()


def test_no_more_is_read_than_a_page_needs_where_the_host_sets_no_limit(sqlite_databases: SqliteDatabases) -> None:
    with sqlite_databases.fresh() as url:
        host = make_host(url, SHOP_URL_PREFIX="/store")
        Shop().init_app(host, gateway=FakeGateway())
        client = host.test_client()

        answer = client.post("/store/newsletter", data={"email": "x" * 2_000_000}, headers={"Sec-Fetch-Site": "none"})

        assert answer.status_code == 413
        assert "Too large" in answer.text
        host.extensions["tsubo"].engine.dispose()


def test_a_config_prefix_of_the_hosts_choice(sqlite_databases: SqliteDatabases) -> None:
    with sqlite_databases.fresh() as url:
        host = Flask("host")
        host.config.update(STORE_MODE="test", STORE_NAME="Gamma", STORE_SECRET_KEYS=SECRET, STORE_DATABASE_URL=url)

        runtime = Shop().init_app(host, config_prefix="STORE_", gateway=FakeGateway())

        assert runtime.config.name == "Gamma"
        runtime.engine.dispose()


def test_tables_and_version_live_beside_a_hosts_own(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/host.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
        connection.exec_driver_sql("CREATE TABLE product (id INTEGER)")

    schema.upgrade(engine)
    schema.downgrade(engine, "base")

    left = set(inspect(engine).get_table_names())
    assert left == {"alembic_version", "product", schema.VERSION_TABLE}
    engine.dispose()


def test_another_package_called_shop_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])

    with pytest.raises(ConfigError, match="another package named 'shop'"):
        Shop(make_host("sqlite://"))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"SHOP_SECRET_KEYS": ""}, "SHOP_SECRET_KEYS is missing"),
        ({"SHOP_SECRET_KEYS": "short"}, "needs 32 characters"),
        ({"SHOP_MODE": "production"}, "SHOP_MODE must be demo, test or live"),
        ({"SHOP_CURENCY": "USD"}, "unknown setting SHOP_CURENCY"),
        ({"SHOP_CURRENCY": "ABC"}, "no currency code"),
        ({"SHOP_HOLD_MINUTES": "soon"}, "must be a whole number"),
        ({"SHOP_HOLD_MINUTES": "20"}, "must be longer than SESSION_MINUTES"),
        ({"SHOP_MODE": "live"}, "must be https in live mode"),
        ({"SHOP_MODE": "live", "SHOP_BASE_URL": "https://a.example"}, "must be a live key"),
        ({"SHOP_STRIPE_SECRET_KEY": "sk_live_x"}, "MODE is not live"),
        ({"SHOP_STRIPE_PAGE_ORIGIN": "https://x; script-src *"}, "must be an origin"),
        ({"SHOP_SMTP_URL": "http://mail"}, "must begin with smtp"),
        ({"SHOP_MAIL_FROM": "a@b.example\nBcc: c@d.example"}, "must be one e-mail address"),
        ({"SHOP_LOCALE": "xx_YY"}, "must be a locale"),
        ({"SHOP_CART_DAYS": "99999999999"}, "must be between 7 and 365"),
        ({"SHOP_BLUEPRINT_NAME": "a.b"}, "must be a plain name"),
        ({"SHOP_MODE": "live", "SHOP_FAILPOINT": "x"}, "SHOP_FAILPOINT is refused in live mode"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, str], sentence: str) -> None:
    host = make_host("sqlite://")
    host.config.update(settings)

    with pytest.raises(ConfigError, match=sentence):
        Shop(host)
