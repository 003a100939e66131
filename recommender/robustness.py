"""How far a figure hangs on its grades and weights: weights fitted without a visit, and weights changed at random."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from recommender.evaluation import Figures, Judged, figures, judge
from recommender.personas import Persona
from recommender.refit import comparisons, refitted
from recommender.scorers.content import ContentScorer
from recommender.types import Item

DRAWS = 60
SEED = 20261122

Catalogues = Mapping[str, Sequence[Item]]


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over all draws of changed weights. None where no persona asks for a list."""

    draws: int
    safety_violations: int
    mean: float | None
    lowest: float | None


@dataclass(frozen=True, slots=True)
class Checks:
    """What was asked for beside the plain figures, by catalogue; `baselines` by their name first."""

    leave_one_out: dict[str, Figures] = field(default_factory=dict)
    perturbed: dict[str, Spread] = field(default_factory=dict)
    baselines: dict[str, dict[str, Figures]] = field(default_factory=dict)


def leave_one_out(personas: Sequence[Persona], catalogues: Catalogues) -> tuple[Judged, ...]:
    """Return each persona judged by weights refitted to the grades of all the others, the prior held near.

    Personas whose catalogue is not given are passed over.
    """
    known = [each for each in personas if each.catalogue in catalogues]
    pairs = [comparisons(each, catalogues[each.catalogue]) for each in known]
    prior = ContentScorer().weights
    judged = []
    for place, persona in enumerate(known):
        weights = refitted([*pairs[:place], *pairs[place + 1 :]], prior)
        judged.append(judge(persona, catalogues[persona.catalogue], scorer=ContentScorer.weighing(weights)))
    return tuple(judged)


def perturbed(personas: Sequence[Persona], catalogues: Catalogues, *, percent: float) -> dict[str, Spread]:
    """Return the spread of nDCG@5 by catalogue when every weight is off by up to so many per cent, at random.

    The draws are the same each time: their seed is fixed.
    """
    rng = np.random.default_rng(SEED)
    prior = ContentScorer().weights
    by_catalogue: dict[str, list[Figures]] = {name: [] for name in catalogues}
    for _ in range(DRAWS):
        scorer = ContentScorer.weighing(prior * (1 + rng.uniform(-percent, percent, len(prior)) / 100))
        for name, found in by_catalogue.items():
            mine = [each for each in personas if each.catalogue == name]
            found.append(figures([judge(each, catalogues[name], scorer=scorer) for each in mine]))
    return {name: _spread(found) for name, found in by_catalogue.items()}


def _spread(found: Sequence[Figures]) -> Spread:
    values = [each.ndcg_at_5 for each in found if each.ndcg_at_5 is not None]
    return Spread(
        draws=len(found),
        safety_violations=sum(each.safety_violations for each in found),
        mean=sum(values) / len(values) if values else None,
        lowest=min(values) if values else None,
    )
