"""The list a visitor is shown: safe, available, affordable, fitting and varied, best first."""

import math
from collections.abc import Sequence

import numpy as np

from recommender.catalogue import Bools, Catalogue, Ints, prepare
from recommender.exclusions import complete, why_not
from recommender.features import FEATURES, feature_matrix
from recommender.fit import GOOD, Levels, fit_levels
from recommender.notes import soft_notes
from recommender.reasons import against, contributions, reasons
from recommender.safety import Gate, matched_cautions
from recommender.scorers import Floats, Scorer
from recommender.scorers.content import ContentScorer
from recommender.types import Answers, Item, Outcome, Ranked, Ranking
from recommender.variety import crowding, twins
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
    depend on the order of `items`. Raises ValueError when two products have the same SKU.
    """
    gate = Gate(answers)
    if gate.referral is not None:
        return gate.referral
    catalogue, wish = prepare(items), read_wish(answers)
    levels = fit_levels(wish, catalogue)
    excluded = why_not(gate, wish, catalogue, levels)
    rows = np.array([row for row, reason in enumerate(excluded) if reason is None], dtype=np.intp)
    features = feature_matrix(wish, catalogue)
    shares = np.zeros_like(features)
    shares[rows] = _shares(scorer, features[rows])
    worth_it = _worth_showing(_EXPERT.explain(features), rows)
    chosen = _choose(catalogue, shares.sum(axis=1), levels, worth_it, limit)
    return Ranking(
        ranked=tuple(_ranked(answers, catalogue.items[row], shares[row], loss) for row, loss in chosen),
        excluded=complete(catalogue, excluded, levels, worth_it, [row for row, _ in chosen]),
        notes=soft_notes(answers),
    )


def _shares(scorer: Scorer | None, features: Floats) -> Floats:
    """Return (items, features) from the scorer, or from the expert prior when the scorer fails in any way."""
    if scorer is not None:
        try:
            with np.errstate(all="ignore"):
                shares = _checked_shares(scorer, features)
        except Exception:  # whatever a scorer raises, the visitor still gets the expert's list
            shares = None
        if shares is not None:
            return shares
    return _EXPERT.explain(features)


def _checked_shares(scorer: Scorer, features: Floats) -> Floats | None:
    """Return the scorer's shares, or None unless they are finite, of the right shape and sum to its scores."""
    scores = np.asarray(scorer.score(features.copy()), dtype=np.float64)
    shares = np.array(scorer.explain(features.copy()), dtype=np.float64)
    if shares.shape != features.shape or scores.shape != (len(features),) or not np.isfinite(shares).all():
        return None
    return shares if (np.abs(shares.sum(axis=1) - scores) <= SUM_TOLERANCE).all() else None


def _worth_showing(shares: Floats, rows: Ints) -> Bools:
    """Mark the rows whose fit, cautions aside, is not far below the best one's."""
    fit = shares.sum(axis=1) - shares[:, _CAUTIONS]
    worth_it = np.zeros(len(fit), dtype=np.bool_)
    if len(rows):
        best = fit[rows].max()
        worth_it[rows] = fit[rows] >= best - (1 - KEPT_SHARE) * abs(best)
    return worth_it


def _choose(
    catalogue: Catalogue, scores: Floats, levels: Levels, worth_it: Bools, limit: int
) -> list[tuple[int, float]]:
    """Return (row, what it lost to products like it) for each place, best first.

    A product for a neighbouring area comes third or fourth at best, behind two that reach or serve what was named.
    """
    open_rows, loss = worth_it.copy(), np.zeros(len(scores))
    chosen: list[tuple[int, float]] = []
    while len(chosen) < limit:
        allowed = open_rows if len(chosen) in NEAR_PLACES else open_rows & (levels == GOOD)
        if not allowed.any():
            break
        candidates = np.flatnonzero(allowed)
        standing = np.round(scores - loss, 9)[candidates]
        row = int(candidates[np.lexsort((catalogue.tie_order[candidates], -standing))[0]])
        chosen.append((row, float(loss[row])))
        open_rows[row] = False
        open_rows &= ~twins(catalogue, row)
        loss = loss + crowding(catalogue, row)
    return chosen


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
