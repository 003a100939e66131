"""Why not this product: one reason for everything that is not in the list."""

from collections.abc import Sequence
from functools import lru_cache

from recommender.catalogue import Bools, Catalogue
from recommender.fit import NEAR, NONE, Levels, needs_floor, too_small
from recommender.safety import Gate
from recommender.types import Exclusion, ExclusionKind
from recommender.variety import twins
from recommender.wish import Wish

NO_REACH = (ExclusionKind.NO_FIT, "Not for the places or the use you named.")
FLOOR_ONLY = (ExclusionKind.NO_FIT, "Used on the floor, which is hard for you.")
CHILD_SIZE = (ExclusionKind.NO_FIT, "Made in a child's size.")
NEXT_TO_IT = (ExclusionKind.NO_FIT, "Made for a place next to the one you named.")
WEAK_FIT = (ExclusionKind.NO_FIT, "Fits what you told us much less well than the others.")
SOLD_OUT = (ExclusionKind.SOLD_OUT, "Sold out at the moment.")
OVER_BUDGET = (ExclusionKind.OVER_BUDGET, "Costs more than the most you want to spend.")
TWIN = (ExclusionKind.NEAR_DUPLICATE, "The same but for colour or price as one in the list.")
LOWER = (ExclusionKind.LOWER_RANKED, "Fits too, but others fit better.")

Why = tuple[ExclusionKind, str]


def why_not(gate: Gate, wish: Wish, catalogue: Catalogue, levels: Levels) -> list[Exclusion | None]:
    """Return (items,): why each product cannot be in the list, or None. Safety is asked first, of every product."""
    floor, small = needs_floor(wish, catalogue), too_small(wish, catalogue)
    limit = wish.answers.max_budget_minor
    too_dear = catalogue.price > (float("inf") if limit is None else limit)
    checks = (
        (levels == NONE, NO_REACH),
        (floor, FLOOR_ONLY),
        (small, CHILD_SIZE),
        (~catalogue.available, SOLD_OUT),
        (too_dear, OVER_BUDGET),
    )
    found: list[Why | None] = [None] * len(catalogue.items)
    for mask, why in reversed(checks):
        for row in mask.nonzero()[0].tolist():
            found[row] = why
    return [
        gate.check(item) or (_exclusion(item.sku, why) if why else None)
        for item, why in zip(catalogue.items, found, strict=True)
    ]


def complete(
    catalogue: Catalogue, excluded: Sequence[Exclusion | None], levels: Levels, worth_it: Bools, chosen: Sequence[int]
) -> tuple[Exclusion, ...]:
    """Return one exclusion for every product that is not among the `chosen` rows, in the catalogue's order."""
    in_list = frozenset(chosen)
    alike = frozenset(row for each in chosen for row in twins(catalogue, each).nonzero()[0].tolist())
    worth, near = worth_it.tolist(), (levels == NEAR).tolist()
    everything = []
    for row, (item, reason) in enumerate(zip(catalogue.items, excluded, strict=True)):
        if row in in_list:
            continue
        everything.append(reason or _exclusion(item.sku, _passed_over(row in alike, worth[row], near[row])))
    return tuple(everything)


def _passed_over(is_twin: bool, is_worth_it: bool, is_near: bool) -> Why:
    if is_near:
        return NEXT_TO_IT
    if not is_worth_it:
        return WEAK_FIT
    return TWIN if is_twin else LOWER


@lru_cache(maxsize=16384)  # the same few sentences for the same products, over and over
def _exclusion(sku: str, why: Why) -> Exclusion:
    return Exclusion(sku, why[0], (), why[1])
