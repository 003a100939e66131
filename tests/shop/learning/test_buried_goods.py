"""Who buries what buyers love, where the log hardly ever did, is not promoted for what it gains elsewhere."""

from types import SimpleNamespace

import numpy as np
import pytest

from recommender.gate import Checks, Judged, Log, decide
from shop.learning.judging import Part, on_rows

LISTS, BURIED, LOVED = 2_000, 0.08, 0.98
"""In BURIED of the lists the first product is loved, and was put first with a chance of LOVED."""
EARNS_LITTLE, EARNS_MORE, IS_LOVED = 0.2, 0.34, 0.9


def both_orders(first: np.ndarray) -> np.ndarray:
    """Return (lists, 2, 2): the chances of two products to stand in two places. first: (lists,), of the first."""
    return np.stack([np.stack([first, 1 - first], axis=1), np.stack([1 - first, first], axis=1)], axis=1)


def shown(seed: int) -> tuple[Part, np.ndarray, float]:
    """Return lists of two products, of which only the first is looked at, what each earns there, and the true lead of
    the candidate, which always puts the second product first."""
    rng = np.random.default_rng(seed)
    is_buried = np.arange(LISTS) < BURIED * LISTS
    second_leads = np.where(is_buried, 1 - LOVED, 0.5)
    of_first, of_second = np.where(is_buried, IS_LOVED, EARNS_LITTLE), np.where(is_buried, 0.0, EARNS_MORE)
    turned = rng.random(LISTS) < second_leads
    leader, other = np.where(turned, of_second, of_first), np.where(turned, of_first, of_second)
    rewards = np.column_stack([rng.random(LISTS) < leader, np.zeros(LISTS)]).astype(float)
    made_by = both_orders(np.where(turned, second_leads, 1 - second_leads))
    candidate = both_orders(turned.astype(float))
    lists = SimpleNamespace(items=np.full((LISTS, 2), "x"), is_there=np.full((LISTS, 2), True))
    part = Part(lists, np.arange(LISTS).astype(str), rewards, made_by, np.stack([candidate, made_by]))
    earns = np.stack([np.column_stack([leader, other]), np.zeros((LISTS, 2))], axis=2)
    lead = of_second.mean() - (second_leads * of_second + (1 - second_leads) * of_first).mean()
    return part, earns, float(lead)


@pytest.mark.parametrize("seed", range(6))
def test_what_the_log_cannot_speak_for_is_never_credited(seed):
    part, earns, lead = shown(seed)
    log = Log(np.repeat(part.names, 2), part.rewards.ravel(), np.diagonal(part.made_by, axis1=1, axis2=2).ravel())
    candidate, live = (Judged(name, *on_rows(part, place, earns)) for place, name in enumerate(("candidate", "live")))

    decision = decide(candidate, live, live, log, Checks(list, list))

    assert lead < -0.005, "it is worse, for all that it gains elsewhere"
    assert not decision.promote
