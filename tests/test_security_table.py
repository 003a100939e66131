"""The table of security requirements names tests that exist, and leaves out no chapter."""

import re

from tests.house_rules import ROOT

TABLE = (ROOT / "docs" / "security.md").read_text()


def test_every_named_test_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", TABLE)

    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / "tests" / file).is_file() or f"def {name}(" not in (ROOT / "tests" / file).read_text()
    ]

    assert len(named) > 100
    assert missing == []


def test_every_row_has_a_test_or_says_why_there_is_none() -> None:
    rows = [line.split(" | ")[-1] for line in TABLE.splitlines() if re.match(r"\| [V0-9, ]*\| \d", line)]

    assert len(rows) > 80
    assert [row for row in rows if "::" not in row and not re.match(r"not applicable|waits|operator", row)] == []
