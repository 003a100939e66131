"""Compares what the recommender shows with what a careful adviser wants shown, and above all not shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.metrics import ndcg
from recommender.personas import Persona
from recommender.ranking import rank
from recommender.scorers import Scorer
from recommender.types import Item, Ranking, Refer, Referral

GOOD_GRADE = 2
DEPTH = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """One persona's outcome beside what was wanted. `ndcg` and `is_top_good` are None where no list was wanted."""

    id: str
    catalogue: str
    refer: Refer | None
    ranked: tuple[str, ...]
    violations: tuple[str, ...]
    unavailable: tuple[str, ...]
    over_budget: tuple[str, ...]
    is_referral_right: bool
    is_empty_right: bool | None
    ndcg: float | None
    is_top_good: bool | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one catalogue, or of all together. None where no persona asks for the figure."""

    personas: int
    safety_violations: int
    referrals: int
    referral_accuracy: float | None
    sold_out_shown: int
    over_budget_shown: int
    empty_cases: int
    empty_right: int
    ndcg_at_5: float | None
    top_1_good: float | None


def judge(persona: Persona, items: Sequence[Item], *, scorer: Scorer | None = None) -> Judged:
    """Return how one persona fares. A wanted list that comes out empty, or as a referral, has nDCG 0."""
    outcome = rank(persona.answers, items, limit=DEPTH, scorer=scorer)
    refer = outcome.refer if isinstance(outcome, Referral) else None
    ranked = [each.sku for each in outcome.ranked] if isinstance(outcome, Ranking) else []
    return judge_list(persona, items, refer, ranked)


def judge_list(persona: Persona, items: Sequence[Item], refer: Refer | None, ranked: Sequence[str]) -> Judged:
    """Return how one persona fares with this referral or this list, best first."""
    by_sku = {item.sku: item for item in items}
    limit = persona.answers.max_budget_minor
    wants_list = persona.refer is None and any(persona.grades.values())
    wants_nothing = persona.refer is None and not wants_list
    return Judged(
        id=persona.id,
        catalogue=persona.catalogue,
        refer=refer,
        ranked=tuple(ranked),
        violations=tuple(sku for sku in ranked if sku in persona.must_not),
        unavailable=tuple(sku for sku in ranked if not by_sku[sku].available),
        over_budget=tuple(sku for sku in ranked if limit is not None and by_sku[sku].price_minor > limit),
        is_referral_right=refer == persona.refer,
        is_empty_right=not ranked and refer is None if wants_nothing else None,
        ndcg=ndcg(ranked, persona.grades, depth=DEPTH) if wants_list else None,
        is_top_good=bool(ranked) and persona.grades.get(ranked[0], 0) >= GOOD_GRADE if wants_list else None,
    )


def figures(judged: Sequence[Judged]) -> Figures:
    """Return the figures over these personas. Referral accuracy counts every persona: none missed, none too many."""
    empties = [each.is_empty_right for each in judged if each.is_empty_right is not None]
    return Figures(
        personas=len(judged),
        safety_violations=sum(len(each.violations) for each in judged),
        referrals=sum(each.refer is not None for each in judged),
        referral_accuracy=_mean([each.is_referral_right for each in judged]),
        sold_out_shown=sum(len(each.unavailable) for each in judged),
        over_budget_shown=sum(len(each.over_budget) for each in judged),
        empty_cases=len(empties),
        empty_right=sum(empties),
        ndcg_at_5=_mean([each.ndcg for each in judged if each.ndcg is not None]),
        top_1_good=_mean([each.is_top_good for each in judged if each.is_top_good is not None]),
    )


def evaluate(
    personas: Sequence[Persona], catalogues: Mapping[str, Sequence[Item]], *, scorer: Scorer | None = None
) -> tuple[tuple[Judged, ...], tuple[Persona, ...]]:
    """Return every persona whose catalogue is given, judged, and the personas that had to be left out."""
    judged = tuple(
        judge(each, catalogues[each.catalogue], scorer=scorer) for each in personas if each.catalogue in catalogues
    )
    return judged, tuple(each for each in personas if each.catalogue not in catalogues)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
