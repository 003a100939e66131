"""A wrong setting stops the start with a sentence that names it."""

import sys
from pathlib import Path
from typing import Any

import pytest

from shop.config import Config, ConfigError, load_config

SECRET = "a-secret-for-tests-only-0123456789abcdef"


def load(**settings: Any) -> Config:
    return load_config({"SHOP_SECRET_KEYS": SECRET, **settings})


def refusal(**settings: Any) -> str:
    with pytest.raises(ConfigError) as refused:
        load(**settings)
    return str(refused.value)


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("SHOP_DATABASE_URL", "mysql://shop@localhost/shop"),
        ("SHOP_DATABASE_URL", "postgres://shop@localhost/shop"),
        ("SHOP_DATABASE_URL", "var/shop.db"),
        ("SHOP_DATABASE_URL", ""),
        ("SHOP_JOBS_URL", "amqp://localhost"),
        ("SHOP_JOBS_URL", "jobs.db"),
        ("SHOP_LIMITS_URL", "memcached://localhost:11211"),
        ("SHOP_LIMITS_URL", "memory"),
        ("SHOP_SMTP_URL", "mail.example"),
        ("SHOP_STRIPE_API_BASE", "ftp://127.0.0.1"),
        ("SHOP_STRIPE_API_BASE", "api.example"),
        ("SHOP_BASE_URL", "shop.example"),
    ],
)
def test_an_address_of_an_unknown_kind_is_refused_with_the_known_ones(key: str, url: str) -> None:
    sentence = refusal(**{key: url})

    assert sentence.startswith(f"{key} must begin with ")
    assert "://" in sentence


@pytest.mark.parametrize("key", ["SHOP_DATABASE_URL", "SHOP_JOBS_URL", "SHOP_LIMITS_URL", "SHOP_SMTP_URL"])
def test_an_address_with_an_impossible_port_is_refused(key: str) -> None:
    scheme = {"SHOP_DATABASE_URL": "postgresql", "SHOP_SMTP_URL": "smtp"}.get(key, "redis")

    assert refusal(**{key: f"{scheme}://host:99999999/0"}) == f"{key} has a port or a host that cannot be"


@pytest.mark.parametrize(("key", "url"), [("SHOP_LIMITS_URL", "redis://"), ("SHOP_SMTP_URL", "smtp://:25")])
def test_an_address_without_a_host_is_refused(key: str, url: str) -> None:
    assert "names no host" in refusal(**{key: url})


@pytest.mark.parametrize(
    ("key", "url", "package"),
    [
        ("SHOP_LIMITS_URL", "redis://127.0.0.1/0", "redis"),
        ("SHOP_JOBS_URL", "rediss://127.0.0.1/0", "redis"),
        ("SHOP_DATABASE_URL", "postgresql://shop@/shop", "psycopg"),
    ],
)
def test_a_driver_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, key: str, url: str, package: str
) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, package, raising=False)

    sentence = refusal(**{key: url})

    assert sentence.startswith(f"{key} needs the package '{package}', which is not installed: pip install tsubo[")


@pytest.mark.parametrize("key", ["SHOP_DATABASE_URL", "SHOP_JOBS_URL"])
def test_a_database_file_that_cannot_be_made_is_refused(tmp_path: Path, key: str) -> None:
    (tmp_path / "file").write_text("")

    under_a_file = refusal(**{key: f"sqlite:///{tmp_path}/file/shop.db"})
    a_folder = refusal(**{key: f"sqlite:///{tmp_path}"})
    two_slashes = refusal(**{key: "sqlite://var/shop.db"})

    assert under_a_file == f"{key} lies under {tmp_path}/file, which is a file and no folder"
    assert a_folder == f"{key} names a folder and no file"
    assert "three slashes" in two_slashes


def test_a_place_where_nothing_can_be_written_is_refused() -> None:
    assert "nothing can be written" in refusal(SHOP_MEDIA_DIR="/proc/self/media")


def test_pictures_need_a_folder(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("")

    assert refusal(SHOP_MEDIA_DIR=str(tmp_path / "media")).startswith("SHOP_MEDIA_DIR lies under ")


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("SHOP_DATABASE_URL", "postgresql+psycopg://shop@/shop?host=/run/postgresql"),
        ("SHOP_DATABASE_URL", "sqlite:///not/there/yet.db"),
        ("SHOP_JOBS_URL", "memory://"),
        ("SHOP_LIMITS_URL", "redis://:secret@127.0.0.1:6379/1"),
        ("SHOP_SMTP_URL", "smtps://user:pass@mail.example:465"),
        ("SHOP_SMTP_URL", ""),
    ],
)
def test_a_good_address_is_taken(key: str, url: str) -> None:
    config = load(**{key: url})

    assert getattr(config, key.removeprefix("SHOP_").lower()) == url


@pytest.mark.parametrize(("mode", "setting", "required"), [("demo", "auto", False), ("demo", "on", True)])
def test_a_second_factor_is_required_as_the_setting_says(mode: str, setting: str, required: bool) -> None:
    assert load(SHOP_MODE=mode, SHOP_REQUIRE_SECOND_FACTOR=setting).requires_second_factor is required


def test_in_live_mode_a_second_factor_is_required_unless_it_is_switched_off() -> None:
    live = {
        "SHOP_MODE": "live",
        "SHOP_BASE_URL": "https://shop.example",
        "SHOP_STRIPE_SECRET_KEY": "sk_live_x",
        "SHOP_STRIPE_WEBHOOK_SECRETS": "whsec_x",
        "SHOP_SMTP_URL": "smtp://mail.example",
    }

    assert load(**live).requires_second_factor
    assert not load(**live, SHOP_REQUIRE_SECOND_FACTOR="off").requires_second_factor
    assert "must be on, off or auto" in refusal(SHOP_REQUIRE_SECOND_FACTOR="yes")


@pytest.mark.parametrize("address", ["Tsubo <hello@shop.example>", "a@shop.example, b@shop.example", "hello"])
def test_the_address_that_alerts_go_to_is_one_that_a_mail_can_be_sent_to(address: str) -> None:
    assert refusal(SHOP_CONTACT_EMAIL=address).startswith("SHOP_CONTACT_EMAIL must be one e-mail address")
