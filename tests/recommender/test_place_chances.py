"""The chances of all draws at once are, to the last bit, those of one list drawn and chosen after the other."""

from dataclasses import replace

import numpy as np
import pytest

import recommender.place_chances as subject
from recommender.bits import Floats
from recommender.candidates import find_candidates
from recommender.catalogue import prepare
from recommender.catalogue_csv import read_catalogue
from recommender.choosing import FEW, NOBODY, Contest, choose
from recommender.expert import day_one_posterior
from recommender.features import FEATURES
from recommender.place_chances import place_chances
from recommender.policy import DRAWS, drawn, further
from recommender.posterior import Posterior
from recommender.ranking import rank
from recommender.safety import Gate, without_health
from recommender.safety_suite.made_up import make_items, make_pools, make_visitors
from recommender.scorers.learned import LearnedScorer
from recommender.types import Answers, Item
from recommender.wish import read_wish
from shop.learning.rules import LOGGED_FEATURES
from tests.recommender.build import CATALOGUE, make_answers, make_item, shown
from tests.recommender.models import make_posterior

SEED = 5
NEXT_TO_IT = frozenset({"upper_back"})


def one_by_one(
    answers: Answers, items: tuple[Item, ...], skus: list[str], posterior: Posterior, exploration: float
) -> list[float]:
    """The definition: each further list is drawn, scored and chosen as the shop does it for a visitor."""
    candidates = find_candidates(Gate(answers), read_wish(answers), prepare(items))
    again, same = further(SEED), np.ones(len(skus))
    for _ in range(DRAWS):
        scores = LearnedScorer(drawn(posterior, again, exploration)).score(candidates.seen)
        chosen = choose(candidates, scores, len(skus))
        other = [candidates.catalogue.skus[candidates.rows[place]] for place, _ in chosen]
        same[: len(other)] += [mine == theirs for mine, theirs in zip(skus, other, strict=False)]
    found: list[float] = (same / (DRAWS + 1)).tolist()
    return found


def repeated(number: int) -> tuple[Item, ...]:
    """The demo's products over and over, some alike in all but the price, some of another length."""
    rng, demo = np.random.default_rng(SEED), read_catalogue(CATALOGUE)
    return tuple(
        replace(
            demo[place % len(demo)],
            sku=f"P{place:04}",
            price_minor=int(rng.integers(900, 9_000)),
            length_mm=int(rng.integers(30, 900)) if place % 3 else demo[place % len(demo)].length_mm,
            available=bool(rng.random() < 0.9),
        )
        for place in range(number)
    )


def strange() -> tuple[Item, ...]:
    rng = np.random.default_rng(SEED)
    return make_items(rng, make_pools(rng), 300)


def near_and_alike() -> tuple[Item, ...]:
    """Too few types to fill a list; near-duplicates, twins and products for a neighbouring area."""
    return tuple(
        make_item(
            f"S{place:03}",
            type=("ring", "roller", "ball")[place % 3],
            pressure_max=2 + place % 4,
            price_minor=1_000 + place % 7,
            length_mm=None if place % 2 else 10 * place,
            **({"areas": NEXT_TO_IT, "pain_kinds": frozenset()} if place % 5 == 0 else {}),
        )
        for place in range(2 * FEW)
    )


CATALOGUES = {
    "demo": read_catalogue(CATALOGUE),
    "repeated": repeated(900),
    "strange": strange(),
    "near and alike": near_and_alike(),
}


def some_visitors(number: int) -> list[Answers]:
    rng = np.random.default_rng(SEED)
    made_up = make_visitors(rng, make_pools(rng), number)
    sore = make_answers(pain_kinds=frozenset())
    return [sore, *(without_health(replace(each, red_flags=frozenset())) for each in made_up)]


def knowing(items: tuple[Item, ...], every: int) -> Posterior:
    """A model that has seen every so-manieth product."""
    skus = tuple(sorted(item.sku for item in items)[::every])
    effects = np.random.default_rng(SEED).normal(0, 0.2, (3, len(skus)))
    return make_posterior(sd=0.3, items=skus, item_mean=effects, item_sd=np.full(effects.shape, 0.2))


