"""The list a visitor is shown: safe, available, affordable, fitting and varied, best first."""

import math
from collections.abc import Sequence

from recommender.candidates import Candidates, find_candidates
from recommender.catalogue import prepare
from recommender.contrast import ahead_of
from recommender.exclusions import Exclusions, last_look
from recommender.listing import Listing, list_best
from recommender.notes import soft_notes
from recommender.reasons import against, contributions, reasons
from recommender.safety import Gate, matched_cautions
from recommender.scorers import PARTS, Scorer
from recommender.types import Answers, Item, Outcome, Ranked, Ranking
from recommender.wish import read_wish


def rank(answers: Answers, items: Sequence[Item], *, limit: int = 5, scorer: Scorer | None = None) -> Outcome:
    """Return the referral, or at most `limit` products with their reasons and everything left out with its own.

    `scorer` defaults to the expert prior, which also takes over when the given one fails. The order does not
    depend on the order of `items`; give the same tuple again and its arrays are ready. Raises ValueError when two
    products have the same SKU.
    """
    gate = Gate(answers)
    if gate.referral is not None:
        return gate.referral
    candidates = find_candidates(gate, read_wish(answers), prepare(items))
    listing = list_best(candidates, limit, scorer)
    listed = [int(candidates.rows[place]) for place in listing.places]
    barred = {row: why for row in listed if (why := last_look(candidates, row))}
    return Ranking(
        ranked=_ranked(candidates, listing, [number for number, row in enumerate(listed) if row not in barred]),
        excluded=Exclusions(candidates, [row for row in listed if row not in barred], barred),
        notes=soft_notes(answers),
        fallback=listing.fallback,
    )


def _ranked(candidates: Candidates, listing: Listing, kept: list[int]) -> tuple[Ranked, ...]:
    answers, items = candidates.wish.answers, candidates.catalogue.items
    rows = [int(candidates.rows[listing.places[number]]) for number in kept]
    shares, unsure = listing.shares[kept], listing.unsure[kept]
    behind = ahead_of(answers, [items[row] for row in rows], shares, listing.doubts[kept])
    found = []
    for number, row in enumerate(rows):
        named = [*zip(PARTS, shares[number].tolist(), strict=True), ("variety", -listing.lost[kept[number]])]
        parts = contributions(named, answers, items[row])
        open_to_doubt = {name for name, is_unsure in zip(PARTS, unsure[number].tolist(), strict=True) if is_unsure}
        found.append(
            Ranked(
                sku=items[row].sku,
                score=math.fsum(part.value for part in parts),
                contributions=parts,
                reasons=reasons(parts, open_to_doubt),
                against=against(parts, open_to_doubt),
                cautions=matched_cautions(answers, items[row]),
                ahead=behind[number],
            )
        )
    return tuple(found)
