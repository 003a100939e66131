"""The products that may come into one visitor's list, in no order yet: safe, at hand, affordable, fitting."""

from dataclasses import dataclass

import numpy as np

from recommender.barring import answer_bits
from recommender.bits import Bools, Floats, has
from recommender.catalogue import Catalogue, Ints
from recommender.fact_groups import fact_groups
from recommender.features import FEATURES
from recommender.fit import NEAR, NONE, Levels, fit_levels, needs_floor, too_small
from recommender.safety import Gate
from recommender.scorers.content import ContentScorer
from recommender.seen import Prepared
from recommender.ways import ways_to_meet
from recommender.wish import Wish

KEPT_SHARE = 0.2
"""A product is shown when it fits at least this much of what the best one does: fewer than five is better
than filling up. Cautions do not count here: they lower a product's place, they do not make it fit less."""

EXPERT = ContentScorer()
_FIT = np.where(np.array(FEATURES) == "cautions", 0.0, EXPERT.weights)[None, :]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """`rows` may be shown; of them `is_strong` marks those not far below the best, `is_near` those for a
    neighbouring area only. `levels`: (items,) how far each product fits at all."""

    gate: Gate
    wish: Wish
    catalogue: Catalogue
    levels: Levels
    rows: Ints
    seen: Prepared
    is_strong: Bools
    is_near: Bools


def find_candidates(gate: Gate, wish: Wish, catalogue: Catalogue) -> Candidates:
    """Return the candidates for a visitor who was not sent to a clinician."""
    groups = fact_groups(catalogue)
    ways = ways_to_meet(wish, groups)
    levels = fit_levels(wish, catalogue, ways)
    rows = np.flatnonzero(_is_open(gate, wish, catalogue, levels))
    seen = Prepared(wish, catalogue, groups, ways, rows)
    rows.flags.writeable = False
    is_near = levels.take(rows) == NEAR
    is_strong = _is_strong(seen.weighed(_FIT)[0])
    return Candidates(gate, wish, catalogue, levels, rows, seen, is_strong, is_near)


def _is_open(gate: Gate, wish: Wish, catalogue: Catalogue, levels: Levels) -> Bools:
    """Return (items,): what `exclusions.why_not` finds no reason against."""
    is_open: Bools = levels != NONE
    for marks in (needs_floor(wish, catalogue), too_small(wish, catalogue)):
        if marks is not None:
            is_open &= ~marks
    is_open &= catalogue.available
    is_open &= ~has(catalogue.bars, answer_bits(gate))
    if wish.answers.max_budget_minor is not None:
        is_open &= catalogue.price <= wish.answers.max_budget_minor
    return is_open


def _is_strong(fit: Floats) -> Bools:
    if not len(fit):
        return np.zeros(0, dtype=np.bool_)
    best = fit.max()
    strong: Bools = fit >= best - (1 - KEPT_SHARE) * abs(best)
    return strong
