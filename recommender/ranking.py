"""The list a visitor is shown: safe, available, affordable, fitting and varied, best first."""

import math
from collections.abc import Sequence

import numpy as np

from recommender.bits import Floats
from recommender.catalogue import Bools, Catalogue, Ints, prepare
from recommender.exclusions import Exclusions, Why, why_not
from recommender.features import FEATURES, feature_matrix
from recommender.fit import NEAR, fit_levels
from recommender.notes import soft_notes
from recommender.reasons import against, contributions, reasons
from recommender.safety import Gate, matched_cautions
from recommender.scorers import Scorer
from recommender.scorers.content import ContentScorer
from recommender.types import Answers, Item, Outcome, Ranked, Ranking
from recommender.variety import crowding
from recommender.wish import read_wish

KEPT_SHARE = 0.4
"""A product is shown when it fits at least this much of what the best one does: fewer than five is better
than filling up. Cautions do not count here: they lower a product's place, they do not make it fit less."""
NEAR_PLACES = (2, 3)
"""The places, counted from 0, where a product for a neighbouring area may stand."""
SUM_TOLERANCE = 1e-9

_EXPERT = ContentScorer()
_CAUTIONS = FEATURES.index("cautions")


def rank(answers: Answers, items: Sequence[Item], *, limit: int = 5, scorer: Scorer | None = None) -> Outcome:
    """Return the referral, or at most `limit` products with their reasons and everything left out with its own.

    `scorer` defaults to the expert prior, which also takes over when the given one fails. The order does not
    depend on the order of `items`; give the same tuple again and its arrays are ready. Raises ValueError when two
    products have the same SKU.
    """
    gate = Gate(answers)
    if gate.referral is not None:
        return gate.referral
    catalogue, wish = prepare(items), read_wish(answers)
    levels = fit_levels(wish, catalogue)
    why = why_not(gate, wish, catalogue, levels)
    rows = np.flatnonzero(why == Why.IN_THE_LIST)
    features = feature_matrix(wish, catalogue, rows)
    expert = _EXPERT.explain(features)
    shares = expert if scorer is None else _shares(scorer, features, expert)
    worth_it = _worth_showing(expert)
    why[rows] = np.where(levels[rows] == NEAR, Why.NEXT_TO_IT, np.where(worth_it, Why.LOWER, Why.WEAK_FIT))
    open_rows = rows[worth_it]
    chosen, alike = _choose(catalogue, open_rows, shares.sum(axis=1)[worth_it], levels[open_rows] == NEAR, limit)
    why[alike], why[[row for row, _ in chosen]] = Why.TWIN, Why.IN_THE_LIST
    return Ranking(
        ranked=tuple(
            _ranked(answers, catalogue.items[row], shares[np.searchsorted(rows, row)], loss) for row, loss in chosen
        ),
        excluded=Exclusions(gate, catalogue, why),
        notes=soft_notes(answers),
    )


def _shares(scorer: Scorer, features: Floats, expert: Floats) -> Floats:
    """Return (rows, features) from the scorer, or the expert prior's when the scorer fails in any way."""
    try:
        with np.errstate(all="ignore"):
            shares = _checked_shares(scorer, features)
    except Exception:  # whatever a scorer raises, the visitor still gets the expert's list
        shares = None
    return expert if shares is None else shares


def _checked_shares(scorer: Scorer, features: Floats) -> Floats | None:
    """Return the scorer's shares, or None unless they are finite, of the right shape and sum to its scores."""
    scores = np.asarray(scorer.score(features.copy()), dtype=np.float64)
    shares = np.array(scorer.explain(features.copy()), dtype=np.float64)
    if shares.shape != features.shape or scores.shape != (len(features),) or not np.isfinite(shares).all():
        return None
    return shares if (np.abs(shares.sum(axis=1) - scores) <= SUM_TOLERANCE).all() else None


def _worth_showing(shares: Floats) -> Bools:
    """Return (rows,): whose fit, cautions aside, is not far below the best one's."""
    if not len(shares):
        return np.zeros(0, dtype=np.bool_)
    fit = shares.sum(axis=1) - shares[:, _CAUTIONS]
    best = fit.max()
    worth_it: Bools = fit >= best - (1 - KEPT_SHARE) * abs(best)
    return worth_it


def _choose(
    catalogue: Catalogue, rows: Ints, scores: Floats, near: Bools, limit: int
) -> tuple[list[tuple[int, float]], Ints]:
    """Return (row, what it lost to products like it) for each place, best first, and the rows of their twins.

    A product for a neighbouring area comes third or fourth at best, behind two that reach or serve what was named.
    """
    cheapest_first = np.argsort(catalogue.tie_order[rows])  # argmax takes the first of equals
    rows, near = rows[cheapest_first], near[cheapest_first]
    types, loss, standing = catalogue.type_number[rows], np.zeros(len(rows)), np.round(scores[cheapest_first], 9)
    never = np.where(near, -np.inf, 0.0) if near.any() else 0.0
    chosen: list[tuple[int, float]] = []
    while len(chosen) < limit and len(rows):
        open_standing = standing if len(chosen) in NEAR_PLACES else standing + never
        best = int(open_standing.argmax())
        if open_standing[best] == -np.inf:
            break
        row = int(rows[best])
        chosen.append((row, float(loss[best])))
        like_it = (types == types[best]).nonzero()[0]
        lost = crowding(catalogue, row, rows[like_it]) if len(like_it) > 1 else np.inf
        loss[like_it] += lost
        standing[like_it] -= lost
    return chosen, rows[loss == np.inf]


def _ranked(answers: Answers, item: Item, shares: Floats, loss: float) -> Ranked:
    named = [*zip(FEATURES, shares.tolist(), strict=True), ("variety", -loss)]
    parts = contributions(named, answers, item)
    return Ranked(
        sku=item.sku,
        score=math.fsum(part.value for part in parts),
        contributions=parts,
        reasons=reasons(parts),
        against=against(parts),
        cautions=matched_cautions(answers, item),
    )
