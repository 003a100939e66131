"""What the ranking is measured against: simple orders behind the same safety, stock and budget. Never served."""

from collections.abc import Mapping, Sequence

from recommender.evaluation import DEPTH, Judged, judge_list
from recommender.personas import Persona
from recommender.safety import Gate
from recommender.types import Answers, Item


def by_overlap(persona: Persona, items: Sequence[Item]) -> Judged:
    """Return how the persona fares with a plain count of what a product has in common with the answers."""
    return _judged(persona, items, {item.sku: _overlap(persona.answers, item) for item in items})


def by_reviews(persona: Persona, items: Sequence[Item], reviews: Mapping[str, int]) -> Judged:
    """Return how the persona fares with the most reviewed products. reviews: number by SKU."""
    return _judged(persona, items, {item.sku: reviews.get(item.sku, 0) for item in items})


def _judged(persona: Persona, items: Sequence[Item], worth: Mapping[str, int]) -> Judged:
    gate = Gate(persona.answers)
    if gate.referral is not None:
        return judge_list(persona, items, gate.referral.refer, ())
    limit = persona.answers.max_budget_minor
    open_to = [
        item
        for item in items
        if item.available and (limit is None or item.price_minor <= limit) and gate.check(item) is None
    ]
    best = sorted(open_to, key=lambda item: (-worth[item.sku], item.price_minor, item.sku))[:DEPTH]
    return judge_list(persona, items, None, [item.sku for item in best if worth[item.sku]])


def _overlap(answers: Answers, item: Item) -> int:
    """Count areas and kinds in common and, for what has any, the other answers it meets."""
    shared = len(answers.areas & item.areas) + len(answers.pain_kinds & item.pain_kinds)
    if not shared:
        return 0
    firm = answers.pressure is not None and (item.pressure_min or 1) <= answers.pressure <= (item.pressure_max or 5)
    carried = answers.portability == "must" and (item.portability or 3) >= 4
    return shared + (answers.position in item.positions) + firm + carried
