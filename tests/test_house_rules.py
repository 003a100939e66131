"""The rules that no linter knows hold for the whole tree."""

from tests import house_rules


def test_the_tree_keeps_the_house_rules() -> None:
    assert house_rules.breaches() == []
