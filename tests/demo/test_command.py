"""The stand-in as a program of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.demo.conftest import order

COMMAND = [sys.executable, "-m", "demo.stripe_server", "--port", "0"]
ROOT = Path(__file__).parents[2]


def test_it_says_where_it_listens_and_ends_when_asked() -> None:
    with _running() as (process, address):
        assert address.startswith("http://127.0.0.1:")

        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == 0


def test_a_restart_keeps_sessions_and_keys(state_file: Path) -> None:
    with _running("--state", str(state_file)) as (_, address):
        first = _create(address)
    with _running("--state", str(state_file)) as (_, address):
        again = _create(address)

    assert again == first


@pytest.mark.parametrize(("options", "environment", "said"), [
    ([], {"SHOP_MODE": "live"}, "does not start with SHOP_MODE=live"),
    (["--webhook-url", "https://shop.example/hook"], {}, "on this machine"),
    (["--retry-delays", "soon"], {}, "cannot start"),
])  # fmt: skip
def test_it_refuses_to_start_with_a_sentence(options: list[str], environment: dict[str, str], said: str) -> None:
    ended = subprocess.run([*COMMAND, *options], env=_environment() | environment, cwd=ROOT, capture_output=True,
                           text=True, timeout=20, check=False)  # fmt: skip

    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_taken_port_is_said_in_words() -> None:
    with _running() as (_, address):
        port = address.rsplit(":", 1)[1]

        ended = subprocess.run([*COMMAND[:-1], port], env=_environment(), cwd=ROOT, capture_output=True, text=True,
                               timeout=20, check=False)  # fmt: skip

    assert ended.returncode == 2
    assert "Choose another with --port" in ended.stderr


@contextmanager
def _running(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen([*COMMAND, *options], env=_environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip().rpartition(" ")[2]
        finally:
            process.terminate()
            process.wait(timeout=10)


def _create(address: str) -> str:
    http: Any = stripe.RequestsClient(timeout=5)  # its close() has no types
    client = stripe.StripeClient("sk_test_x", http_client=http, base_addresses={"api": address})
    try:
        return client.v1.checkout.sessions.create(order(), {"idempotency_key": "order:1:session:1"}).id
    finally:
        http.close()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "SHOP_MODE"}
