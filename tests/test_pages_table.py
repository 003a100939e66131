"""The table of pages names tests that exist, and leaves out no point."""

import re

from tests.house_rules import ROOT

TABLE = (ROOT / "docs" / "pages.md").read_text()
POINTS = 62


def test_every_named_test_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", TABLE)

    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / "tests" / file).is_file() or f"def {name}(" not in (ROOT / "tests" / file).read_text()
    ]

    assert len(named) > 50
    assert missing == []


def test_every_point_has_a_row() -> None:
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", TABLE, re.MULTILINE)] == [*range(1, POINTS + 1)]
