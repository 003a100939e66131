"""The rules that no linter knows hold for the whole tree."""

from tests import house_rules


def test_the_tree_keeps_the_house_rules() -> None:
    assert house_rules.breaches() == []


def test_no_product_code_may_load_a_format_that_runs_code() -> None:
    unsafe = ["import pickle", "from joblib import load", "np.load(path)", "np.load(path, allow_pickle=True)"]
    safe = ["np.load(path, allow_pickle=False)", "read_array(part, allow_pickle=False)", "numpy_load = 1"]

    found = [line for line in [*unsafe, *safe] if list(house_rules.shop_breaches("shop/model.py", line))]

    assert found == unsafe
