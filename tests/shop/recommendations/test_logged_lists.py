"""What is logged of a list: nothing that health, allergies or mobility go into, and the chances of its places."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.catalogue_csv import read_catalogue
from recommender.place_chances import place_chances
from recommender.questionnaire import ALLERGIES, HEALTH, PAGES, QUESTIONS
from recommender.ranking import rank
from recommender.safety import RULESET
from recommender.types import UNKNOWN, Answers, Ranking
from shop.learning.live import Draw, Live
from shop.learning.rules import LOGGED_FEATURES
from shop.recommendations.logged import coarse_fits, day_one_id, shown_list
from tests.recommender.build import CATALOGUE, make_answers, shown
from tests.recommender.models import make_posterior

ITEMS = read_catalogue(CATALOGUE)
SKUS = [item.sku for item in ITEMS]
LIVE = Live("model-1", make_posterior(sd=0.5))


def codes(field: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(sorted(QUESTIONS[field].codes)), max_size=3)


@st.composite
def visitors(draw: st.DrawFn) -> Answers:
    return make_answers(
        areas=draw(codes("areas")),
        pain_kinds=draw(codes("pain_kind")),
        triggers=draw(codes("triggers")),
        intensity=draw(st.none() | st.integers(0, 10)),
        experience=draw(st.sampled_from([None, "new", "some", "regular"])),
        position=draw(st.sampled_from([None, *sorted(QUESTIONS["position_preference"].codes)])),
        goal=draw(st.sampled_from([None, *sorted(QUESTIONS["goal"].codes)])),
    )


@settings(max_examples=60, deadline=None)
@given(
    visitors(),
    st.frozensets(st.sampled_from(sorted(HEALTH.codes)), max_size=4),
    st.frozensets(st.sampled_from(sorted(ALLERGIES.codes)), max_size=3),
    codes("mobility_limits"),
    st.booleans(),
)
def test_the_same_products_are_logged_alike_whatever_somebody_says_of_their_health(
    answers: Answers, health: frozenset[str], allergies: frozenset[str], limits: frozenset[str], is_pregnant: bool
) -> None:
    triggers = answers.triggers - {"pregnancy"}
    answers = replace(answers, triggers=triggers)
    delicate = replace(answers, health=health, allergies=allergies, mobility_limits=limits)
    delicate = replace(delicate, triggers=triggers | {"pregnancy"} if is_pregnant else triggers)

    assert coarse_fits(delicate, ITEMS, SKUS) == coarse_fits(answers, ITEMS, SKUS)


@pytest.mark.parametrize("area", ["lower_back", "abdomen", "hands"])
def test_pregnancy_named_as_what_brings_it_on_is_in_no_number_of_the_log(area: str) -> None:
    answers = make_answers(areas=frozenset({area}))

    pregnant = replace(answers, triggers=answers.triggers | {"pregnancy"})

    assert coarse_fits(pregnant, ITEMS, SKUS) == coarse_fits(answers, ITEMS, SKUS)


@pytest.mark.parametrize(
    "changed",
    [
        {"mobility_limits": frozenset({"limited_grip", "no_reach_back"})},
        {"health": frozenset({"PREG"})},
        {"allergies": frozenset({"LATEX", "NICKEL"}), "mobility_limits": frozenset({"no_floor"})},
        {"triggers": frozenset({"pregnancy"})},
    ],
)
def test_the_chances_of_a_list_are_logged_alike_whatever_somebody_says_of_their_health(
    changed: dict[str, frozenset[str]],
) -> None:
    answers, draw = make_answers(areas=frozenset({"neck", "lower_back"})), Draw(3, 0.7)
    delicate = replace(answers, **changed)
    skus = shown(rank(delicate, ITEMS, scorer=LIVE.scorer(draw)))

    both = [shown_list(each, ITEMS, skus, draw, LIVE).with_chances().products for each in (delicate, answers)]

    assert skus
    assert both[0] == both[1]


def test_only_named_features_are_logged_in_whole_64ths_and_without_zeros() -> None:
    everything = make_answers(health=frozenset({UNKNOWN}), triggers=frozenset({"desk_work"}), experience="new")

    fits = [fit for product in coarse_fits(everything, ITEMS, SKUS) for fit in product.items()]

    assert fits
    assert {name for name, _ in fits} <= set(LOGGED_FEATURES)
    assert all(isinstance(value, int) and value for _, value in fits)


def test_a_logged_fit_is_the_feature_itself_to_half_a_64th() -> None:
    answers = make_answers()

    first = coarse_fits(answers, ITEMS, ["LUM01"])[0]

    assert first["area"] == 64, "it reaches the one area that is sore"


def test_no_code_of_any_question_stands_in_a_logged_list() -> None:
    answers = make_answers(health=frozenset({"PREG", "OSTEO"}), allergies=frozenset({"LATEX"}), goal="relief")
    skus = shown(rank(answers, ITEMS))

    logged = repr(shown_list(answers, ITEMS, skus, Draw(5), None).products)

    codes = {code for page in PAGES for question in page.questions if question.safety for code in question.codes}
    assert codes
    assert not [code for code in codes if code in logged]


def test_the_expert_leaves_nothing_to_chance_however_much_the_shop_allows() -> None:
    answers = make_answers()
    skus = shown(rank(answers, ITEMS))

    logged = shown_list(answers, ITEMS, skus, Draw(5, exploration=1.0), None).with_chances()

    assert [product.propensity for product in logged.products] == [1.0] * len(skus)
    assert (logged.model_id, logged.rules_id, logged.seed) == (day_one_id(), RULESET, 5)


def test_without_the_consent_the_mean_orders_and_with_it_the_visits_seed_does() -> None:
    answers = make_answers(areas=frozenset({"neck", "feet"}))
    draws = [Draw(seed, exploration=1.0) for seed in range(12)]

    means = {tuple(shown(rank(answers, ITEMS, scorer=LIVE.scorer(draw)))) for draw in (None, Draw(1), Draw(2))}
    twice = [[shown(rank(answers, ITEMS, scorer=LIVE.scorer(draw))) for draw in draws] for _ in range(2)]

    assert len(means) == 1, "with no exploration a seed changes nothing"
    assert twice[0] == twice[1], "the same seed gives the same list for ever"
    assert len({tuple(skus) for skus in twice[0]}) > 1


def test_the_logged_chance_of_a_place_is_how_often_other_visits_see_the_same_there() -> None:
    answers, exploration, others = make_answers(areas=frozenset({"neck", "feet"})), 0.7, 400
    draw = Draw(3, exploration)
    skus = shown(rank(answers, ITEMS, scorer=LIVE.scorer(draw)))

    logged = shown_list(answers, ITEMS, skus, draw, LIVE).with_chances()

    chances = np.array([product.propensity for product in logged.products])
    lists = [
        shown(rank(answers, ITEMS, scorer=LIVE.scorer(Draw(seed, exploration)))) for seed in range(50, 50 + others)
    ]
    often = np.array(
        [np.mean([other[place : place + 1] == [sku] for other in lists]) for place, sku in enumerate(skus)]
    )
    spread = np.sqrt(chances * (1 - chances) * (1 / others + 1 / 257)) + 1 / 257
    assert ((chances > 0) & (chances <= 1)).all()
    assert chances.min() < 1, "something was left to chance"
    assert (np.abs(chances - often) <= 4 * spread).all()


def test_the_chances_of_one_list_are_the_same_whenever_they_are_worked_out() -> None:
    answers = make_answers()
    outcome = rank(answers, ITEMS, scorer=LIVE.scorer(Draw(3, 0.5)))
    assert isinstance(outcome, Ranking)

    both = [
        place_chances(answers, ITEMS, shown(outcome), LIVE.posterior, exploration=0.5, seed=3).tolist()
        for _ in range(2)
    ]

    assert both[0] == both[1]