@pytest.mark.parametrize("exploration", [0.1, 1.0])
@pytest.mark.parametrize("name", CATALOGUES)
def test_all_draws_at_once_give_the_chances_of_one_list_after_the_other(name: str, exploration: float) -> None:
    items, by_chance = CATALOGUES[name], 0
    models = [knowing(items, 1), knowing(items, 3), make_posterior(sd=0.2), day_one_posterior(LOGGED_FEATURES)]
    for number, answers in enumerate(some_visitors(7)):
        model = models[number % len(models)]
        mine = LearnedScorer(drawn(model, np.random.default_rng(SEED), exploration))
        skus = shown(rank(answers, items, scorer=mine))

        found = place_chances(answers, items, skus, model, exploration=exploration, seed=SEED)

        assert found.tolist() == one_by_one(answers, items, skus, model, exploration)
        by_chance += bool((found < 1).any())
    assert by_chance, "something was left to chance"


def test_the_parts_that_fit_into_memory_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    items, answers = CATALOGUES["repeated"], make_answers()
    model, skus = knowing(items, 2), shown(rank(answers, items))
    whole = place_chances(answers, items, skus, model, exploration=0.5, seed=SEED)

    for at_once in (1, 10_000, 1 << 30):
        monkeypatch.setattr(subject, "AT_ONCE", at_once)
        assert place_chances(answers, items, skus, model, exploration=0.5, seed=SEED).tolist() == whole.tolist()


def test_the_columns_of_the_model_may_stand_in_any_order() -> None:
    items, answers, model = CATALOGUES["demo"], make_answers(), make_posterior(sd=0.4)
    mixed = model.ordered([FEATURES[place] for place in np.random.default_rng(1).permutation(len(FEATURES))])
    skus = shown(rank(answers, items, scorer=LearnedScorer(model)))

    found = place_chances(answers, items, skus, mixed, exploration=1.0, seed=SEED)

    assert found.tolist() == one_by_one(answers, items, skus, mixed, 1.0)


@pytest.mark.parametrize("name", CATALOGUES)
def test_whoever_cannot_come_into_any_list_is_left_out_unnoticed(name: str) -> None:
    rng, left_out = np.random.default_rng(SEED), 0
    for answers in some_visitors(40):
        visit = find_candidates(Gate(answers), read_wish(answers), prepare(CATALOGUES[name]))
        contest, scores = Contest(visit), rng.normal(size=(6, len(visit.rows))).round(1)
        for limit in (1, 3, 5, 40):
            lists = contest.lists(scores[:, contest.places], limit)

            for line, mine in zip(scores, lists, strict=True):
                chosen = contest.places[mine[mine != NOBODY]].tolist()
                assert chosen == [place for place, _ in choose(visit, line, limit)]
        left_out += len(contest.places) > FEW
    assert left_out or len(CATALOGUES[name]) <= FEW


def test_products_that_are_no_candidates_any_more_have_the_chance_of_the_list_itself() -> None:
    answers, model = make_answers(), make_posterior()
    gone = [replace(item, available=False) for item in CATALOGUES["demo"]]

    for items, skus in ((CATALOGUES["demo"], ["NO SUCH"]), (tuple(gone), ["MAT01", "PIL01"])):
        found = place_chances(answers, items, skus, model, exploration=1.0, seed=SEED)
        assert found.tolist() == [1 / (DRAWS + 1)] * len(skus)
    assert not len(place_chances(answers, CATALOGUES["demo"], [], model, exploration=1.0, seed=SEED))


@pytest.mark.parametrize("name", ["demo", "repeated"])
@pytest.mark.parametrize(
    "broken",
    [
        {"covariance": np.tile(1e290 * np.eye(len(FEATURES)), (3, 1, 1))},
        {"mean": np.full((3, len(FEATURES)), -1.7e308)},
    ],
    ids=["too large", "infinite"],
)
def test_draws_whose_scores_cannot_be_believed_count_as_other_lists(name: str, broken: dict[str, Floats]) -> None:
    items, answers, model = CATALOGUES[name], make_answers(), make_posterior(**broken)
    skus = shown(rank(answers, items))

    found = place_chances(answers, items, skus, model, exploration=1.0, seed=SEED)

    assert found.tolist() == [1 / (DRAWS + 1)] * len(skus)


def test_scores_that_are_no_numbers_leave_the_other_lists_as_they_are() -> None:
    visit = find_candidates(Gate(make_answers()), read_wish(make_answers()), prepare(CATALOGUES["repeated"]))
    contest = Contest(visit)
    scores = np.random.default_rng(SEED).normal(size=(4, len(contest.places)))
    right = contest.lists(scores, 5)

    for broken in (np.nan, np.inf, -np.inf):
        with np.errstate(all="ignore"):
            found = contest.lists(np.vstack([scores[:2], np.full_like(scores[0], broken), scores[2:]]), 5)
        assert np.delete(found, 2, axis=0).tolist() == right.tolist()
    assert len(contest.places) > FEW
