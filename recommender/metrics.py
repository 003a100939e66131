"""How good a ranking is against an adviser's grades."""

from collections.abc import Mapping, Sequence

import numpy as np


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], *, depth: int = 5) -> float:
    """Return the gain of the first `depth` products over that of the best order there is, 0 to 1.

    The gain of grade g is 2^g - 1, discounted by log2 of the place plus one. Raises ValueError when no grade is
    above 0, for then no order is better than another. Source: Järvelin and Kekäläinen (2002), in Burges's form.
    """
    ideal = _gain(sorted(grades.values(), reverse=True)[:depth])
    if ideal == 0:
        raise ValueError("no product has a grade above 0")
    return _gain([grades.get(sku, 0) for sku in ranked[:depth]]) / ideal


def _gain(grades: Sequence[int]) -> float:
    places = np.arange(len(grades)) + 2
    return float(((2.0 ** np.array(grades, dtype=np.float64) - 1) / np.log2(places)).sum())
