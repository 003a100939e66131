"""Why one product stands before the next: from the shares themselves, and only where the difference is real."""

import numpy as np
import pytest
from hypothesis import given, settings

from recommender.catalogue_csv import read_catalogue
from recommender.contrast import BETTER, ahead_of
from recommender.features import FEATURES
from recommender.ranking import rank
from recommender.reasons import AGAINST, IN_FAVOUR, WORTH_SAYING
from recommender.scorers import PARTS
from recommender.scorers.learned import LearnedScorer
from recommender.types import Ranking
from tests.recommender.build import CATALOGUE, make_answers, make_item
from tests.recommender.models import make_posterior
from tests.recommender.test_safety_properties import ANSWERS

ITEMS = read_catalogue(CATALOGUE)
SITTING, PRICE = PARTS.index("position"), PARTS.index("price")


def shares_of(*rows: dict[str, float]) -> np.ndarray:
    return np.array([[row.get(part, 0.0) for part in PARTS] for row in rows])


def test_the_part_in_which_the_better_one_leads_most_is_named():
    items = [make_item("NARROW"), make_item("WIDE", positions=frozenset({"lying"}))]
    shares = shares_of({"position": 0.6, "price": 0.1}, {"position": -0.2, "price": 0.3})

    first, last = ahead_of(make_answers(position="sitting"), items, shares, np.zeros_like(shares))

    assert first is not None
    assert (first.of, first.feature, first.because) == ("WIDE", "position", "it fits sitting")
    assert first.value == pytest.approx(0.8)
    assert last is None


def test_between_two_that_can_both_be_used_that_way_one_fits_it_better():
    items = [make_item("ONE"), make_item("TWO", positions=frozenset({"sitting", "lying"}))]
    shares = shares_of({"position": 0.6}, {"position": 0.3})

    (first, _) = ahead_of(make_answers(position="sitting"), items, shares, np.zeros_like(shares))

    assert first is not None
    assert first.because == "it fits sitting better"


@pytest.mark.parametrize(
    ("better", "other"),
    [
        ({"position": 0.3}, {"position": 0.3}),
        ({"position": 0.3}, {"position": 0.28}),
        ({"position": 0.3}, {"price": 0.6}),
        ({"item": 0.9}, {}),
        ({"evidence": 0.9}, {}),
    ],
    ids=["equal", "too small", "behind", "not a matter of fit", "says too much"],
)
def test_nothing_is_said_where_nothing_can_be(better, other):
    shares = shares_of(better, other)

    assert ahead_of(make_answers(), [make_item("A"), make_item("B")], shares, np.zeros_like(shares)) == [None, None]


@pytest.mark.parametrize(("doubt", "is_said"), [(0.1, True), (0.6, False)])
def test_a_difference_within_its_own_uncertainty_is_not_named(doubt, is_said):
    shares = shares_of({"position": 0.5}, {})
    doubts = shares_of({"position": doubt}, {})

    (first, _) = ahead_of(make_answers(position="sitting"), [make_item("A"), make_item("B")], shares, doubts)

    assert (first is not None) == is_said


def test_the_doubt_about_one_weight_counts_once_for_both_products():
    shares, doubts = shares_of({"position": 0.9}, {"position": 0.3}), shares_of({"position": 0.6}, {"position": 0.2})

    (first, _) = ahead_of(make_answers(position="sitting"), [make_item("A"), make_item("B")], shares, doubts)

    assert first is not None  # 0.6 more, of which 0.4 is in doubt: not 0.8


def test_the_doubts_about_two_products_themselves_do_not_cancel():
    shares = shares_of({"position": 0.5, "item": 0.4}, {"item": 0.4})
    sure, unsure = (shares_of({"item": each}, {"item": each}) for each in (0.1, 0.4))
    items = [make_item("A"), make_item("B")]

    leads = [ahead_of(make_answers(position="sitting"), items, shares, doubts)[0] for doubts in (sure, unsure)]

    assert [lead is not None for lead in leads] == [True, False]  # 0.5 more, of which 0.14 and 0.57 is in doubt


@pytest.mark.parametrize("scorer", [None, LearnedScorer(make_posterior())], ids=["expert", "learned"])
@settings(max_examples=150, deadline=None)
@given(answers=ANSWERS)
def test_what_is_said_follows_from_the_contributions_that_are_shown(scorer, answers):
    outcome = rank(answers, ITEMS, scorer=scorer)
    if not isinstance(outcome, Ranking):
        return

    for place, better in enumerate(outcome.ranked):
        if better.ahead is None:
            continue
        other = outcome.ranked[place + 1]
        mine, others = (
            {part.feature: part.value for part in each.contributions if part.feature != "variety"}
            for each in (better, other)
        )
        leads = {name: mine.get(name, 0.0) - others.get(name, 0.0) for name in {*mine, *others}}

        assert better.ahead.of == other.sku
        assert better.ahead.value == pytest.approx(leads[better.ahead.feature])
        assert sum(leads.values()) >= WORTH_SAYING - 1e-9
        sayable = [lead for name, lead in leads.items() if BETTER.get(name)]
        assert scorer is not None or leads[better.ahead.feature] == max(sayable)


def test_most_neighbours_of_the_demo_can_be_told_apart():
    outcome = rank(make_answers(position="sitting", pressure=2), ITEMS)

    assert isinstance(outcome, Ranking)
    assert any(each.ahead for each in outcome.ranked)
    assert outcome.ranked[-1].ahead is None


def test_every_feature_has_its_words_or_none_on_purpose():
    assert set(BETTER) == set(FEATURES)
    assert {*IN_FAVOUR, *AGAINST} <= {*FEATURES, "variety"}
