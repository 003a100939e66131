"""The rules that no linter knows hold for the whole tree."""

from pathlib import Path

import pytest

from tests import house_rules


def test_the_tree_keeps_the_house_rules() -> None:
    assert house_rules.breaches() == []


def test_no_product_code_may_load_a_format_that_runs_code() -> None:
    unsafe = ["import pickle", "from joblib import load", "np.load(path)", "np.load(path, allow_pickle=True)"]
    safe = ["np.load(path, allow_pickle=False)", "read_array(part, allow_pickle=False)", "numpy_load = 1"]

    found = [line for line in [*unsafe, *safe] if list(house_rules.shop_breaches("shop/model.py", line))]

    assert found == unsafe


def test_the_rules_are_kept_by_the_same_files_where_git_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with_git = house_rules.tracked_files()

    monkeypatch.setenv("PATH", "")
    without_git = house_rules.tracked_files()

    assert set(without_git) >= {"shop/web.py", "templates/shop/base.html", "tests/house_rules.py"}
    assert not [name for name in without_git if name.startswith((".venv/", "var/")) or "__pycache__" in name]
    assert {name for name in without_git if name.endswith((".py", ".html"))} == {
        name for name in with_git if name.endswith((".py", ".html"))
    }


def test_a_tree_that_is_no_checkout_is_walked(tmp_path: Path) -> None:
    for name in (
        "shop/web.py",
        ".venv/lib/other.py",
        "var/demo/x.py",
        "shop/__pycache__/web.pyc",
        ".mypy_cache/y.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    assert house_rules.tracked_files(tmp_path) == ["shop/web.py"]
