"""One folder of data has one demo: nothing deletes it under a running one, and no second one writes into it."""

import sys
from pathlib import Path

import pytest

from demo.__main__ import start_all, stop_all
from demo.lock import held
from demo.settings import CannotStart, make_settings
from tests.demo.test_starting import start

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "shop.db").write_bytes(b"orders")
    return tmp_path / "demo"


def test_the_data_of_a_running_demo_is_not_deleted(folder: Path) -> None:
    with held(folder, "a demo runs on http://127.0.0.1:8000"):
        ended = start(folder, "8391", "--reset")

    assert ended.returncode == 1
    assert "The demo cannot start over: the data in" in ended.stderr
    assert "a demo runs on http://127.0.0.1:8000" in ended.stderr
    assert (folder / "shop.db").read_bytes() == b"orders"


def test_a_second_demo_on_another_port_does_not_share_the_data(folder: Path) -> None:
    with held(folder, "a demo runs on http://127.0.0.1:8000"):
        ended = start(folder, "8391")

    assert ended.returncode == 1
    assert "is in use: a demo runs on http://127.0.0.1:8000" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert [path.name for path in folder.iterdir()] == ["shop.db"]


def test_processes_that_outlive_their_parent_still_hold_the_data(folder: Path) -> None:
    with held(folder, "a demo starts") as lock:
        processes = start_all(make_settings(folder, 8391, 8392), [SLEEPER], lock)
    try:
        with pytest.raises(CannotStart, match=f"processes .*{processes[0].pid}"), held(folder, "another"):
            pass
    finally:
        stop_all(processes)

    with held(folder, "another"):
        pass


def test_a_reset_deletes_the_data_whatever_the_port_is_said_to_be(folder: Path) -> None:
    ended = start(folder, "99999", "--reset")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "The demo's data is gone" in ended.stdout
    assert not folder.exists()


def test_a_reset_of_nothing_is_fine(tmp_path: Path) -> None:
    assert start(tmp_path / "demo", "", "--reset").returncode == 0


def test_what_cannot_be_deleted_is_told(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file where the folder should be")

    ended = start(tmp_path / "demo", "8391", "--reset")

    assert ended.returncode == 1
    assert "could be deleted" in ended.stderr
    assert "gone" not in ended.stdout
    assert "Traceback" not in ended.stderr
