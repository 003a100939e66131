"""How a candidate and the day-one ranking do for coarse groups of visitors, as far as the log tells them apart.

The log holds no answer, so a group is told by which kinds of fit were noted: who named no area has no fit to one.
For commands alone.
"""

import numpy as np

from recommender.bits import Bools
from recommender.features import FEATURES
from recommender.gate import LEAST_ESS, LEAST_REWARDED, Figure, Judged, Log
from recommender.model_card import SegmentFigures
from recommender.offpolicy import Estimate, snips
from shop.learning.judging import Batches

ASKED = {
    "an area was named": "area",
    "a kind of pain or a goal was named": "kind",
    "a position was named": "position",
    "carrying it was asked for": "carry",
    "to wind down": "calm",
}
"""Segment: the feature that is 0 for all products of a list unless its visitor asked for that."""
NO_AREA = "no area was named"


def segment_figures(batches: Batches, log: Log, own: Judged, day_one: Judged) -> list[SegmentFigures]:
    """One line a segment; a list may be in several. own, day_one: as judged on the rows of `log`."""
    return [
        _figures(segment, np.isin(log.impressions, lists), log, (own, day_one))
        for segment, lists in lists_by_segment(batches).items()
    ]


def lists_by_segment(batches: Batches) -> dict[str, list[str]]:
    """The names of the lists of each segment, every segment with at least one."""
    found: dict[str, list[str]] = {segment: [] for segment in (*ASKED, NO_AREA)}
    for batch in batches.values():
        for name, products in zip(batch.names, batch.features, strict=True):
            fits = np.array(products)
            mine = [segment for segment, feature in ASKED.items() if fits[:, FEATURES.index(feature)].any()]
            for segment in mine if "an area was named" in mine else [*mine, NO_AREA]:
                found[segment].append(name)
    return {segment: lists for segment, lists in found.items() if lists}


def _figures(segment: str, here: Bools, log: Log, rankings: tuple[Judged, Judged]) -> SegmentFigures:
    lists = len(np.unique(log.impressions[here]))
    own, day_one = (_earned(here, log, ranking) for ranking in rankings)
    return SegmentFigures(segment=segment, lists=lists, earned=own, day_one_earned=day_one)


def _earned(here: Bools, log: Log, ranking: Judged) -> Figure | None:
    """What the ranking earned a list, by SNIPS; None where the log has too little to say."""
    would, rewards = ranking.would_show_with[here], log.rewards[here]
    rewarded = len(np.unique(log.impressions[here][(rewards > 0) & (would > 0)]))
    if rewarded < LEAST_REWARDED:
        return None
    found: Estimate = snips(rewards, log.shown_with[here], would, impressions=log.impressions[here])
    return Figure(found.value, found.low, found.high) if found.ess >= LEAST_ESS else None
