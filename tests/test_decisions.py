"""Every dependency has a reason that somebody wrote down."""

import re
import tomllib

from tests.house_rules import ROOT

FOLDER = ROOT / "docs" / "decisions"


def test_every_dependency_is_named_where_its_reason_stands() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [project["project"]["dependencies"], project["build-system"]["requires"]]
    groups += [*project["project"]["optional-dependencies"].values(), *project["dependency-groups"].values()]
    wanted = {re.split(r"[\[<>=~! ]", requirement)[0] for group in groups for requirement in group}

    told = set(re.findall(r"[a-z0-9-]+", " ".join(page.read_text(encoding="utf-8") for page in FOLDER.glob("*.md"))))

    assert len(wanted) > 30
    assert sorted(wanted - told) == []


def test_every_decision_is_in_the_list() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (FOLDER / "README.md").read_text(encoding="utf-8")))

    assert listed == {page.name for page in FOLDER.glob("*.md")} - {"README.md"}
