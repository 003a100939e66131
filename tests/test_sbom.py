"""The list of what the shop is made of names every package of the locks, and nothing of where they came from."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def written(tmp_path: Path) -> str:
    target = tmp_path / "sbom.json"
    subprocess.run([sys.executable, str(ROOT / ".ci" / "sbom.py"), str(target)], check=True, capture_output=True)
    return target.read_text(encoding="utf-8")


def pins(name: str) -> set[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [re.match(r"([\w.-]+)(?:\[.*?\])?==([^\s;]+)", line) for line in lines]
    return {f"pkg:pypi/{pin[1].lower().replace('_', '-')}@{pin[2]}" for pin in found if pin}


def test_every_locked_package_is_in_it_with_its_hashes(written: str) -> None:
    components: list[dict[str, Any]] = json.loads(written)["components"]

    needed = {part["purl"] for part in components if part["scope"] == "required"}
    assert {part["purl"] for part in components} == pins("requirements.lock") | pins("requirements-dev.lock")
    assert needed == pins("requirements.lock")
    assert len(needed) > 30
    assert all(part["hashes"] for part in components)


def test_it_is_a_cyclonedx_document_and_names_no_registry(written: str) -> None:
    document = json.loads(written)

    references = [part["bom-ref"] for part in document["components"]]
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert len(references) == len(set(references))
    assert "http" not in written
    assert not re.search(r"(pypi|pythonhosted)\.(org|io|com)", written)


def test_a_missing_lock_file_is_named_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "sbom.py", tmp_path / ".ci")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    command = [sys.executable, str(tmp_path / ".ci" / "sbom.py"), str(tmp_path / "sbom.json")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "requirements.lock: No such file" in ended.stdout
    assert ended.stderr == ""
    assert not (tmp_path / "sbom.json").exists()
