"""Whatever is answered and whatever a scorer does, nothing unsafe, sold out or too dear is shown."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.features import FEATURES
from recommender.questionnaire import QUESTIONS
from recommender.ranking import rank
from recommender.safety import excluded_for, referral
from recommender.scorers import PARTS
from recommender.types import Answers, Item, Ranking, Referral

JUNK = ["", "XXX", "preg", "UNKNOWN "]


def some_codes(field: str, **limits: int) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(sorted(QUESTIONS[field].codes) + JUNK), **limits)


def one_code(field: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(sorted(QUESTIONS[field].codes) + JUNK)


ANSWERS = st.builds(
    Answers,
    red_flags=st.just(frozenset()) | some_codes("red_flags", max_size=1),
    health=some_codes("health", max_size=3),
    allergies=some_codes("allergies", max_size=2),
    areas=some_codes("areas", max_size=3),
    pain_kinds=some_codes("pain_kind", max_size=2),
    intensity=st.none() | st.integers(0, 10),
    interference=st.none() | st.integers(0, 10),
    duration=one_code("duration"),
    triggers=some_codes("triggers", max_size=3),
    position=one_code("position_preference"),
    pressure=st.none() | st.integers(1, 5),
    experience=one_code("experience"),
    portability=one_code("portability_need"),
    max_budget_minor=st.none() | st.integers(0, 10_000),
    mobility_limits=some_codes("mobility_limits"),
    goal=one_code("goal"),
)
SAFETY = st.none() | some_codes("health", max_size=4)
TYPES = ["spike_mat", "massage_ball", "point_pen", "head_massager", "heated_mat", "unheard_of"]


@st.composite
def catalogues(draw: st.DrawFn) -> list[Item]:
    size = draw(st.integers(0, 8))
    mark = st.none() | st.integers(1, 5)
    return [
        Item(
            sku=f"S{number}",
            title=draw(st.sampled_from(["A tool", "A tool in child size"])),
            type=draw(st.sampled_from(TYPES)),
            price_minor=draw(st.integers(0, 10_000)),
            available=draw(st.booleans()),
            contraindications=draw(SAFETY),
            cautions=draw(SAFETY),
            allergens=draw(st.none() | some_codes("allergies", max_size=2)),
            powered=draw(st.none() | st.booleans()),
            areas=draw(some_codes("areas", max_size=4)),
            pain_kinds=draw(some_codes("pain_kind", max_size=3)),
            positions=draw(some_codes("position_preference", max_size=2)),
            pressure_min=draw(mark),
            pressure_max=draw(mark),
            portability=draw(mark),
            dexterity=draw(mark),
            level=draw(st.sampled_from([None, "beginner", "experienced"])),
            heat=draw(st.booleans()),
        )
        for number in range(size)
    ]


class Adversary:
    """A scorer that returns whatever it was told to, or raises."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def score(self, seen):
        return self.explain(seen).sum(axis=1)

    def explain(self, seen):
        shares = np.zeros((len(seen.rows), len(PARTS)))
        features = seen.matrix()
        match self.kind:
            case "nan":
                shares[:] = np.nan
            case "infinite":
                shares[:] = np.inf
            case "raises":
                raise RuntimeError("no model today")
            case "wrong shape":
                return np.zeros((len(shares) + 1, len(PARTS)))
            case "loves cautions":
                shares[:, : len(FEATURES)] = -1e9 * features
            case _:
                features[:] = 7.0
                shares[:, : len(FEATURES)] = features
        return shares

    def doubt(self, seen):
        return np.zeros((len(seen.rows), len(PARTS)))


@settings(max_examples=400, deadline=None)
@given(answers=ANSWERS, items=catalogues(), kind=st.sampled_from([None, "nan", "infinite", "raises", "loves cautions"]))
def test_nothing_unsafe_unavailable_or_too_dear_is_ever_shown(answers, items, kind):
    outcome = rank(answers, items, scorer=Adversary(kind) if kind else None)

    if isinstance(outcome, Referral):
        assert referral(answers) == outcome
        return
    by_sku = {item.sku: item for item in items}
    assert referral(answers) is None
    for each in outcome.ranked:
        assert excluded_for(answers, by_sku[each.sku]) is None
        assert by_sku[each.sku].available
        assert answers.max_budget_minor is None or by_sku[each.sku].price_minor <= answers.max_budget_minor


@settings(max_examples=200, deadline=None)
@given(answers=ANSWERS, items=catalogues(), order=st.randoms(use_true_random=False))
def test_every_product_is_either_shown_or_explained_and_the_catalogues_order_does_not_matter(answers, items, order):
    outcome = rank(answers, items)
    shuffled = list(items)
    order.shuffle(shuffled)

    again = rank(answers, shuffled)

    if isinstance(outcome, Ranking):
        assert isinstance(again, Ranking)
        assert again.ranked == outcome.ranked
        skus = [each.sku for each in outcome.ranked] + [each.sku for each in outcome.excluded]
        assert sorted(skus) == sorted(item.sku for item in items)
        assert all(each.sentence for each in outcome.excluded)


@settings(max_examples=200, deadline=None)
@given(answers=ANSWERS, items=catalogues(), kind=st.sampled_from([None, "loves cautions", "sevens"]))
def test_the_contributions_are_the_score(answers, items, kind):
    outcome = rank(answers, items, scorer=Adversary(kind) if kind else None)

    if isinstance(outcome, Ranking):
        for each in outcome.ranked:
            assert abs(sum(part.value for part in each.contributions) - each.score) <= 1e-9 * max(1, abs(each.score))
            assert set(each.reasons) <= set(each.contributions)
            assert all(part.value > 0 and part.sentence for part in each.reasons)
            assert each.against is None or each.against.value < 0


@settings(max_examples=100, deadline=None)
@given(answers=ANSWERS, items=catalogues(), kind=st.sampled_from(["nan", "infinite", "raises", "wrong shape"]))
def test_a_scorer_that_fails_gives_way_to_the_expert(answers, items, kind):
    outcome = rank(answers, items, scorer=Adversary(kind))

    assert outcome == rank(answers, items)
    assert isinstance(outcome, Referral) or not outcome.ranked or outcome.fallback
