"""Making the environment: what was cut short is made again, and what is missing is called by its name."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "demo" / "bootstrap.py"
LISTENING = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever is started in the background ignores it
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
BACKEND = """
import zipfile
def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        wheel.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n")
        wheel.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("tiny-1.dist-info/RECORD", "")
    return name
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as small as one can be, which needs no package from anywhere."""
    for folder in ("demo", "shop", "recommender"):
        (tmp_path / folder).mkdir()
    shutil.copy(SOURCE, tmp_path / "demo" / "bootstrap.py")
    (tmp_path / "backend.py").write_text(BACKEND)
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    return tmp_path


def bootstrap(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(project / "demo" / "bootstrap.py"), "demo"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_an_environment_that_was_cut_short_is_made_again_and_then_left_alone(project: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(project / ".venv")], check=True)

    first = bootstrap(project)
    second = bootstrap(project)

    assert (first.returncode, first.stderr) == (0, ""), first.stdout
    assert "again: it has no pip" in first.stdout
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_a_link_is_never_cleared(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(elsewhere)], check=True)
    (project / ".venv").symlink_to(elsewhere)

    ended = bootstrap(project)

    assert ended.returncode == 1
    assert ".venv is a link" in ended.stdout
    assert (elsewhere / "pyvenv.cfg").exists()


def test_a_missing_lock_file_is_called_by_its_name(project: Path) -> None:
    (project / "requirements.lock").unlink()

    ended = bootstrap(project)

    assert ended.returncode == 1
    assert "requirements.lock is missing" in ended.stdout
    assert "index" not in ended.stdout
    assert "Traceback" not in ended.stderr
    assert not (project / ".venv").exists()


def test_ctrl_c_is_no_traceback(project: Path) -> None:
    command = [sys.executable, "-u", "-c", LISTENING, str(project / "demo" / "bootstrap.py"), "demo"]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(project / ".venv")], check=True)

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "Making" in process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        said, trouble = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "The same command goes on" in said
    assert "Traceback" not in trouble
