"""What `make demo` says of the port that it is asked to listen on."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import ports
from demo.settings import CannotStart, make_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def start(folder: Path, port: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "demo", *options],
        env={**os.environ, "TSUBO_DEMO_VAR": str(folder), "PORT": port},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("text", ["99999", "65535", "0", "-5", "abc", "", " ", "8 000", "8_000", "٨٠٠٠", "9" * 5000])
def test_a_port_that_is_none_is_told_with_what_it_may_be(text: str) -> None:
    with pytest.raises(CannotStart, match="must be a whole number from 1 to 65534") as refused:
        ports.wanted_port({"PORT": text})

    assert len(str(refused.value)) < 200


def test_a_port_is_taken_as_it_is_typed_and_is_8000_when_nobody_says() -> None:
    assert ports.wanted_port({}) == 8000
    assert [ports.wanted_port({"PORT": text}) for text in ("1", " 8100 ", "65534")] == [1, 8100, 65_534]


@pytest.mark.parametrize("text", ["99999", "-5", "abc", ""])
def test_the_command_says_so_without_a_traceback_and_makes_nothing(text: str, tmp_path: Path) -> None:
    ended = start(tmp_path / "demo", text)

    assert ended.returncode == 1
    assert "The demo cannot run: PORT is" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_told_with_one_that_is_free(taken: int, tmp_path: Path) -> None:
    ended = start(tmp_path / "demo", str(taken))

    assert ended.returncode == 1
    assert f"port {taken} is taken" in ended.stderr
    assert ports.is_free(int(ended.stderr.strip().rpartition("PORT=")[2]))
    assert "Traceback" not in ended.stderr


def test_no_free_port_above_the_shops_is_a_sentence() -> None:
    with socket.socket() as last:
        last.bind(("127.0.0.1", 65_535))
        last.listen()

        with pytest.raises(CannotStart, match="none from 65535 to 65535 is free"):
            ports.next_free(65_534)


def test_secrets_that_were_half_written_are_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"secret_key": "abc')

    with pytest.raises(CannotStart, match="make demo-reset"):
        make_settings(tmp_path, 8000, 8001)
