"""The table of requirements names tests that exist."""

import re

from tests.house_rules import ROOT


def test_every_named_test_exists() -> None:
    table = (ROOT / "docs" / "requirements.md").read_text()
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", table)

    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / "tests" / file).is_file() or f"def {name}(" not in (ROOT / "tests" / file).read_text()
    ]

    assert len(named) > 30
    assert missing == []


def test_every_requirement_has_a_row() -> None:
    table = (ROOT / "docs" / "requirements.md").read_text()
    wanted = [*range(1, 14), *range(20, 27), *range(30, 36), *range(40, 45)]

    assert [number for number in wanted if f"| R{number} |" not in table] == []
