"""The wheel, installed into an empty environment far from the checkout, is a whole shop."""

import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRY_IT = """
from shop import create_app
app = create_app()
runner = app.test_cli_runner()
for arguments in (["shop", "upgrade"], ["shop", "load-demo"]):
    done = runner.invoke(args=arguments)
    assert done.exit_code == 0, done.output
client = app.test_client()
for path in ("/", "/articles", "/products", "/find", "/sitemap.xml", "/pictures/MAT01.svg", "/healthz"):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
style = [part for part in client.get("/").text.split('"') if part.endswith(".css")][0]
assert client.get(style).status_code == 200
import shop, recommender
print(shop.__file__)
"""


def run(*command: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_templates_migrations_static_files_and_demo_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {
        "shop/_templates/shop/base.html",
        "shop/_migrations/env.py",
        "shop/static/css/00-tokens.css",
        "shop/demo_data/bundles.csv",
        "shop/demo_data/catalogue.csv",
        "shop/gunicorn_conf.py",
        "shop/py.typed",
        "recommender/py.typed",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "demo/", "bench/"))]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that has the wheel, what it needs, and the server of the docs."""
    folder = tmp_path_factory.mktemp("empty")
    run(sys.executable, "-m", "venv", str(folder / "venv"), cwd=folder)
    commands = folder / "venv" / "bin"
    pip = (str(commands / "python"), "-m", "pip", "install", "-q", "--no-compile", "--disable-pip-version-check")
    server = re.search(r"^gunicorn==.*\n(?: +--hash=.*\n)+", (ROOT / "requirements-dev.lock").read_text(), re.MULTILINE)
    assert server is not None
    (folder / "server.lock").write_text(server[0].rstrip("\n\\"))
    locks = ("-r", str(ROOT / "requirements.lock"), "-r", str(folder / "server.lock"))
    run(*pip, "--require-hashes", *locks, cwd=folder)
    run(*pip, "--no-deps", str(wheel), cwd=folder)
    return commands


def environment(folder: Path, commands: Path) -> dict[str, str]:
    return {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "SHOP_MODE": "test",
        "SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.db",
        "SHOP_SECRET_KEYS": "a-secret-for-tests-only-0123456789abcdef",
    }


def test_the_wheel_is_a_whole_shop_in_an_empty_environment(installed: Path, tmp_path: Path) -> None:
    where = run(str(installed / "python"), "-c", TRY_IT, cwd=tmp_path, env=environment(tmp_path, installed))

    assert str(installed.parent) in where


def documented() -> Iterator[list[str]]:
    """The commands that the operator's page starts a shop with, in their order, after the installation."""
    block = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8").partition("```\n")[2].partition("```")[0]
    for line in block.splitlines()[1:]:
        yield shlex.split(line, comments=True)


@contextmanager
def running(*command: str, cwd: Path, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=cwd, env=env)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def answer_of(address: str) -> int:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return int(answer.status)
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


def test_the_documented_commands_start_a_shop_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    settings, flask_app, upgrade, add_merchant, server, worker = documented()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    assert settings[:2] == ["export", "SHOP_MODE=live"]
    env = environment(tmp_path, installed) | dict([flask_app[1].split("=", 1)])

    run(*upgrade, cwd=tmp_path, env=env)
    run(*add_merchant, "--password-from", "PASSWORD", cwd=tmp_path, env={**env, "PASSWORD": "seven blue teapots sing"})

    assert "127.0.0.1:8000" in server
    with (
        running(*[place if part == "127.0.0.1:8000" else part for part in server], cwd=tmp_path, env=env),
        running(*worker, cwd=tmp_path, env=env) as work,
    ):
        assert answer_of(f"http://{place}/readyz") == 200
        assert answer_of(f"http://{place}/merchant/sign-in") == 200
        assert work.poll() is None
