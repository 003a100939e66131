"""The wheel, installed into an empty environment far from the checkout, is a whole shop."""

import os
import subprocess
import sys
import zipfile
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
        "shop/demo_data/catalogue.csv",
        "shop/py.typed",
        "recommender/py.typed",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "demo/", "bench/"))]


def test_the_wheel_is_a_whole_shop_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", str(tmp_path / "venv"), cwd=tmp_path)
    python = str(tmp_path / "venv" / "bin" / "python")
    pip = (python, "-m", "pip", "install", "-q", "--no-compile", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock"), cwd=tmp_path)
    run(*pip, "--no-deps", str(wheel), cwd=tmp_path)
    env = {
        "PATH": os.environ["PATH"],
        "SHOP_MODE": "test",
        "SHOP_DATABASE_URL": f"sqlite:///{tmp_path}/shop.db",
        "SHOP_SECRET_KEYS": "a-secret-for-tests-only-0123456789abcdef",
    }

    where = run(python, "-c", TRY_IT, cwd=tmp_path, env=env)

    assert str(tmp_path) in where
