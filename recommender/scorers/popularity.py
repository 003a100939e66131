"""Scores by how often each product was chosen: the baseline that every better idea has to beat."""

from collections.abc import Mapping, Sequence

import numpy as np

from recommender.bits import Floats
from recommender.scorers import ITEM, PARTS
from recommender.seen import Seen

_ITEM = PARTS.index(ITEM)


class PopularityScorer:
    """Knows how often each product was shown and chosen, and nothing of the visitor.

    chosen, shown: by SKU. The score is the log of the share that chose it, each share being drawn to the average
    as if `sure_after` more visitors had chosen like the average one. A product never shown scores like the average.
    """

    def __init__(self, chosen: Mapping[str, int], shown: Mapping[str, int], *, sure_after: float = 20.0) -> None:
        average = (sum(chosen.values()) + 1) / (sum(shown.values()) + 2)
        counts = {sku: (chosen.get(sku, 0), max(shown.get(sku, 0), chosen.get(sku, 0))) for sku in {*chosen, *shown}}
        self._average = float(np.log(average))
        self._by_sku: dict[str, tuple[float, float]] = {}
        for sku, (times, of) in counts.items():
            share, number = (times + sure_after * average) / (of + sure_after), of + sure_after
            self._by_sku[sku] = (float(np.log(share)), float(np.sqrt((1 - share) / (share * number))))
        self._unseen = (self._average, float(np.sqrt((1 - average) / (average * sure_after))))
        self._known: tuple[Sequence[str], Floats] = ((), np.zeros((0, 2)))

    def score(self, seen: Seen) -> Floats:
        """Return (rows,): the log of each product's share."""
        return self._table(seen)[:, 0]

    def explain(self, seen: Seen) -> Floats:
        """Return (rows, parts): all of it is the product's own."""
        return self._as_item(self._table(seen)[:, 0])

    def doubt(self, seen: Seen) -> Floats:
        """Return (rows, parts): the standard deviation of the log share (delta method)."""
        return self._as_item(self._table(seen)[:, 1])

    def _table(self, seen: Seen) -> Floats:
        known = self._known
        if known[0] is not seen.all_skus:
            rows = [self._by_sku.get(sku, self._unseen) for sku in seen.all_skus]
            known = self._known = (seen.all_skus, np.array(rows, dtype=np.float64).reshape(-1, 2))
        return known[1].take(seen.rows, axis=0)

    @staticmethod
    def _as_item(values: Floats) -> Floats:
        shares = np.zeros((len(values), len(PARTS)))
        shares[:, _ITEM] = values
        return shares
