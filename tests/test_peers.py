"""The table of what others suffer from names tests that exist, and leaves no row out."""

import re

from tests.house_rules import ROOT


def test_every_test_named_in_the_table_exists() -> None:
    table = (ROOT / "docs" / "peers.md").read_text()
    named = re.findall(r"`([\w/]+\.py)`(?:::(\w+))?", table)

    missing = [
        f"{file}::{name}"
        for file, name in named
        if file != "tests/test_peers.py"
        and (not (ROOT / "tests" / file).is_file() or f"def {name}" not in (ROOT / "tests" / file).read_text())
    ]

    assert len(named) > 35
    assert missing == []


def test_every_row_has_an_answer_and_a_test_or_says_why_it_waits() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\|(.*)\|(.*)\|$", (ROOT / "docs" / "peers.md").read_text(), re.MULTILINE)

    assert [int(number) for number, _, _ in rows] == list(range(1, 29))
    assert all("`" in held or "waits" in answer for _, answer, held in rows)


def test_every_row_about_money_and_orders_is_held_by_a_test_named_after_it() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\|.*\|(.*)\|$", (ROOT / "docs" / "peers.md").read_text(), re.MULTILINE)

    concerned = {number: held for number, held in rows if int(number) in {*range(1, 14), 15, 19, 20, 27, 28}}

    assert len(concerned) == 18
    assert [number for number, held in concerned.items() if not re.search(rf"_(peer|and)_{number}_", held)] == []
